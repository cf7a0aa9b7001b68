/** Section 1: the surface, the conversion of arguments and their validation. */
import { runSection } from './support/suite.mjs';

await runSection({ section: '1', title: 'Surface', scripts: ['interface.js', 'arguments.js'] });
