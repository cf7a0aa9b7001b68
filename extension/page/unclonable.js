/**
 * @file Objects that are refused by structured clone, as platform objects are that nobody made
 * serializable. A plain object would be cloned, into an empty one. May be imported by page/ only.
 */

import { setPrototypeOf, WeakMapCtor } from './primordials.js';

/**
 * @param {object} prototype
 * @returns {any}
 */
export function makeUnclonable(prototype) {
  const object = new WeakMapCtor();
  setPrototypeOf(object, prototype);
  return object;
}
