/** Section 3: handles, what is written through them, and how they travel. */
import { runSection } from './support/suite.mjs';

await runSection({ section: '3', title: 'Handles', scripts: ['handles.js', 'writes.js', 'streams.js', 'transfer.js'] });
