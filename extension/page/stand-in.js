/**
 * @file Puts our function in the place of a built-in of the realm. A Proxy of the built-in itself:
 * name, length, static members, prototype and `instanceof` are the original's, and its text is
 * that of native code. May be imported by page/ only.
 */

import { dataDescriptor, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, hasOwn, ProxyCtor } from './primordials.js';
import { withoutOurFrames } from './stacks.js';

/**
 * @param {string} name of a global constructor
 * @param {(native: any, args: any[], newTarget: any) => object} build
 */
export function standInForConstructor(name, build) {
  const native = /** @type {any} */ (globalThis)[name];
  if (typeof native !== 'function') return;
  const standIn = new ProxyCtor(native, /** @type {any} */ ({ __proto__: null, construct: build }));
  const enumerable = getOwnPropertyDescriptor(globalThis, name)?.enumerable;
  defineProperty(globalThis, name, dataDescriptor(standIn, enumerable));
  defineProperty(native.prototype, 'constructor', dataDescriptor(standIn, false));
}

/**
 * @param {any} holder an object or its instance: the method is replaced where it is defined
 * @param {string} name
 * @param {(native: any, self: any, args: any[]) => any} call
 */
export function standInForMethod(holder, name, call) {
  let owner = holder;
  while (owner !== null && !hasOwn(owner, name)) owner = getPrototypeOf(owner);
  if (owner === null) return;
  const descriptor = getOwnPropertyDescriptor(owner, name);
  if (typeof descriptor?.value !== 'function') return;
  const standIn = new ProxyCtor(descriptor.value, /** @type {any} */ ({
    __proto__: null,
    apply: (/** @type {any} */ native, /** @type {any} */ self, /** @type {any[]} */ args) => withoutOurFrames(() => call(native, self, args)),
  }));
  defineProperty(owner, name, dataDescriptor(standIn, descriptor.enumerable));
}

/**
 * @param {object} owner
 * @param {string} name of an attribute
 * @param {(native: any, self: any) => any} read
 */
export function standInForGetter(owner, name, read) {
  const { get, set, enumerable } = getOwnPropertyDescriptor(owner, name) ?? {};
  if (get === undefined) return;
  const standIn = new ProxyCtor(get, /** @type {any} */ ({ __proto__: null, apply: read }));
  defineProperty(owner, name, /** @type {any} */ ({ __proto__: null, get: standIn, set, enumerable, configurable: true }));
}
