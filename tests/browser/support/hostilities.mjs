// @ts-nocheck: what these pages do to their built-ins, no type allows.
/**
 * What pages and workers may do to their own realm, and a use of the API that comes after it. All of it runs
 * in the page or worker: it sees nothing of this module.
 */

/**
 * Uses all of the API, with nothing that a page could redefine: runs first, takes the built-ins, and gives
 * a function that is called after the hostilities have begun.
 */
export function prepare() {
  const { defineProperty } = Reflect;
  const { stringify } = JSON;
  const { call } = Function.prototype;
  const root = globalThis.document?.documentElement;
  const post = globalThis.postMessage;
  const uncurry = (/** @type {Function} */ method) => call.bind(method);
  const then = uncurry(Promise.prototype.then);
  const setAttribute = root && uncurry(Element.prototype.setAttribute);
  const classOf = uncurry(Object.prototype.toString);
  const ArrayBufferOf = uncurry(Blob.prototype.arrayBuffer);
  const close = uncurry(WritableStream.prototype.close);
  const toText = String;
  const clone = structuredClone;
  const nativeError = Error;
  const { log: heard } = /** @type {any} */ (globalThis).hostile = { log: /** @type {any} */ ({ __proto__: null, length: 0 }), listening: false };
  const hostile = /** @type {any} */ (globalThis).hostile;
  hostile.note = (/** @type {string} */ name, /** @type {unknown} */ self) => {
    if (!hostile.listening) return;
    hostile.listening = false;
    let what;
    try { what = classOf(self); } catch { what = 'something'; }
    hostile.listening = true;
    // Resolving a promise with an object looks for a `then` of it, in the browser’s own promises too.
    if (name === 'then') return;
    defineProperty(heard, heard.length, { __proto__: null, value: `${name} of ${what}`, enumerable: true });
    heard.length += 1;
  };
  const { setPrototypeOf } = Object;
  /** For hostile scripts, which their own deeds must not stop. */
  hostile.define = (/** @type {object} */ holder, /** @type {PropertyKey} */ name, /** @type {object} */ descriptor) => defineProperty(holder, name, setPrototypeOf(descriptor, null));
  hostile.each = (/** @type {any[]} */ list, /** @type {(item: any) => void} */ visit) => {
    for (let index = 0; index < list.length; index += 1) visit(list[index]);
  };
  /** Waits for a promise without asking it for its constructor. */
  const when = (/** @type {any} */ promise, /** @type {(value: any) => void} */ next, /** @type {(error: any) => void} */ fail) => {
    defineProperty(promise, 'constructor', /** @type {any} */ ({ __proto__: null, value: undefined }));
    then(promise, next, fail);
  };
  const { crossOriginStorage: storage } = /** @type {any} */ (navigator);
  const request = uncurry(storage.getFileHandle);
  const getFile = uncurry(FileSystemFileHandle.prototype.getFile);
  const createWritable = uncurry(FileSystemFileHandle.prototype.createWritable);
  const isSameEntry = uncurry(FileSystemHandle.prototype.isSameEntry);

  /** @type {any} */ (globalThis).exercise = (/** @type {any} */ { known: hash, fresh, text, origins }) => {
    const seen = /** @type {any} */ ({ __proto__: null, error: null });
    const finish = () => {
      hostile.listening = false;
      if (hostile.failure) seen.error = `the hostilities failed: ${toText(hostile.failure)}`;
      let overheard = '';
      for (let index = 0; index < heard.length; index += 1) overheard += `${heard[index]}; `;
      const result = stringify({ ...seen, overheard });
      if (root) setAttribute(root, 'data-result', result);
      else post(result);
    };
    const fail = (/** @type {any} */ error) => {
      hostile.listening = false;
      seen.error = toText(error) + ((error instanceof nativeError || error) && error.stack);
      finish();
    };
    const miss = () => when(request(storage, { __proto__: null, algorithm: 'SHA-256', value: '0000000000000000000000000000000000000000000000000000000000000000' }), fail, (error) => {
      seen.miss = error.name;
      when(request(storage, { __proto__: null, algorithm: 'x', value: 'x' }), fail, (invalid) => {
        seen.invalid = invalid.name;
        finish();
      });
    });
    const write = () => when(request(storage, fresh, { __proto__: null, create: true, origins }), (handle) => {
      when(createWritable(handle), (writable) => when(writable.write(text), () => when(writable.seek(0), () => when(writable.truncate(text.length), () => when(close(writable), () =>
        when(getFile(handle), (file) => {
          seen.written = file.size;
          miss();
        }, fail), fail), fail), fail), fail), fail);
    }, fail);
    hostile.listening = true;
    when(request(storage, hash), (handle) => when(getFile(handle), (file) => when(ArrayBufferOf(file), (buffer) => {
      seen.read = buffer.byteLength;
      hostile.listening = false;
      const copy = clone(handle);
      hostile.listening = true;
      when(isSameEntry(copy, handle), (same) => {
        seen.same = same;
        when(getFile(copy), (second) => {
          seen.copied = second.size;
          write();
        }, fail);
      }, fail);
    }, fail), fail), fail);
  };
}

/** Each is a page's own first script: it must not touch what `prepare` has taken. @type {Record<string, (hostile: any) => void>} */
export const HOSTILITIES = {
  'freezes every prototype': () => {
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      const value = /** @type {any} */ (Object.getOwnPropertyDescriptor(globalThis, name))?.value;
      if (typeof value !== 'function' || !value.prototype) continue;
      try {
        Object.freeze(value.prototype);
        Object.freeze(value);
      } catch {
        // Some exotic objects cannot be frozen.
      }
    }
    Object.freeze(navigator);
  },
  'makes every prototype non-extensible and its members read-only': () => {
    for (const constructor of [Object, Array, Function, Promise, Map, WeakMap, Set, String, Blob, MessagePort, EventTarget, WritableStream, FileSystemFileHandle, FileSystemHandle, FileSystemWritableFileStream]) {
      Object.preventExtensions(constructor.prototype);
      for (const name of Reflect.ownKeys(constructor.prototype)) {
        const descriptor = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(constructor.prototype, name));
        if (descriptor.configurable) Object.defineProperty(constructor.prototype, name, { ...descriptor, ...('value' in descriptor && { writable: false }), configurable: false });
      }
    }
  },
  'puts accessors on Object.prototype': (hostile) => {
    hostile.each([
      'then', 'value', 'get', 'set', 'done', 'next', 'port', 'ports', 'call', 'ok', 'lost', 'handle', 'handles', 'file', 'session', 'sessions', 'error', 'id', 'hash', 'created',
      'origins', 'copy', 'start', 'pull', 'write', 'close', 'abort', 'type', 'highWaterMark', 'size', 'data', 'op', 'source', 'position', 'name', 'message', 'transfer', 'targetOrigin',
      'detail', 'warnings', 'dropped', 'allowed', 'readable', 'hash', 'cancelable', 'bubbles', 'once', 'capture', 'passive', 'signal', 'create', 'recursive', 'kind', 'state', 'endings', 'description',
    ], (name) => {
      hostile.define(Object.prototype, name, {
        get() { hostile.note(name, this); return undefined; },
        set(/** @type {unknown} */ value) { hostile.note(name, this); hostile.define(this, name, { value, writable: true, configurable: true, enumerable: true }); },
        configurable: true,
      });
    });
  },
  'makes Object.prototype descriptors accessors': (hostile) => {
    hostile.each(['get', 'set', 'value', 'writable', 'enumerable', 'configurable'], (name) => {
      hostile.define(Object.prototype, name, { get() { hostile.note(name, this); return undefined; }, configurable: true });
    });
  },
  'puts setters on the indices of Array.prototype': (hostile) => {
    for (let index = 0; index < 50; index += 1) {
      Object.defineProperty(Array.prototype, index, { get() { hostile.note(`${index}`, this); }, set() { hostile.note(`${index}`, this); }, configurable: true });
    }
  },
  'replaces the methods of Array, String, Map, Set, WeakMap, RegExp and Function': (hostile) => {
    const { ownKeys } = Reflect;
    const text = String;
    hostile.each([Array, String, Map, Set, WeakMap, WeakSet, RegExp, Number, FinalizationRegistry, Function], (constructor) => {
      const { name: owner, prototype } = constructor;
      hostile.each(ownKeys(prototype), (name) => {
        if (name === 'constructor' || name === 'length' || name === 'prototype') return;
        hostile.define(prototype, name, { value() { hostile.note(`${owner}.${text(name)}`, this); throw new Error('hostile'); }, configurable: true });
      });
    });
  },
  'replaces iteration': (hostile) => {
    const iterators = [[].values(), ''[Symbol.iterator](), new Map().entries(), new Set().values(), (function* () {}())].map((each) => Object.getPrototypeOf(each));
    hostile.each([Array.prototype, String.prototype, Map.prototype, Set.prototype, Object.prototype, Object.getPrototypeOf(Int8Array.prototype)], (holder) => {
      hostile.define(holder, Symbol.iterator, { get() { hostile.note('Symbol.iterator', this); return undefined; }, configurable: true });
    });
    hostile.each(iterators, (holder) => hostile.define(holder, 'next', { value() { hostile.note('next', this); return { done: true }; }, configurable: true }));
  },
  'replaces well-known symbols': (hostile) => {
    hostile.each([Object.prototype, Function.prototype, Promise, Array, ArrayBuffer, Map, Set, RegExp, Promise.prototype, Blob.prototype], (holder) => {
      hostile.each([Symbol.hasInstance, Symbol.species, Symbol.toPrimitive, Symbol.isConcatSpreadable, Symbol.unscopables, Symbol.match], (symbol) => {
        hostile.define(holder, symbol, { get() { hostile.note(symbol.description, this); return undefined; }, configurable: true });
      });
    });
  },
  'takes over Promise': (hostile) => {
    for (const name of ['then', 'catch', 'finally']) /** @type {any} */ (Promise.prototype)[name] = function replaced() { hostile.note(`Promise.${name}`, this); };
    Object.defineProperty(Promise.prototype, 'constructor', { get() { hostile.note('constructor', this); return class Spy { constructor(/** @type {any} */ run) { run(() => {}, () => {}); } }; }, configurable: true });
    Object.defineProperty(Promise, Symbol.species, { get() { hostile.note('species', this); return undefined; }, configurable: true });
    for (const name of ['resolve', 'reject', 'all', 'race', 'withResolvers', 'try']) /** @type {any} */ (Promise)[name] = function replaced() { hostile.note(name, this); };
    /** @type {any} */ (globalThis).Promise = function Replaced() { hostile.note('new Promise', this); };
  },
  'takes over messages and events': (hostile) => {
    const { getOwnPropertyDescriptor, defineProperty, ownKeys } = Reflect;
    for (const constructor of [MessagePort, MessageChannel, MessageEvent, EventTarget, Event, BroadcastChannel]) {
      for (const name of ownKeys(constructor.prototype)) {
        const descriptor = /** @type {PropertyDescriptor} */ (getOwnPropertyDescriptor(constructor.prototype, name));
        if (name === 'constructor' || !descriptor.configurable) continue;
        const note = function note(/** @type {any} */ self) { hostile.note(`${constructor.name}.${String(name)}`, self); };
        defineProperty(constructor.prototype, name, descriptor.value
          ? { value() { note(this); }, configurable: true }
          : { get() { note(this); return undefined; }, set() { note(this); }, configurable: true });
      }
    }
    for (const name of ['postMessage', 'structuredClone', 'addEventListener', 'dispatchEvent', 'reportError', 'queueMicrotask', 'setTimeout']) {
      /** @type {any} */ (globalThis)[name] = () => hostile.note(name, undefined);
    }
  },
  'takes over constructors': (hostile) => {
    hostile.each([
      'Blob', 'File', 'URL', 'Uint8Array', 'ArrayBuffer', 'DataView', 'TextEncoder', 'WeakMap', 'Map', 'Set', 'Proxy', 'FinalizationRegistry', 'WritableStream', 'DOMException', 'TypeError',
      'RangeError', 'Error', 'MessageChannel', 'MessagePort', 'MessageEvent', 'Event', 'FileSystemFileHandle', 'FileSystemHandle', 'FileSystemDirectoryHandle', 'FileSystemWritableFileStream',
      'StorageManager', 'String', 'Object', 'Array', 'Symbol', 'Function', 'Number', 'Boolean', 'QuotaExceededError', 'Worker', 'Request',
    ], (name) => {
      hostile.define(globalThis, name, { value: function Replaced() { hostile.note(`new ${name}`, this); }, configurable: true, writable: true });
    });
  },
  'takes over Reflect, Object, JSON, Math and Number': (hostile) => {
    const { ownKeys } = Reflect;
    const text = String;
    hostile.each(Object.entries({ Object, JSON, Math, Number, URL, ArrayBuffer, Array, String, Reflect }), ([what, holder]) => {
      hostile.each(ownKeys(holder), (name) => {
        if (typeof holder[name] !== 'function' || name === 'prototype') return;
        hostile.define(holder, name, { value() { hostile.note(`${what}.${text(name)}`, this); }, configurable: true });
      });
    });
  },
  'takes over files, blobs and streams': (hostile) => {
    const { getOwnPropertyDescriptor, defineProperty, ownKeys } = Reflect;
    for (const constructor of [
      Blob, File, StorageManager, FileSystemDirectoryHandle, WritableStreamDefaultWriter, WritableStreamDefaultController, ReadableStream, TextEncoder, URL, DOMException,
      ArrayBuffer, DataView, Uint8Array, Object.getPrototypeOf(Uint8Array),
    ]) {
      for (const name of ownKeys(constructor.prototype)) {
        const descriptor = /** @type {PropertyDescriptor} */ (getOwnPropertyDescriptor(constructor.prototype, name));
        if (name === 'constructor' || !descriptor.configurable || ['byteLength', 'size'].includes(String(name)) || (constructor === DOMException && name === 'name')) continue;
        defineProperty(constructor.prototype, name, descriptor.value
          ? { value() { hostile.note(`${constructor.name}.${String(name)}`, this); }, configurable: true }
          : { get() { hostile.note(`${constructor.name}.${String(name)}`, this); return undefined; }, configurable: true });
      }
    }
  },
  'watches errors and stacks': (hostile) => {
    Object.defineProperty(Error, 'stackTraceLimit', { get() { return 50; }, set() {}, configurable: true });
    /** @type {any} */ (Error).prepareStackTrace = (/** @type {Error} */ error, /** @type {any[]} */ sites) => {
      for (const site of sites) {
        if (site.getFileName()?.startsWith('chrome-extension:') && (site.getThis() !== undefined || site.getFunction() !== undefined)) hostile.note('call site', site.getFunction());
      }
      return `${error}`;
    };
    addEventListener('error', () => hostile.note('error event', undefined));
    addEventListener('unhandledrejection', () => hostile.note('unhandledrejection event', undefined));
  },
};
