/**
 * @file `caches.crossOrigin` and `navigator.storage.requestCrossOriginCache()`, the other surface that was announced: a thin
 * layer over `navigator.crossOriginStorage`, in windows whose user has switched it on (the setting `caches.cross-origin`). It
 * uses nothing but what the page itself may use, and has no more authority than the page.
 */

import { CrossOriginCache, requestCache } from './cross-origin-cache.js';

const { crossOriginStorage } = /** @type {any} */ (navigator);

if (crossOriginStorage !== undefined && typeof CacheStorage === 'function') {
  const store = {
    find: crossOriginStorage.getFileHandle.bind(crossOriginStorage),
    // Not before it is wanted: in a frame of an opaque origin to look at it is an error.
    openIndex: (/** @type {string} */ name) => caches.open(name),
  };
  const crossOrigin = Object.freeze({
    /** @param {unknown} name */
    open: async (name) => new CrossOriginCache(store, await store.openIndex(`cross-origin:${name}`)),
  });
  Object.defineProperty(CacheStorage.prototype, 'crossOrigin', { get: () => crossOrigin, enumerable: true, configurable: true });
  Object.defineProperty(StorageManager.prototype, 'requestCrossOriginCache', {
    value: { requestCrossOriginCache: (/** @type {unknown} */ hash) => requestCache(store, hash) }.requestCrossOriginCache,
    writable: true, enumerable: true, configurable: true,
  });
}
