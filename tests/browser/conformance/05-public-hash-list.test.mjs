/** Section 5: the Public Hash List, as pages see it. */
import { runSection } from './support/suite.mjs';

await runSection({ section: '5', title: 'The Public Hash List', scripts: ['public-list.js'] });
