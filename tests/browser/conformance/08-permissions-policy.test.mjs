/** Section 8: the permissions policy. */
import { runSection } from './support/suite.mjs';

await runSection({ section: '8', title: 'Permissions policy', scripts: ['policy.js'], contexts: ['window'] });
