/** All attacks, in the order of the report. */
import supercookies from './supercookies.mjs';

/** @type {import('./support/experiment.mjs').Attack[]} */
export const ATTACKS = [...supercookies];
