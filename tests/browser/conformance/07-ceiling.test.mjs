/** Section 7: the ceiling. */
import { runSection } from './support/suite.mjs';

await runSection({ section: '7', title: 'The ceiling', scripts: ['ceiling.js'], contexts: ['window'] });
