/**
 * @file Integrity metadata (Subresource Integrity): "sha256-…" as hashes. Calls no method of any built-in, so that it
 * works in the page's world whatever the page did to them. Pure.
 */

import { defineProperty } from './primordials.js';

/** @typedef {import('./wire.js').Hash} Hash */

/**
 * The prefix of a token, the algorithm, its digest's bytes. The later ones are stronger.
 * @type {[string, string, number][]}
 */
const ALGORITHMS = [['sha256-', 'SHA-256', 32], ['sha384-', 'SHA-384', 48], ['sha512-', 'SHA-512', 64]];

const HEX = '0123456789abcdef';

/** Values of the digits, of base64url's as well, as browsers accept them. */
const DIGITS = /** @type {Record<string, number | undefined>} */ (/** @type {unknown} */ ({ __proto__: null, '-': 62, _: 63 }));
{
  const order = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let value = 0; value < order.length; value += 1) DIGITS[order[value]] = value;
}

/** @param {string | undefined} character */
const isSpace = (character) =>
  character === ' ' || character === '\t' || character === '\n' || character === '\f' || character === '\r';

/**
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @param {number} bytes
 * @returns {string | undefined} undefined when it is not base64 of so many bytes
 */
function toHex(text, from, to, bytes) {
  let hex = '';
  let bits = 0;
  let count = 0;
  let end = to;
  while (end > from && text[end - 1] === '=') end -= 1;
  for (let index = from; index < end; index += 1) {
    const digit = DIGITS[text[index]];
    if (digit === undefined) return undefined;
    bits = (bits << 6) | digit;
    count += 6;
    // Whole hex digits, as soon as there are four bits.
    while (count >= 4) {
      count -= 4;
      hex += HEX[(bits >> count) & 15];
    }
    bits &= (1 << count) - 1;
  }
  // What is left over of the last character says nothing.
  return hex.length === bytes * 2 || hex.length === bytes * 2 + 1 ? sliced(hex, bytes * 2) : undefined;
}

/** @param {string} text @param {number} length */
function sliced(text, length) {
  let result = '';
  for (let index = 0; index < length; index += 1) result += text[index];
  return result;
}

/**
 * @param {string} text
 * @param {number} from
 * @param {string} prefix in lower case; matched without regard to case
 */
function startsWith(text, from, prefix) {
  for (let index = 0; index < prefix.length; index += 1) {
    const character = text[from + index];
    // ASCII letters differ from their capitals in one bit; these prefixes have no other pair that does.
    if (character === undefined || (character !== prefix[index] && !isCapitalOf(character, prefix[index]))) return false;
  }
  return true;
}

/** @param {string} character @param {string} letter */
const isCapitalOf = (character, letter) =>
  (letter === 's' && character === 'S') || (letter === 'h' && character === 'H') || (letter === 'a' && character === 'A');

/**
 * The hashes that integrity metadata asks for: those of the strongest algorithm in it, each of which may match.
 * @param {string} metadata
 * @returns {Hash[]} empty: the metadata asks for nothing
 */
export function hashesOf(metadata) {
  /** @type {Hash[]} */
  let hashes = [];
  let strongest = -1;
  let from = 0;
  while (from < metadata.length) {
    let to = from;
    while (to < metadata.length && !isSpace(metadata[to])) to += 1;
    let options = from;
    while (options < to && metadata[options] !== '?') options += 1;
    for (let strength = 0; strength < ALGORITHMS.length; strength += 1) {
      const prefix = ALGORITHMS[strength][0];
      if (strength < strongest || !startsWith(metadata, from, prefix)) continue;
      const value = toHex(metadata, from + prefix.length, options, ALGORITHMS[strength][2]);
      if (value === undefined) continue;
      if (strength > strongest) hashes = [];
      strongest = strength;
      const hash = { algorithm: ALGORITHMS[strength][1], value };
      // An assignment would call a setter that the page may have put on Array.prototype.
      defineProperty(hashes, hashes.length, /** @type {any} */ ({ __proto__: null, value: hash, writable: true, enumerable: true }));
    }
    from = to + 1;
  }
  return hashes;
}
