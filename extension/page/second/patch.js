/**
 * @file Lets a method of a browser interface also serve our objects. May be imported by page/ only.
 *
 * For members that are patched late, when a page makes the first object that needs it: what the page
 * itself had put there by then stays in charge of every object that is not ours.
 */

import { apply, dataDescriptor, defineProperty, getOwnPropertyDescriptor, hasOwn } from '../primordials.js';

/**
 * @param {object[]} prototypes where the member may live, nearest first
 * @param {string} name
 * @param {(receiver: any, args: any[], original: () => any) => any} serve
 *   answers for our objects and calls `original` for all others
 */
export function patchMember(prototypes, name, serve) {
  for (let index = 0; index < prototypes.length; index += 1) {
    const prototype = prototypes[index];
    const descriptor = getOwnPropertyDescriptor(prototype, name);
    if (descriptor === undefined) continue;
    // Own members only: Object.prototype may have been given a `get`.
    const isGetter = hasOwn(descriptor, 'get');
    const native = isGetter ? descriptor.get : descriptor.value;
    if (typeof native !== 'function') return;
    const { patched } = {
      /** @param {any[]} args */
      patched(...args) {
        return serve(this, args, () => apply(native, this, args));
      },
    };
    defineProperty(patched, 'name', /** @type {any} */ ({ __proto__: null, value: native.name, configurable: true }));
    defineProperty(patched, 'length', /** @type {any} */ ({ __proto__: null, value: native.length, configurable: true }));
    if (isGetter) {
      defineProperty(prototype, name, /** @type {any} */ ({
        __proto__: null,
        get: patched,
        set: descriptor.set,
        enumerable: descriptor.enumerable,
        configurable: true,
      }));
    } else {
      defineProperty(prototype, name, dataDescriptor(patched, descriptor.enumerable));
    }
    return;
  }
}
