/**
 * Every attack, with few trials: it must learn no more than its bound says, and where it is not stopped it
 * must work, or else that it is stopped elsewhere means nothing. `scripts/attacks` measures more closely.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTACKS } from './catalogue.mjs';
import { plan, runGroup } from './support/runner.mjs';

/** @typedef {import('./support/runner.mjs').Plan} Plan */
/** @typedef {import('./support/experiment.mjs').Outcome} Outcome */

/** @param {Plan} planned */
const titleOf = ({ attack, case: which }) => {
  const claims = [
    ...(which.bound === undefined ? [] : [`learns at most ${which.bound} bits`]),
    ...(which.works === undefined ? [] : [`works, by ${which.works} bits or more`]),
  ];
  return `${attack.name}, ${which.name}: ${claims.join(' and ')}`;
};

/** @param {Outcome} outcome */
function holds({ attack, case: which, bits, floor, absent }) {
  const seen = `${attack.title}: ${bits.toFixed(2)} bits, by chance ${floor.toFixed(2)}`;
  assert.deepEqual(absent, [], 'The build does not have these settings.');
  if (which.works !== undefined) assert.ok(bits >= which.works, `${seen}: it should work here.`);
  // A bound is for the truth; the estimate may be above it by what chance makes.
  if (which.bound !== undefined) assert.ok(bits <= which.bound + floor + 1e-9, `${seen}: more than ${which.bound}.`);
}

for (const group of plan(ATTACKS, { short: true })) {
  // One machine serves the group. It runs with the group's first test, so that a failure is a test's.
  /** @type {Promise<Outcome[]> | undefined} */
  let running;
  for (const [index, planned] of group.entries()) {
    test(titleOf(planned), async () => {
      running ??= runGroup(group);
      holds((await running)[index]);
    });
  }
}
