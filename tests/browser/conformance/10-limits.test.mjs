/** Section 10: limits, eviction and clearing. */
import { runSection } from './support/suite.mjs';

await runSection({
  section: '10', title: 'Limits and clearing', scripts: ['limits.js'],
  settings: { 'write.limit': '2MiB', 'budget.ceiling': '40MiB', 'budget.origin-percent': '20' },
});
