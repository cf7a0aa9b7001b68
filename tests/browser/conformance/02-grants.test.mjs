/** Section 2: entries, grants and disclosure. */
import { runSection } from './support/suite.mjs';

await runSection({ section: '2', title: 'Entries and grants', scripts: ['grants.js'] });
