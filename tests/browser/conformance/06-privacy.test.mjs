/** Section 6: what a page can state about the privacy controls. */
import { runSection } from './support/suite.mjs';

await runSection({ section: '6', title: 'Privacy controls', scripts: ['lookup-budget.js'], settings: { 'lookup.budget': 'on' } });
