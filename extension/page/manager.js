/**
 * @file `navigator.crossOriginStorage` and the interface CrossOriginStorageManager.
 * May be imported by the entries of page/ only.
 *
 * A request that is valid goes straight to the background, which checks permission before it does
 * anything else. Only for an invalid one the permission is asked for by itself, since a blocked
 * context must get NotAllowedError even for malformed input.
 */

import { blocked, errorOf, miss, storeUnavailable } from './errors.js';
import {
  append, dataDescriptor, defineProperty, getPrototypeOf, own, PromiseCtor, SymbolToStringTag, TypeErrorCtor, warn,
  weakMapHas, WeakMapCtor, weakMapSet,
} from './primordials.js';
import { makeUnclonable } from './unclonable.js';
import { validateHash, validateOrigins } from './validation.js';
import { toHash, toHashes, toOptions } from './webidl.js';

/** @typedef {import('./channel.js').Channel} Channel */
/** @typedef {import('../shared/wire.js').Hash} Hash */
/** @typedef {ReturnType<typeof toOptions>} Options */
/**
 * @typedef {(state: import('./second/handles.js').HandleState, done: (handle: FileSystemFileHandle) => void, fail: () => void) => void} MakeHandle
 */

const warned = { requestFileHandle: false, requestFileHandles: false };

/** @param {keyof typeof warned} name */
function warnOnce(name) {
  if (warned[name]) return;
  warned[name] = true;
  warn(`navigator.crossOriginStorage.${name}() is deprecated. Use getFileHandle() instead.`);
}

/**
 * The steps of a request that come after the conversion of its arguments.
 * @param {Channel} channel
 * @param {MakeHandle} makeHandle
 */
function createRequester(channel, makeHandle) {
  /** @type {boolean | undefined} */
  let allowed;

  /** @param {Error} error @param {(error: Error) => void} reject */
  function refuseInvalid(error, reject) {
    if (allowed !== undefined) {
      reject(allowed ? error : blocked());
      return;
    }
    channel.call({ op: 'permission' }, (reply) => {
      if (own(reply, 'ok')) allowed = own(reply, 'allowed') === true;
      reject(allowed === false ? blocked() : error);
    });
  }

  /**
   * @param {Hash} rawHash
   * @param {Options} options
   * @param {(handle: FileSystemFileHandle) => void} resolve
   * @param {(error: Error) => void} reject
   */
  return function request(rawHash, options, resolve, reject) {
    /** @type {Hash} */ let hash;
    /** @type {import('../shared/wire.js').Origins | undefined} */ let origins;
    try {
      hash = validateHash(rawHash);
      origins = validateOrigins(options.origins);
    } catch (error) {
      refuseInvalid(/** @type {Error} */ (error), reject);
      return;
    }
    const created = options.create;
    channel.call(created ? { op: 'create', hash, origins } : { op: 'find', hash }, (reply) => {
      const fail = () => reject(created ? storeUnavailable() : miss());
      if (own(reply, 'ok')) {
        makeHandle(/** @type {any} */ ({ __proto__: null, id: own(reply, 'handle'), hash, created, origins, readable: !created }), resolve, fail);
      } else if (own(reply, 'lost')) {
        fail();
      } else {
        reject(errorOf(reply));
      }
    });
  };
}

/** @typedef {ReturnType<typeof createRequester>} RequestOne */

/**
 * The oldest form: all handles in the order of their hashes, or the first error.
 * @param {RequestOne} request
 * @param {Hash[]} hashes
 * @param {Options} options
 * @param {(handles: FileSystemFileHandle[]) => void} resolve
 * @param {(error: Error) => void} reject
 */
function requestAll(request, hashes, options, resolve, reject) {
  /** @type {FileSystemFileHandle[]} */
  const handles = [];
  let missing = hashes.length;
  for (let index = 0; index < hashes.length; index += 1) append(handles, /** @type {any} */ (undefined));
  if (missing === 0) resolve(handles);
  for (let index = 0; index < hashes.length; index += 1) {
    /** @param {FileSystemFileHandle} handle */
    const onHandle = (handle) => {
      handles[index] = handle;
      missing -= 1;
      if (missing === 0) resolve(handles);
    };
    request(hashes[index], options, onHandle, reject);
  }
}

/**
 * @param {Channel} channel
 * @param {MakeHandle} makeHandle
 * @param {() => void} noteUse
 */
function createInterface(channel, makeHandle, noteUse) {
  const brand = new WeakMapCtor();
  const request = createRequester(channel, makeHandle);

  /** @param {unknown} receiver */
  function checkBrand(receiver) {
    if (!weakMapHas(brand, receiver)) throw new TypeErrorCtor('Illegal invocation');
    noteUse();
  }

  /** @param {unknown} receiver @param {unknown} rawHash @param {unknown} rawOptions */
  const requestOne = (receiver, rawHash, rawOptions) =>
    new PromiseCtor((resolve, reject) => {
      checkBrand(receiver);
      const hash = toHash(rawHash);
      request(hash, toOptions(rawOptions), resolve, reject);
    });

  /** @param {unknown} receiver @param {unknown} rawHashes @param {unknown} rawOptions */
  const requestMany = (receiver, rawHashes, rawOptions) =>
    new PromiseCtor((resolve, reject) => {
      checkBrand(receiver);
      const hashes = toHashes(rawHashes);
      requestAll(request, hashes, toOptions(rawOptions), resolve, reject);
    });

  const operations = {
    /** @param {unknown} hash */
    getFileHandle(hash, options = undefined) {
      return requestOne(this, hash, options);
    },
    /** @param {unknown} hash */
    requestFileHandle(hash, options = undefined) {
      warnOnce('requestFileHandle');
      return requestOne(this, hash, options);
    },
    /** @param {unknown} hashes */
    requestFileHandles(hashes, options = undefined) {
      warnOnce('requestFileHandles');
      return requestMany(this, hashes, options);
    },
  };

  class CrossOriginStorageManager {
    constructor() {
      throw new TypeErrorCtor('Illegal constructor');
    }
  }
  const { prototype } = CrossOriginStorageManager;
  defineProperty(prototype, 'getFileHandle', dataDescriptor(operations.getFileHandle));
  defineProperty(prototype, 'requestFileHandle', dataDescriptor(operations.requestFileHandle));
  defineProperty(prototype, 'requestFileHandles', dataDescriptor(operations.requestFileHandles));
  defineProperty(prototype, SymbolToStringTag, { value: 'CrossOriginStorageManager', configurable: true });
  const manager = makeUnclonable(prototype);
  weakMapSet(brand, manager, true);
  return { CrossOriginStorageManager, manager };
}

/**
 * Defines the interface and the attribute in this realm, a window or a worker; runs before any
 * script of the page.
 * @param {Channel} channel
 * @param {MakeHandle} makeHandle
 * @param {() => void} [noteUse] called at each call of an operation, before its message leaves
 */
export function exposeManager(channel, makeHandle, noteUse = () => {}) {
  const { CrossOriginStorageManager, manager } = createInterface(channel, makeHandle, noteUse);
  const { navigator } = globalThis;
  defineProperty(globalThis, 'CrossOriginStorageManager', dataDescriptor(CrossOriginStorageManager, false));
  const attribute = {
    get crossOriginStorage() {
      if (/** @type {unknown} */ (this) !== navigator) throw new TypeErrorCtor('Illegal invocation');
      return manager;
    },
  };
  const get = Object.getOwnPropertyDescriptor(attribute, 'crossOriginStorage')?.get;
  // Navigator.prototype or WorkerNavigator.prototype.
  defineProperty(/** @type {object} */ (getPrototypeOf(navigator)), 'crossOriginStorage', {
    get,
    set: undefined,
    enumerable: true,
    configurable: true,
  });
}
