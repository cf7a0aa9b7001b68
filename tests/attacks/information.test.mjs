/** The estimators, on channels whose capacity is known. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimate, mutualInformation, successRate, wordInformation } from './support/information.mjs';
import { Random } from './support/random.mjs';
import { timingInformation } from './support/timing.mjs';

const random = new Random('estimators');

/** @param {number} actual @param {number} expected @param {number} tolerance */
const near = (actual, expected, tolerance) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);

/** @param {number} count @param {(bit: number) => string | number} channel */
const through = (count, channel) => random.balanced([0, 1], count).map((secret) => ({ secret, guess: channel(secret) }));

test('a channel without noise carries its whole bit', () => {
  near(mutualInformation(through(40, (bit) => bit)), 1, 0.001);
  near(mutualInformation(through(40, (bit) => 1 - bit)), 1, 0.001);
});

test('a constant observation carries nothing at all', () => {
  assert.equal(mutualInformation(through(40, () => 'a miss')), 0);
});

test('a symmetric channel carries what the formula says', () => {
  const error = 0.11;
  const capacity = 1 + error * Math.log2(error) + (1 - error) * Math.log2(1 - error);
  near(mutualInformation(through(20_000, (bit) => (random.next() < error ? 1 - bit : bit))), capacity, 0.02);
});

test('a channel that loses half of its ones carries 0.31 bits', () => {
  near(mutualInformation(through(20_000, (bit) => (bit && random.next() < 0.5 ? 0 : bit))), 0.311, 0.02);
});

test('the correction takes the mean of chance agreements away', () => {
  const estimates = Array.from({ length: 400 }, () => mutualInformation(through(30, () => random.below(2))));
  near(estimates.reduce((sum, bits) => sum + bits, 0) / estimates.length, 0, 0.01);
});

test('independent observations stay below the noise floor, nearly always', () => {
  const above = Array.from({ length: 100 }, () => estimate(through(40, () => random.below(2)), mutualInformation, random))
    .filter(({ bits, floor }) => bits > floor);
  assert.ok(above.length <= 5, `${above.length} of 100 were above a floor of one in a hundred`);
});

test('a true channel stands far above its noise floor', () => {
  const { bits, floor } = estimate(through(20, (bit) => bit), mutualInformation, random);
  assert.ok(bits > 0.9 && floor < 0.6, `${bits} and ${floor}`);
});

test('an id of 32 bits of which 16 come through counts 16', () => {
  const words = random.balancedWords(32, 30)
    .map((secret) => ({ secret, guess: secret.map((bit, position) => (position < 16 ? bit : 0)) }));
  near(wordInformation(words), 16, 0.001);
  assert.ok(successRate(words) < 0.1);
  assert.equal(successRate(words.map(({ secret }) => ({ secret, guess: secret }))), 1);
});

test('few trials of a long id suffice to tell what gets through from what does not', () => {
  const words = random.balancedWords(64, 6);
  const all = estimate(words.map((secret) => ({ secret, guess: secret })), wordInformation, random);
  assert.ok(all.bits > 63.9 && all.floor < 20, `${all.bits} and ${all.floor}`);
  const none = estimate(words.map((secret) => ({ secret, guess: secret.map(() => 0) })), wordInformation, random);
  assert.deepEqual(none, { bits: 0, floor: 0 });
});

test('durations that overlap little tell their class, and equal ones do not', () => {
  const samples = (/** @type {number} */ gap) => random.balanced(['absent', 'present'], 400).map((secret) => ({
    secret, guess: [random.next(), random.next() + (secret === 'present' ? gap : 0)],
  }));
  near(timingInformation(samples(2)), 1, 0.15);
  near(timingInformation(samples(0.5)), 0.5, 0.2);
  assert.ok(timingInformation(samples(0)) < 0.08);
});
