/** All attacks, in the order of the report. */
import fingerprints from './fingerprints.mjs';
import flooding from './flooding.mjs';
import grease from './grease.mjs';
import manyAskers from './many-askers.mjs';
import mitigations from './mitigations.mjs';
import oracles from './oracles.mjs';
import realms from './realms.mjs';
import supercookies from './supercookies.mjs';

/** @type {import('./support/experiment.mjs').Attack[]} */
export const ATTACKS = [...supercookies, ...fingerprints, ...oracles, ...flooding, ...manyAskers, ...grease, ...realms, ...mitigations];
