/**
 * @file The validation steps of a request (the specification's TypeErrors): pure functions.
 * The host repeats them; here they spare a round trip. May be imported by page/ only.
 */

import { MAX_ORIGINS } from '../shared/names.js';
import {
  append, charCodeAt, includes, setAdd, setHas, SetCtor, toUpperCase, TypeErrorCtor, urlOrigin, urlProtocol, URLCtor,
} from './primordials.js';

/**
 * Hex digits of a digest, by canonical algorithm name. Without a prototype, so that an algorithm
 * called "constructor" is unknown.
 * @type {Record<string, number | undefined>}
 */
const DIGEST_DIGITS = /** @type {any} */ ({
  __proto__: null,
  'SHA-1': 40,
  'SHA-256': 64,
  'SHA-384': 96,
  'SHA-512': 128,
});

/** @param {string} text */
function isAscii(text) {
  for (let index = 0; index < text.length; index += 1) {
    if (charCodeAt(text, index) > 0x7f) return false;
  }
  return true;
}

/** @param {string} text */
export function isLowercaseHex(text) {
  for (let index = 0; index < text.length; index += 1) {
    const code = charCodeAt(text, index);
    if (!((code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66))) return false;
  }
  return true;
}

/**
 * @param {import('../shared/wire.js').Hash} hash
 * @returns {import('../shared/wire.js').Hash} with the algorithm's canonical name
 */
export function validateHash({ algorithm, value }) {
  // Only ASCII letters fold: 'ſha-256' upper-cases to 'SHA-256' and is not that name.
  const name = isAscii(algorithm) ? toUpperCase(algorithm) : '';
  const digits = DIGEST_DIGITS[name];
  if (digits === undefined) throw new TypeErrorCtor(`Unknown hash algorithm '${algorithm}'.`);
  if (value.length !== digits || !isLowercaseHex(value)) {
    throw new TypeErrorCtor(`The hash value must be ${digits} lowercase hexadecimal digits for ${name}.`);
  }
  return { algorithm: name, value };
}

/**
 * @param {string} text
 * @returns {string} the serialized origin
 */
function validateOrigin(text) {
  let url;
  try {
    url = new URLCtor(text);
  } catch {
    throw new TypeErrorCtor(`'${text}' is not a valid origin.`);
  }
  const protocol = urlProtocol(url);
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new TypeErrorCtor(`'${text}' is not an http or https origin.`);
  }
  const origin = urlOrigin(url);
  // Chromium's parser takes hosts with a space, which the standard refuses.
  if (includes(origin, '%')) throw new TypeErrorCtor(`'${text}' is not a valid origin.`);
  return origin;
}

/**
 * @param {string | string[] | undefined} origins
 * @returns {import('../shared/wire.js').Origins | undefined} undefined for same-site visibility
 */
export function validateOrigins(origins) {
  if (origins === undefined || origins === '*') return origins;
  const list = typeof origins === 'string' ? [origins] : origins;
  if (list.length > MAX_ORIGINS) throw new TypeErrorCtor(`More than ${MAX_ORIGINS} origins were given.`);
  const seen = new SetCtor();
  /** @type {string[]} */
  const result = [];
  for (let index = 0; index < list.length; index += 1) {
    const origin = validateOrigin(list[index]);
    if (!setHas(seen, origin)) {
      setAdd(seen, origin);
      append(result, origin);
    }
  }
  return result.length === 0 ? undefined : result;
}
