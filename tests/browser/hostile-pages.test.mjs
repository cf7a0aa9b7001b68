/**
 * Pages that fight back: whatever they redefine, freeze or tear down, the API works for them, and what they
 * have put in the way is never called with anything of ours.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { eventually, failedWith, finds, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { attempt, read, request, store } from './support/in-page.mjs';

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
const background = await extensionServiceWorker(profile.context);
await eventually(
  () => background.evaluate(() => /** @type {any} */ (globalThis).chrome.webRequest.onHeadersReceived.hasListeners()), 'the extension watches responses');
const a = await profile.page('a.test');
const known = bytesOf('what hostile pages read', 3000);
succeeded(await store(a, known));

/**
 * Uses all of the API, with nothing that a page could redefine: runs first, takes the built-ins, and gives
 * a function that is called after the hostilities have begun.
 */
function prepare() {
  const { defineProperty } = Reflect;
  const { stringify } = JSON;
  const { call } = Function.prototype;
  const root = document.documentElement;
  const uncurry = (/** @type {Function} */ method) => call.bind(method);
  const then = uncurry(Promise.prototype.then);
  const setAttribute = uncurry(Element.prototype.setAttribute);
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
      let overheard = '';
      for (let index = 0; index < heard.length; index += 1) overheard += `${heard[index]}; `;
      setAttribute(root, 'data-result', stringify({ ...seen, overheard }));
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
const HOSTILITIES = {
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
    for (const name of [
      'then', 'value', 'get', 'set', 'done', 'next', 'port', 'ports', 'call', 'ok', 'lost', 'handle', 'handles', 'file', 'session', 'sessions', 'error', 'id', 'hash', 'created',
      'origins', 'copy', 'start', 'pull', 'write', 'close', 'abort', 'type', 'highWaterMark', 'size', 'data', 'op', 'source', 'position', 'name', 'message', 'transfer', 'targetOrigin',
      'detail', 'warnings', 'dropped', 'allowed', 'readable', 'hash', 'cancelable', 'bubbles', 'once', 'capture', 'passive', 'signal', 'create', 'recursive', 'kind', 'state', 'endings', 'description',
    ]) {
      Object.defineProperty(Object.prototype, name, {
        get() { hostile.note(name, this); return undefined; },
        set(value) { hostile.note(name, this); Reflect.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true }); },
        configurable: true,
      });
    }
  },
  'makes Object.prototype descriptors accessors': (hostile) => {
    for (const name of ['get', 'set', 'writable', 'enumerable', 'configurable']) {
      Object.defineProperty(Object.prototype, name, { get: Object.assign(function get() { hostile.note(name, this); }, {}), configurable: true });
    }
  },
  'puts setters on the indices of Array.prototype': (hostile) => {
    for (let index = 0; index < 50; index += 1) {
      Object.defineProperty(Array.prototype, index, { get() { hostile.note(`${index}`, this); }, set() { hostile.note(`${index}`, this); }, configurable: true });
    }
  },
  'replaces the methods of Array, String, Map, Set, WeakMap, RegExp and Function': (hostile) => {
    const { defineProperty, ownKeys } = Reflect;
    for (const constructor of [Array, String, Map, Set, WeakMap, WeakSet, RegExp, Number, FinalizationRegistry, Function]) {
      for (const name of ownKeys(constructor.prototype)) {
        if (name === 'constructor' || name === 'length' || name === 'prototype') continue;
        defineProperty(constructor.prototype, name, { value() { hostile.note(`${constructor.name}.${String(name)}`, this); throw new Error('hostile'); }, configurable: true });
      }
    }
  },
  'replaces iteration': (hostile) => {
    const iterators = [[].values(), ''[Symbol.iterator](), new Map().entries(), new Set().values(), (function* () {}())].map((each) => Object.getPrototypeOf(each));
    for (const holder of [Array.prototype, String.prototype, Map.prototype, Set.prototype, Object.prototype, Object.getPrototypeOf(Int8Array.prototype)]) {
      Object.defineProperty(holder, Symbol.iterator, { get() { hostile.note('Symbol.iterator', this); return undefined; }, configurable: true });
    }
    for (const holder of iterators) Object.defineProperty(holder, 'next', { value() { hostile.note('next', this); return { done: true }; }, configurable: true });
  },
  'replaces well-known symbols': (hostile) => {
    for (const holder of [Object.prototype, Function.prototype, Promise, Array, ArrayBuffer, Map, Set, RegExp, Promise.prototype, Blob.prototype]) {
      for (const symbol of [Symbol.hasInstance, Symbol.species, Symbol.toPrimitive, Symbol.isConcatSpreadable, Symbol.unscopables, Symbol.match]) {
        Reflect.defineProperty(holder, symbol, { get() { hostile.note(String(symbol), this); return undefined; }, configurable: true });
      }
    }
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
    for (const name of [
      'Blob', 'File', 'URL', 'Uint8Array', 'ArrayBuffer', 'DataView', 'TextEncoder', 'WeakMap', 'Map', 'Set', 'Proxy', 'FinalizationRegistry', 'WritableStream', 'DOMException', 'TypeError',
      'RangeError', 'Error', 'MessageChannel', 'MessagePort', 'MessageEvent', 'Event', 'FileSystemFileHandle', 'FileSystemHandle', 'FileSystemDirectoryHandle', 'FileSystemWritableFileStream',
      'StorageManager', 'String', 'Object', 'Array', 'Symbol', 'Function', 'Number', 'Boolean', 'QuotaExceededError', 'Worker', 'Request',
    ]) {
      Object.defineProperty(globalThis, name, { value: function Replaced() { hostile.note(`new ${name}`, this); }, configurable: true, writable: true });
    }
  },
  'takes over Reflect, Object, JSON, Math and Number': (hostile) => {
    const { defineProperty, ownKeys } = Reflect;
    for (const [what, holder] of Object.entries({ Object, JSON, Math, Number, URL, ArrayBuffer, Array, String, Reflect })) {
      for (const name of ownKeys(holder)) {
        if (typeof (/** @type {any} */ (holder)[name]) !== 'function') continue;
        defineProperty(holder, name, { value() { hostile.note(`${what}.${String(name)}`, this); }, configurable: true });
      }
    }
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

/** @param {string} word @param {string} html @param {Record<string, string>} [headers] */
async function exerciseIn(word, html, headers = {}) {
  const text = `stored by a page that ${word}`;
  const argument = JSON.stringify({ known: hashOf(known), fresh: hashOf(new TextEncoder().encode(text)), text, origins: 'https://b.test' });
  const page = await profile.openDocument('a.test', { headers, html: `<script>(${prepare})()</script>${html}<script>exercise(${argument})</script>` });
  const element = await page.waitForSelector('html[data-result]', { state: 'attached' });
  const result = JSON.parse((await element.getAttribute('data-result')) ?? '');
  await page.close();
  assert.deepEqual(result, {
    error: null, read: known.length, same: true, copied: known.length, written: text.length, miss: 'NotFoundError', invalid: 'TypeError', overheard: '',
  });
  await finds(a, new TextEncoder().encode(text));
}

for (const [what, script] of Object.entries(HOSTILITIES)) {
  test(`a page that ${what} has the API, and overhears nothing`, () => exerciseIn(what, `<script>(${script})(hostile)</script>`));
}

for (const [what, headers] of /** @type {[string, Record<string, string>][]} */ ([
  ['demands trusted types and allows none', { 'content-security-policy': "require-trusted-types-for 'script'; trusted-types 'none'" }],
  ['forbids everything but its own scripts', { 'content-security-policy': "default-src 'none'; script-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'" }],
  ['is isolated from others', { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }],
  ['is isolated and embeds without credentials', { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'credentialless', 'cross-origin-resource-policy': 'same-origin' }],
  ['is a document of its own process', { 'origin-agent-cluster': '?1' }],
  ['is sent without a cache or a referrer', { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }],
])) test(`a page that ${what} has the API`, () => exerciseIn(what, '', headers));

/** Runs in a page, with a frame: what its calls come to, a hang being one of the outcomes. (A write that waits in a stream is the browser's, which lets it hang.) */
const inFrame = `(prepare, act) => new Promise((resolve) => {
  const frame = document.createElement('iframe');
  frame.onload = async () => {
    const settle = (promise) => Promise.race([promise.then(() => 'fine', (error) => error?.name), new Promise((done) => setTimeout(done, 5000, 'hangs'))]);
    frame.onload = null;
    resolve(await act(frame, frame.contentWindow, settle));
  };
  prepare(frame);
  document.body.append(frame);
})`;

for (const [what, prepareFrame] of [
  ['about:blank', '() => {}'], ['srcdoc', "(frame) => { frame.srcdoc = 'x'; }"], ['its own URL', "(frame) => { frame.src = '/?frame'; }"],
  ['about:blank after document.open', '() => { setTimeout(() => {}); }'],
]) {
  test(`calls of a removed frame (${what}) settle, those before its removal and those after`, async () => {
    const page = await profile.open('a.test');
    const seen = succeeded(await attempt(page, `async (hash) => (${inFrame})(${prepareFrame}, async (frame, view, settle) => {
      const storage = view.navigator.crossOriginStorage;
      if (${what.includes('open')}) { view.document.open(); view.document.write('x'); view.document.close(); }
      const handle = await storage.getFileHandle(hash);
      const created = await storage.getFileHandle({ ...hash, value: 'a'.repeat(64) }, { create: true });
      const writable = await created.createWritable();
      const copy = structuredClone(handle);
      const { getFile } = view.FileSystemFileHandle.prototype;
      const pending = [storage.getFileHandle(hash), storage.getFileHandle({ ...hash, value: 'b'.repeat(64) }, { create: true }), handle.getFile(), created.createWritable(),
        storage.getFileHandle({ algorithm: 'x', value: 'x' })];
      frame.remove();
      const before = await Promise.all(pending.map(settle));
      const later = () => [() => storage.getFileHandle(hash), () => storage.getFileHandle(hash, { create: true }), () => handle.getFile(), () => created.createWritable(), () => writable.close(),
        () => getFile.call(copy), () => handle.isSameEntry(copy), () => handle.queryPermission(), () => storage.getFileHandle({ algorithm: 'x', value: 'x' })].map((act) => {
          try { return settle(act()); } catch (error) { return error.name; }
        });
      return [...before, ...await Promise.all(later())];
    })`, hashOf(known)));
    assert.ok(!seen.includes('hangs'), seen.join(', '));
    await finds(page, known);
    await page.close();
  });
}

test('a page that replaces its document by document.open keeps the API, for itself and for its frames', async () => {
  const page = await profile.open('a.test');
  const bytes = bytesOf('stored after document.open');
  await finds(page, known);
  await page.evaluate(() => {
    document.open();
    document.write('<title>New</title><p>new<iframe srcdoc="x"></iframe>');
    document.close();
  });
  await finds(page, known);
  succeeded(await store(page, bytes));
  await eventually(() => page.frames().length === 2, 'the frame is there');
  await finds(page.frames()[1], bytes);
  await page.close();
});

test('a page that removes a frame in the middle of a call’s arguments breaks nothing', async () => {
  const page = await profile.open('a.test');
  const seen = succeeded(await attempt(page, `async (hash) => (${inFrame})(() => {}, async (frame, view, settle) => {
    const storage = view.navigator.crossOriginStorage;
    const hash2 = { get algorithm() { frame.remove(); return hash.algorithm; }, value: hash.value };
    return [await settle(storage.getFileHandle(hash2)), await settle(navigator.crossOriginStorage.getFileHandle(hash))];
  })`, hashOf(known)));
  assert.deepEqual(seen, ['NotFoundError', 'fine']);
  await page.close();
});

test('a function that the API calls does not see its caller', async () => {
  const page = await profile.open('a.test');
  const seen = succeeded(await attempt(page, async (hash) => {
    /** @type {unknown[]} */
    const callers = [];
    const spy = new Function('callers', 'value', 'return function spy() { callers.push(spy.caller, spy.arguments.length); return value; }');
    const given = Object.defineProperties({}, { algorithm: { get: spy(callers, hash.algorithm) }, value: { get: spy(callers, { toString: spy(callers, hash.value) }) } });
    await navigator.crossOriginStorage.getFileHandle(given);
    return callers.map((caller) => (typeof caller === 'function' ? caller.name || 'a function' : caller));
  }, hashOf(known)));
  assert.deepEqual(seen, [null, 0, null, 0, null, 0]);
  await page.close();
});

test('arguments that call the API themselves are served in their turn', async () => {
  const page = await profile.open('a.test');
  const seen = succeeded(await attempt(page, async (hash) => {
    /** @type {Promise<string>[]} */
    const inner = [];
    let left = 50;
    const given = { algorithm: hash.algorithm, get value() {
      left -= 1;
      if (left >= 0) inner.push(navigator.crossOriginStorage.getFileHandle(given).then(({ name }) => name));
      return hash.value;
    } };
    const names = [(await navigator.crossOriginStorage.getFileHandle(given)).name, ...await Promise.all(inner)];
    return [names.length, new Set(names).size];
  }, hashOf(known)));
  assert.deepEqual(seen, [51, 1]);
  await page.close();
});

test('a page of a thousand frames works, and so does each of them', async () => {
  const page = await profile.open('a.test');
  const seen = succeeded(await attempt(page, async (hash) => {
    const frames = Array.from({ length: 1000 }, () => document.body.appendChild(document.createElement('iframe')));
    const outcomes = await Promise.all(frames.map((frame) => /** @type {any} */ (frame.contentWindow).navigator.crossOriginStorage.getFileHandle(hash)
      .then((/** @type {any} */ handle) => handle.getFile()).then(() => 'fine', (/** @type {Error} */ error) => error.name)));
    return [...new Set(outcomes)];
  }, hashOf(known)));
  assert.deepEqual(seen, ['fine']);
  await finds(page, known);
  await page.close();
  await finds(a, known);
});

/** Fills what the extension remembers of a tab's documents. @param {import('playwright-core').Page} page */
const addManyFrames = (page) => page.evaluate(async () => {
  for (let round = 0; round < 5; round += 1) {
    const frames = Array.from({ length: 100 }, (_, index) => Object.assign(document.createElement('iframe'), { src: `/?${round}-${index}` }));
    await Promise.all(frames.map((frame) => new Promise((resolve) => {
      frame.onload = resolve;
      document.body.append(frame);
    })));
    frames.forEach((frame) => frame.remove());
  }
});

test('a page cannot shake its policy off by frames without end', async () => {
  const page = await profile.openDocument('a.test', { headers: { 'permissions-policy': 'cross-origin-storage=()' } });
  await addManyFrames(page);
  failedWith(await read(page, hashOf(known)), 'NotAllowedError');
  const inner = await page.evaluate((hash) => {
    const frame = document.body.appendChild(document.createElement('iframe'));
    return /** @type {any} */ (frame.contentWindow).navigator.crossOriginStorage.getFileHandle(hash).then(() => 'fine', (/** @type {Error} */ error) => error.name);
  }, hashOf(known));
  assert.equal(inner, 'NotAllowedError');
  await page.close();
});

test('a page cannot shake its ceiling off by frames without end', async () => {
  const page = await profile.openDocument('a.test', { headers: { 'cross-origin-storage-allow-origin': world.origin('c.test') } });
  const bytes = bytesOf('stored under a ceiling that holds');
  await addManyFrames(page);
  succeeded(await store(page, bytes, [world.origin('b.test')]));
  await misses(await profile.page('b.test'), bytes);
  await page.close();
});

test('a frame cannot shake its own policy off by frames beside it', async () => {
  const path = world.sites.document({ headers: { 'permissions-policy': 'cross-origin-storage=()' } });
  const page = await profile.openDocument('a.test', { html: `<iframe src="${path}"></iframe>` });
  await addManyFrames(page);
  failedWith(await read(page.frames()[1], hashOf(known)), 'NotAllowedError');
  await page.close();
});

test('a page cannot shake its policy off by empty windows, nor by closing itself', async () => {
  const page = await profile.openDocument('a.test', { headers: { 'permissions-policy': 'cross-origin-storage=()' } });
  const popups = [];
  for (let opener = page; popups.length < 2; opener = popups[popups.length - 1]) {
    const opened = profile.context.waitForEvent('page');
    await opener.evaluate(() => void window.open('about:blank'));
    popups.push(await opened);
  }
  await page.close();
  for (const popup of popups) {
    failedWith(await read(popup, hashOf(known)), 'NotAllowedError');
    await popup.close();
  }
});

test('a page cannot shake its ceiling off by an empty window', async () => {
  const page = await profile.openDocument('a.test', { headers: { 'cross-origin-storage-allow-origin': world.origin('c.test') } });
  const bytes = bytesOf('stored by an empty window under a ceiling');
  const opened = profile.context.waitForEvent('page');
  await page.evaluate(() => void window.open('about:blank'));
  const popup = await opened;
  await page.close();
  succeeded(await store(popup, bytes, [world.origin('b.test')]));
  await misses(await profile.page('b.test'), bytes);
  await popup.close();
});

test('a page that dispatches the extension’s own events gets no answer', async () => {
  const page = await profile.open('a.test');
  const seen = succeeded(await attempt(page, async () => {
    /** @type {string[]} */
    const heard = [];
    for (const name of ['cos-ready', 'cos-port']) addEventListener(name, () => heard.push(name), { capture: true });
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => heard.push(JSON.stringify(data));
    dispatchEvent(new MessageEvent('cos-port', { ports: [port2] }));
    dispatchEvent(new Event('cos-ready'));
    port1.postMessage({ call: 1, op: 'permission' });
    window.postMessage({ call: 1, op: 'permission' }, '*');
    await new Promise((resolve) => setTimeout(resolve, 300));
    return heard.filter((text) => text.startsWith('{'));
  }));
  assert.deepEqual(seen, []);
  succeeded(await request(page, hashOf(known)));
  await page.close();
});
