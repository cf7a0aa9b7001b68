/** Chance that can be repeated: victims' secrets are drawn from a seed, so that a run can be run again. */

export class Random {
  #state;

  /** @param {string} seed */
  constructor(seed) {
    // FNV-1a: any seed text gives a well-spread start.
    let hash = 0x811c9dc5;
    for (const letter of seed) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
    this.#state = hash >>> 0;
  }

  /** Mulberry32. @returns {number} in [0, 1) */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** @param {number} count @returns {number} from 0 to count - 1 */
  below(count) {
    return Math.floor(this.next() * count);
  }

  /**
   * Ids in which each bit is set in half of the trials.
   * @param {number} bits @param {number} count
   * @returns {number[][]}
   */
  balancedWords(bits, count) {
    const columns = Array.from({ length: bits }, () => this.balanced([0, 1], count));
    return Array.from({ length: count }, (_, trial) => columns.map((column) => column[trial]));
  }

  /**
   * A secret for each trial, every value equally often, in random order: a balanced experiment needs
   * fewer trials.
   * @template T
   * @param {T[]} values
   * @param {number} count
   * @returns {T[]}
   */
  balanced(values, count) {
    return this.shuffled(Array.from({ length: count }, (_, index) => values[index % values.length]));
  }

  /** @template T @param {T[]} items @returns {T[]} a copy */
  shuffled(items) {
    const copy = [...items];
    for (let last = copy.length - 1; last > 0; last -= 1) {
      const other = this.below(last + 1);
      [copy[last], copy[other]] = [copy[other], copy[last]];
    }
    return copy;
  }
}
