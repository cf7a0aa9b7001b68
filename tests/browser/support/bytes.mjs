/** Bytes to store, made from a word so that every run and every test has its own. */
import { createHash } from 'node:crypto';

/** @typedef {'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'} Algorithm */
/** @typedef {{algorithm: string, value: string}} Hash */

/**
 * An entry of 500 KiB or more is never suppressed by GREASE, so that a test of the Public Hash List
 * cannot fail by chance.
 */
export const NEVER_GREASED = 600 * 1024;

/**
 * @param {string} word
 * @param {number} [size]
 * @returns {Uint8Array}
 */
export function bytesOf(word, size = 1000) {
  return new Uint8Array(createHash('shake256', { outputLength: size }).update(word).digest());
}

/**
 * @param {Uint8Array} bytes
 * @param {Algorithm} [algorithm]
 * @returns {Hash}
 */
export function hashOf(bytes, algorithm = 'SHA-256') {
  return { algorithm, value: createHash(algorithm.replace('-', '')).update(bytes).digest('hex') };
}
