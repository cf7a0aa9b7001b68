/**
 * How much an observation tells about a secret, in bits: mutual information, estimated from repeated
 * trials. The plug-in estimate is biased upwards by chance agreements; the correction of Miller and
 * Madow takes the expected part of that away, and a permutation test says how large an estimate chance
 * alone still makes (the noise floor).
 */

/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {string | number} Symbol_ a value of a finite alphabet */
/** @typedef {{secret: Symbol_, guess: Symbol_}} Pair */
/** @typedef {{secret: number[], guess: Symbol_[]}} Word the bits of an id, and what was seen in their places */
/** @typedef {{bits: number, floor: number}} Estimate bits, and what chance alone reaches in one run of a hundred */

/** @param {Iterable<unknown>} symbols @returns {{entropy: number, support: number, count: number}} plug-in entropy, in bits */
function distribution(symbols) {
  /** @type {Map<unknown, number>} */
  const counts = new Map();
  let count = 0;
  for (const symbol of symbols) {
    counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    count += 1;
  }
  let entropy = 0;
  for (const times of counts.values()) entropy -= (times / count) * Math.log2(times / count);
  return { entropy, support: counts.size, count };
}

/**
 * Not cut off at zero: a sum over many positions must be able to cancel its noise.
 * @param {Pair[]} pairs
 * @returns {number} bits
 */
export function mutualInformation(pairs) {
  if (pairs.length === 0) return 0;
  const secrets = distribution(pairs.map(({ secret }) => secret));
  const guesses = distribution(pairs.map(({ guess }) => guess));
  const joint = distribution(pairs.map(({ secret, guess }) => `${secret}|${guess}`));
  const plugIn = secrets.entropy + guesses.entropy - joint.entropy;
  const correction = (secrets.support + guesses.support - joint.support - 1) / (2 * pairs.length * Math.LN2);
  return Math.min(plugIn + correction, Math.log2(Math.max(1, secrets.support)));
}

/** @param {Word[]} words @returns {number} bits: the sum over the positions of what each observation tells of its bit */
export function wordInformation(words) {
  const positions = words[0]?.secret.length ?? 0;
  let sum = 0;
  for (let position = 0; position < positions; position += 1) {
    sum += mutualInformation(words.map(({ secret, guess }) => ({ secret: secret[position], guess: guess[position] })));
  }
  return sum;
}

/**
 * The same trials with guesses that have nothing to do with the secrets. Of words each position is mixed by itself:
 * whole words that are mixed have few orders, and one of them is the true one too often.
 * @template {{secret: any, guess: any}} T
 * @param {T[]} trials
 * @param {Random} random
 * @returns {T[]}
 */
function mixed(trials, random) {
  if (!Array.isArray(trials[0]?.secret)) {
    const guesses = random.shuffled(trials.map(({ guess }) => guess));
    return trials.map((trial, index) => ({ ...trial, guess: guesses[index] }));
  }
  /** @type {any[][]} */
  const columns = trials[0].secret.map((/** @type {number} */ _, /** @type {number} */ position) =>
    random.shuffled(trials.map(({ guess }) => guess[position])));
  return trials.map((trial, index) => ({ ...trial, guess: columns.map((column) => column[index]) }));
}

/**
 * The estimate, and the 99th percentile of what it is when secrets and guesses have nothing to do with
 * each other.
 * @template {{secret: any, guess: any}} T
 * @param {T[]} trials
 * @param {(trials: T[]) => number} measure
 * @param {Random} random
 * @param {number} [permutations]
 * @returns {Estimate}
 */
export function estimate(trials, measure, random, permutations = 200) {
  const byChance = Array.from({ length: permutations }, () => measure(mixed(trials, random))).sort((a, b) => a - b);
  const floor = Math.max(0, byChance[Math.ceil(permutations * 0.99) - 1]);
  return { bits: Math.max(0, measure(trials)), floor };
}

/** @param {{secret: any, guess: any}[]} trials @returns {number} the share of trials whose whole secret was guessed */
export function successRate(trials) {
  const right = trials.filter(({ secret, guess }) => String(secret) === String(guess));
  return trials.length === 0 ? 0 : right.length / trials.length;
}
