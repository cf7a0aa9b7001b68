/**
 * @file `fetch(url, {integrity, crossOriginStorage})`: takes the option, which must happen at the call, and leaves the
 * rest to second/fetch.js. Whatever has no `crossOriginStorage` member goes to the browser untouched.
 * May be imported by the entries of page/ only.
 */

import { RequestCtor } from './fetch-primordials.js';
import { apply, argument, PromiseCtor } from './primordials.js';
import { standInForMethod } from './stand-in.js';
import { validateOrigins } from './validation.js';
import { isObject, iteratorMethod, toStringOrStrings } from './webidl.js';

/** @typedef {import('../shared/wire.js').Origins} Origins */
/** @typedef {{origins: Origins | undefined, contentType: string | undefined}} Wish */
/**
 * @typedef {object} DeclaredFetch
 * @property {Request} request
 * @property {Wish} wish
 * @property {() => Promise<Response>} fetchAsEver
 * @property {(response: Response) => void} resolve
 * @property {(error: unknown) => void} reject
 */

/** @param {unknown} value '' stands for same-site, as the attribute without a value does */
const toOrigins = (value) => (value === '' ? undefined : validateOrigins(toStringOrStrings(value)));

/**
 * (DOMString or sequence<DOMString> or dictionary)
 * @param {any} value
 * @returns {Wish}
 */
function toWish(value) {
  if (!isObject(value) || iteratorMethod(value) !== undefined) return { origins: toOrigins(value), contentType: undefined };
  const { contentType, origins } = /** @type {any} */ (value);
  return {
    contentType: contentType === undefined ? undefined : `${contentType}`,
    origins: origins === undefined ? undefined : toOrigins(origins),
  };
}

/**
 * Must be called before any script of the page runs.
 * @param {(declared: DeclaredFetch) => void} serve
 */
export function declareFetch(serve) {
  standInForMethod(globalThis, 'fetch', (native, self, args) => {
    const init = argument(args, 1);
    let option;
    try {
      option = isObject(init) ? /** @type {any} */ (init).crossOriginStorage : undefined;
    } catch (error) {
      return new PromiseCtor((_resolve, reject) => reject(error));
    }
    if (option === undefined) return apply(native, self, args);
    return new PromiseCtor((resolve, reject) => {
      const wish = toWish(option);
      // Read once, with the errors that fetch() itself would have.
      const request = new RequestCtor(argument(args), argument(args, 1));
      serve({ request, wish, fetchAsEver: () => apply(native, self, [request]), resolve, reject });
    });
  });
}
