/** Bytes made from a word, the same in every realm and in Node. */

/** @param {string} word */
function seedOf(word) {
  let seed = 0x811c9dc5;
  for (let index = 0; index < word.length; index += 1) seed = Math.imul(seed ^ word.charCodeAt(index), 0x01000193);
  return seed >>> 0 || 1;
}

/**
 * The word stands in front, so that two words never give the same bytes.
 * @param {string} word
 * @param {number} [size]
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function generate(word, size = 300) {
  const bytes = new Uint8Array(size);
  let state = seedOf(word);
  for (let index = 0; index < size; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = state;
  }
  bytes.set(new TextEncoder().encode(word).subarray(0, size));
  return bytes;
}

/**
 * @param {BufferSource} bytes
 * @param {string} [algorithm]
 * @returns {Promise<{algorithm: string, value: string}>}
 */
export async function digest(bytes, algorithm = 'SHA-256') {
  const value = new Uint8Array(await crypto.subtle.digest(algorithm, bytes));
  return { algorithm, value: [...value].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
}

/** The files that the suite puts on the Public Hash List: so many for each context, too large for GREASE. */
export const LISTED_FILES = 24;
const LISTED_SIZE = 501 * 1024;

/** @param {string} context @param {number} index */
export const listedFile = (context, index) => generate(`listed ${index} for ${context} `, LISTED_SIZE);
