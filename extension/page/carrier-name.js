/**
 * @file What the name of a handle says of it (see second/carriers.js). May be imported by page/ only.
 */

import { handleName } from './file-primordials.js';
import { isLowercaseHex } from './validation.js';

/** The algorithm, by its digits. @type {Record<number, string | undefined>} */
export const ALGORITHMS = /** @type {any} */ ({ __proto__: null, 40: 'SHA-1', 64: 'SHA-256', 96: 'SHA-384', 128: 'SHA-512' });

/**
 * Tells almost all handles of the page's own files from carriers, without asking anybody.
 * @param {unknown} handle
 * @returns {boolean} false also for what is no handle
 */
export function mayBeCarrier(handle) {
  try {
    const name = handleName(handle);
    return ALGORITHMS[name.length] !== undefined && isLowercaseHex(name);
  } catch {
    return false;
  }
}
