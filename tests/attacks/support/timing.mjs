/**
 * What durations tell about a secret. The attacker is given labelled durations to learn from, and is
 * judged on others: each sample is classified by what was learnt from the other folds, so a classifier
 * that only remembers its noise gains nothing.
 */
import { mutualInformation } from './information.mjs';

/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {{secret: string, guess: number[]}} Timed a secret, and the features of what was timed, in ms */

const FOLDS = 5;
const BINS = 10;

/**
 * Cuts at the quantiles of the training samples, and says which secret each bin speaks for.
 * @param {{secret: string, value: number}[]} training
 * @returns {(value: number) => string}
 */
function learn(training) {
  const sorted = training.map(({ value }) => value).sort((a, b) => a - b);
  const cuts = Array.from({ length: BINS - 1 }, (_, index) => sorted[Math.floor(((index + 1) * sorted.length) / BINS)]);
  const binOf = (/** @type {number} */ value) => cuts.filter((cut) => value >= cut).length;
  // A class that was sampled more often must not win a bin by that alone.
  /** @type {Map<string, number>} */
  const sizes = new Map();
  for (const { secret } of training) sizes.set(secret, (sizes.get(secret) ?? 0) + 1);
  /** @type {Map<string, number>[]} */
  const votes = Array.from({ length: BINS }, () => new Map());
  for (const { secret, value } of training) {
    const bin = votes[binOf(value)];
    bin.set(secret, (bin.get(secret) ?? 0) + 1 / (sizes.get(secret) ?? 1));
  }
  // How sure the attacker may be is part of what it learnt: “surely absent” tells more than “rather absent”.
  const answers = votes.map((bin) => {
    const [first] = [...bin].sort((a, b) => b[1] - a[1]);
    if (!first) return 'unknown';
    const share = first[1] / [...bin.values()].reduce((sum, weight) => sum + weight, 0);
    return `${share > 0.8 ? 'surely' : 'rather'} ${first[0]}`;
  });
  return (value) => answers[binOf(value)];
}

/**
 * @param {{secret: string, value: number}[]} samples in the order in which they were taken
 * @returns {{secret: string, guess: string}[]}
 */
export function crossValidated(samples) {
  return samples.map(({ secret, value }, index) => ({ secret, value, fold: index % FOLDS })).flatMap((sample, _, all) => {
    if (sample !== all[sample.fold]) return [];
    const classify = learn(all.filter(({ fold }) => fold !== sample.fold));
    return all.filter(({ fold }) => fold === sample.fold).map(({ secret, value }) => ({ secret, guess: classify(value) }));
  });
}

/**
 * The best that any one feature tells.
 * @param {Timed[]} samples
 * @returns {number} bits
 */
export function timingInformation(samples) {
  const features = samples[0]?.guess.length ?? 0;
  const told = Array.from({ length: features }, (_, feature) =>
    mutualInformation(crossValidated(samples.map(({ secret, guess }) => ({ secret, value: guess[feature] })))));
  return Math.max(0, ...told);
}

/** @param {number[]} numbers */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
