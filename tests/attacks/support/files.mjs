/** Files that a page can make by itself from a word, so that megabytes need not be sent to it. */
import { createHash } from 'node:crypto';

/** @typedef {{word: string, size: number, hash: string}} LabFile `hash`: SHA-256 in hex */

/** Below it GREASE may suppress a read. */
export const SMALL = 1000;
/** Never suppressed by GREASE, and small for the lookup budget all the same. */
export const NEVER_GREASED = 600 * 1024;
/** Large for the lookup budget. */
export const LARGE = 8_000_000;

/** @param {string} word @param {number} [size] @returns {LabFile} the word, then zeros */
export function fileOf(word, size = SMALL) {
  const bytes = Buffer.alloc(size);
  bytes.write(word);
  return { word, size, hash: createHash('sha256').update(bytes).digest('hex') };
}

/** @param {string} word @param {number} count @param {number} [size] @returns {LabFile[]} */
export function filesOf(word, count, size = SMALL) {
  return Array.from({ length: count }, (_, index) => fileOf(`${word} ${index}`, size));
}

/** @template T @param {T[]} items @param {number[]} bits @returns {T[]} those whose bit is set */
export function chosen(items, bits) {
  return items.filter((_, index) => bits[index]);
}
