/**
 * @file WebIDL's conversions of the arguments of the API, step by step as bindings generated
 * from the IDL would do them: members read once each, in lexicographic order. May be imported by page/ only.
 */

import { append, apply, isFiniteNumber, SymbolIterator, trunc, TypeErrorCtor } from './primordials.js';

/** @param {unknown} value @returns {value is object} */
export function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/**
 * `undefined` and `null` stand for a dictionary without members.
 * @param {unknown} value
 * @param {string} what
 * @returns {any}
 */
export function toDictionary(value, what) {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw new TypeErrorCtor(`${what} is not an object.`);
  return value;
}

/**
 * @param {any} dictionary
 * @param {string} name
 * @returns {string}
 */
function requiredString(dictionary, name) {
  const value = dictionary === undefined ? undefined : dictionary[name];
  if (value === undefined) throw new TypeErrorCtor(`The required member '${name}' is undefined.`);
  return `${value}`;
}

/**
 * @param {unknown} value
 * @returns {import('../shared/wire.js').Hash}
 */
export function toHash(value) {
  const dictionary = toDictionary(value, 'The hash');
  const algorithm = requiredString(dictionary, 'algorithm');
  return { algorithm, value: requiredString(dictionary, 'value') };
}

/**
 * sequence<T>: the page's own iterator is called, as the standard says.
 * @template T
 * @param {any} iterable
 * @param {Function} method its `Symbol.iterator` member
 * @param {(item: unknown) => T} convert
 * @returns {T[]}
 */
function drain(iterable, method, convert) {
  const iterator = apply(method, iterable, []);
  if (!isObject(iterator)) throw new TypeErrorCtor('The iterator is not an object.');
  const { next } = /** @type {any} */ (iterator);
  /** @type {T[]} */
  const list = [];
  for (;;) {
    const step = apply(next, iterator, []);
    if (!isObject(step)) throw new TypeErrorCtor('The iterator result is not an object.');
    if (/** @type {any} */ (step).done) return list;
    append(list, convert(/** @type {any} */ (step).value));
  }
}

/**
 * @param {any} value
 * @returns {Function | undefined}
 */
export function iteratorMethod(value) {
  const method = value[SymbolIterator];
  if (method === undefined || method === null) return undefined;
  if (typeof method !== 'function') throw new TypeErrorCtor('Symbol.iterator is not a function.');
  return method;
}

/**
 * @param {unknown} value
 * @returns {import('../shared/wire.js').Hash[]}
 */
export function toHashes(value) {
  const method = isObject(value) ? iteratorMethod(value) : undefined;
  if (method === undefined) throw new TypeErrorCtor('The hashes are not a sequence.');
  return drain(value, method, toHash);
}

/**
 * (DOMString or sequence<DOMString>)
 * @param {unknown} value
 * @returns {string | string[]}
 */
export function toStringOrStrings(value) {
  if (isObject(value)) {
    const method = iteratorMethod(value);
    if (method !== undefined) return drain(value, method, (item) => `${item}`);
  }
  return `${value}`;
}

/**
 * @param {unknown} value
 * @returns {{create: boolean, origins: string | string[] | undefined}}
 */
export function toOptions(value) {
  const dictionary = toDictionary(value, 'The options argument');
  if (dictionary === undefined) return { create: false, origins: undefined };
  const create = !!dictionary.create;
  const { origins } = dictionary;
  return { create, origins: origins === undefined ? undefined : toStringOrStrings(origins) };
}

/**
 * unsigned long long, without [EnforceRange]. Numbers above 2^53 lose precision, as they do for
 * every script; whoever gets one refuses it as beyond every limit.
 * @param {unknown} value
 * @returns {number}
 */
export function toUnsignedLongLong(value) {
  const number = +(/** @type {any} */ (value));
  if (!isFiniteNumber(number)) return 0;
  const integer = trunc(number) % 2 ** 64;
  return integer < 0 ? integer + 2 ** 64 : integer + 0;
}
