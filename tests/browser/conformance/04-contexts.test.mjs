/** Section 4: which contexts have the API. */
import { runSection } from './support/suite.mjs';

await runSection({ section: '4', title: 'Contexts', scripts: ['contexts.js'] });
