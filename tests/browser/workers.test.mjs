/** The API in dedicated workers, and workers that must not notice the extension. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { succeeded } from './support/expect.mjs';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { openWorld } from './support/fixture.mjs';
import { attempt, store } from './support/in-page.mjs';

/** @typedef {import('playwright-core').Page} Page */

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
await extensionServiceWorker(profile.context);
const bare = await world.launch('bare', { extension: false });
const a = await profile.page('a.test');

const stored = bytesOf('what workers read', 20_000);
succeeded(await store(a, stored, [world.origin('b.test')]));

const { sites } = world;
const TEXT = sites.file(new TextEncoder().encode('a text'));
const name = (/** @type {string} */ path) => path.slice(path.lastIndexOf('/') + 1);
const HELPER = sites.script('globalThis.helped = 1;');
const MODULE = sites.script('export const value = 42;');
const INNER = sites.script(`postMessage({ location: location.pathname, name, api: 'crossOriginStorage' in navigator });`);

/** Answers each message with what this worker can see; for classic and module workers. */
const BODY = `
  const seen = {
    href: location.href, text: String(location), origin: [location.origin, self.origin], path: location.pathname,
    search: location.search, hash: location.hash, host: location.host, protocol: location.protocol, name: self.name,
    same: self.location === location, isLocation: location instanceof WorkerLocation, early: [],
    secure: isSecureContext, isolated: crossOriginIsolated, globals: [Worker, fetch, Request, XMLHttpRequest].map((each) =>
      [each.name, each.length, /native code/.test(Function.prototype.toString.call(each))]),
    properties: Object.keys(self).filter((key) => key !== 'seen' && key !== 'look').sort(),
  };
  const outcome = (body) => Promise.resolve().then(body).catch((error) => error.name);
  const look = async () => ({
    ...seen,
    fetched: await outcome(async () => { const r = await fetch('./${name(TEXT)}'); return [r.url, await r.text()]; }),
    absolute: await outcome(async () => (await fetch('/nowhere')).status),
    withOptions: await outcome(async () => (await fetch(new URL('${name(TEXT)}', location.href), { method: 'POST', body: 'x' })).url),
    request: await outcome(() => [new Request('./r?x#y').url, new Request(new Request('./s'), { method: 'PUT' }).method]),
    requested: await outcome(() => new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open('GET', '${name(TEXT)}');
      request.onloadend = () => resolve([request.status, request.responseURL, request.responseText]);
      request.send();
    })),
    redirect: await outcome(() => Response.redirect('./to').headers.get('location')),
    source: await outcome(() => { const source = new EventSource('./events'); source.close(); return source.url; }),
    socket: await outcome(() => { const socket = new WebSocket('./socket'); socket.close(); return socket.url; }),
    cached: await outcome(async () => {
      const cache = await caches.open('test');
      await cache.add('./${name(TEXT)}');
      await cache.put('./put', new Response('put'));
      const found = [await (await cache.match('./put')).text(), await (await caches.match('./${name(TEXT)}')).text()];
      const keys = (await cache.keys()).map(({ url }) => url);
      await caches.delete('test');
      return [found, keys];
    }),
    imported: await outcome(async () => (await import('./${name(MODULE)}')).value),
    scripts: await outcome(() => { importScripts('./${name(HELPER)}'); return globalThis.helped; }),
    nested: await outcome(() => new Promise((resolve) => {
      const nested = new Worker('./${name(INNER)}', { name: 'inner' });
      nested.onmessage = ({ data }) => resolve([data.location, data.name]);
      nested.onerror = () => resolve('error');
    })),
    badUrl: await outcome(() => new Worker('https://[')),
    foreign: await outcome(() => new Worker('https://other.test/worker.js')),
    syncAccess: typeof FileSystemFileHandle.prototype.createSyncAccessHandle,
    referrer: new Request('./x').referrer === 'about:client' || new Request('./x').referrer === location.href,
  });
  addEventListener('message', async ({ data, ports }) => {
    seen.early.push([data, ports.length]);
    if (data === 'look') postMessage(JSON.stringify(await look()));
    if (data === 'api') postMessage(JSON.stringify('crossOriginStorage' in navigator));
  });
`;
const CLASSIC = sites.script(`function topLevel() { return typeof topLevel; }\n${BODY}\nseen.top = [typeof topLevel, this === self];`);
const STRICT = sites.script(`'use strict';\n${BODY}\nseen.strict = (function () { return this === undefined; })();`);
const MODULAR = sites.script(`import { value } from './${name(MODULE)}';\n${BODY}\nseen.meta = [import.meta.url, value];`);
const SHARED = sites.script(`onconnect = ({ ports }) => ports[0].postMessage([location.href, 'crossOriginStorage' in navigator]);`);
const FAILING = [
  ['an exception', sites.script("\n\nfunction fail() { throw new RangeError('boom'); }\nfail();")],
  ['a late exception', sites.script("setTimeout(() => {\n  throw new TypeError('late'); });")],
  ['a missing nested script', sites.script("try { importScripts('./missing'); } catch (error) { throw new Error(error.name); }")],
  ['a missing file', '/resource/missing'],
  ...['text/plain', 'application/octet-stream', 'application/json', 'text/html', 'text/csv', 'image/png'].flatMap((type) => [
    [`an exception in ${type}`, sites.file(new TextEncoder().encode("\nthrow new Error('of a wrong type')"), { 'content-type': type })],
    [`an exception in ${type} that must not be sniffed`,
      sites.file(new TextEncoder().encode("\nthrow new Error('of a wrong type')"), { 'content-type': type, 'x-content-type-options': 'nosniff' })],
  ]),
];

/** Calls the API once, as a page that wants its workers to have it must. @param {Page} page */
const use = (page) => page.evaluate(() => navigator.crossOriginStorage.getFileHandle({ algorithm: '', value: '' }).catch(() => {}));

/**
 * What the page sees of a worker of that script.
 * @param {Page} page
 * @param {string} source
 * @param {object} [options]
 */
const lookInto = (page, source, options) => page.evaluate(async ([url, given]) => {
  const worker = given ? new Worker(url, /** @type {any} */ (given)) : new Worker(url);
  const { port1 } = new MessageChannel();
  worker.postMessage('first');
  worker.postMessage('second', [port1]);
  worker.postMessage('look');
  const answer = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(`${event.message}`));
  });
  const classes = [worker instanceof Worker, Object.getPrototypeOf(worker) === Worker.prototype, worker.constructor === Worker, String(worker)];
  worker.terminate();
  return { classes, ...JSON.parse(/** @type {any} */ (answer)) };
}, /** @type {const} */ ([source, options]));

/** @param {Page} page @param {string} source @param {object} [options] */
const hasApi = (page, source, options) => page.evaluate(async ([url, given]) => {
  const worker = new Worker(url, /** @type {any} */ (given));
  worker.postMessage('api');
  const answer = await new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = () => resolve('"error"');
  });
  worker.terminate();
  return JSON.parse(/** @type {any} */ (answer));
}, /** @type {const} */ ([source, options]));

/**
 * The same page in a browser without the extension, with the extension but no use of the API, and
 * with workers that have the API.
 */
async function threePages() {
  const pages = [await bare.open('a.test'), await profile.open('a.test'), await profile.open('a.test')];
  await use(pages[2]);
  return { pages, close: () => Promise.all(pages.map((page) => page.close())) };
}

/** @type {[string, string, object | undefined][]} */
const KINDS = [
  ['classic', CLASSIC, undefined],
  ['classic strict', STRICT, { name: 'named', type: 'classic' }],
  ['module', MODULAR, { type: 'module', name: 'a module' }],
  ['module without credentials', MODULAR, { type: 'module', credentials: 'omit' }],
  ['classic with query and fragment', `${CLASSIC}?query=1#fragment`, undefined],
];

for (const [kind, source, options] of KINDS) {
  test(`a ${kind} worker is the same without the extension, with it, and with the API`, async () => {
    const { pages, close } = await threePages();
    const [expected, unused, wrapped] = [
      await lookInto(pages[0], source, options), await lookInto(pages[1], source, options), await lookInto(pages[2], source, options)];
    assert.equal(expected.fetched?.[1], 'a text');
    assert.deepEqual(unused, expected);
    assert.deepEqual(wrapped, expected);
    assert.deepEqual([await hasApi(pages[1], source, options), await hasApi(pages[2], source, options)], [false, true]);
    await close();
  });
}

test('a worker that fails tells of it as it would without the extension', async () => {
  const { pages, close } = await threePages();
  for (const [what, path] of FAILING) {
    for (const type of ['classic', 'module']) {
      const [expected, unused, wrapped] = await Promise.all(pages.map((page) => page.evaluate(([url, kind]) => new Promise((resolve) => {
        const worker = new Worker(url, { type: /** @type {any} */ (kind) });
        worker.postMessage('ignored');
        worker.onerror = (event) => {
          event.preventDefault();
          resolve([event.constructor.name, event.message, event.filename, event.lineno, event.colno, event.cancelable]);
        };
      }), [path, type])));
      assert.deepEqual(unused, expected, `${what}, ${type}, unused`);
      assert.deepEqual(wrapped, expected, `${what}, ${type}, wrapped`);
    }
  }
  await close();
});

test('a page that never calls the API keeps the browser’s own constructors', async () => {
  const describe = (/** @type {Page} */ page) => page.evaluate(() => [Worker, SharedWorker, URL.createObjectURL, URL.revokeObjectURL].map((each) =>
    [each.name, each.length, Function.prototype.toString.call(each), Object.getOwnPropertyNames(each).join()]));
  const page = await profile.open('a.test');
  await page.evaluate(() => ['crossOriginStorage' in navigator, navigator.crossOriginStorage.getFileHandle]);
  assert.deepEqual(await describe(page), await describe(await bare.page('a.test')));
  await page.close();
});

test('the constructor that stands in is shaped as the browser’s own', async () => {
  const page = await profile.open('a.test');
  await use(page);
  const seen = await page.evaluate(([source, foreign]) => {
    const failure = (/** @type {() => unknown} */ body) => {
      try {
        return body();
      } catch (error) {
        return /** @type {any} */ (error).name;
      }
    };
    class Derived extends Worker {}
    const derived = new Derived(source);
    const classes = [derived instanceof Derived, derived instanceof Worker, derived.constructor === Derived];
    derived.terminate();
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
    const anyWorker = /** @type {any} */ (Worker);
    return [
      Worker.name, Worker.length, Worker.prototype.constructor === Worker, /native code/.test(String(Worker)), classes,
      [descriptor?.enumerable, descriptor?.writable, descriptor?.configurable],
      failure(() => anyWorker(source)), failure(() => new anyWorker()), failure(() => new Worker('https://[')),
      failure(() => new Worker(foreign)), failure(() => new anyWorker(source, { type: 'nonsense' })),
    ];
  }, [CLASSIC, world.server.url('b.test', CLASSIC)]);
  assert.deepEqual(seen, [
    'Worker', 1, true, true, [true, true, true], [false, true, true],
    'TypeError', 'TypeError', 'SyntaxError', 'SecurityError', 'TypeError']);
  await page.close();
});

/** What a worker does with the API; a function of the worker. */
const READ_AND_WRITE = `async ({ hash, bytes, newHash }) => {
  const outcome = (promise) => promise.then((value) => value, (error) => error.name + (error instanceof DOMException || error instanceof TypeError));
  const storage = navigator.crossOriginStorage;
  const handle = await storage.getFileHandle(hash);
  const file = await handle.getFile();
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  const created = await storage.getFileHandle(newHash, { create: true });
  const unreadable = await outcome(created.getFile());
  const writable = await created.createWritable();
  await writable.write(bytes);
  await writable.close();
  return {
    file: [file instanceof File, file.name, file.size], digest: [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    handle: [handle instanceof FileSystemFileHandle, handle.kind, handle.name], unreadable, written: (await created.getFile()).size,
    sync: await outcome(handle.createSyncAccessHandle()), miss: await outcome(storage.getFileHandle({ algorithm: 'SHA-256', value: '0'.repeat(64) })),
    invalid: await outcome(storage.getFileHandle({ algorithm: 'MD5', value: '' })),
    classes: [storage instanceof CrossOriginStorageManager, navigator.crossOriginStorage === storage, String(storage)],
  };
}`;
const SERVE = `onmessage = async ({ data }) => postMessage(await (${READ_AND_WRITE})(data).catch((error) => String(error)));`;
const NEST = `onmessage = ({ data }) => {
  const inner = new Worker(URL.createObjectURL(new Blob([${JSON.stringify(SERVE)}])));
  inner.onmessage = (event) => postMessage(event.data);
  inner.postMessage(data);
};`;
const SERVING = sites.script(SERVE);
const NESTING = sites.script(NEST);

/** @type {[string, string][]} the worker, made in the page */
const READERS = [
  ['a classic worker', `new Worker('${SERVING}')`],
  ['a module worker', `new Worker('${SERVING}', { type: 'module' })`],
  ['a blob: worker', `(() => { const url = URL.createObjectURL(new Blob([${JSON.stringify(SERVE)}])); const made = new Worker(url); URL.revokeObjectURL(url); return made; })()`],
  ['a blob: module worker', `(() => { const url = URL.createObjectURL(new Blob([${JSON.stringify(SERVE)}], { type: 'text/javascript' })); const made = new Worker(url, { type: 'module' }); URL.revokeObjectURL(url); return made; })()`],
  ['a nested worker', `new Worker('${NESTING}')`],
  ['a nested worker of a blob: worker', `new Worker(URL.createObjectURL(new Blob([${JSON.stringify(NEST)}])))`],
];

for (const [what, constructor] of READERS) {
  test(`${what} reads and writes`, async () => {
    const page = await profile.open('b.test');
    await use(page);
    const bytes = bytesOf(`written by ${what}`);
    const seen = succeeded(await attempt(page, `(wish) => new Promise((resolve, reject) => {
      const worker = ${constructor};
      worker.onerror = (event) => reject(new Error('worker: ' + event.message));
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(wish);
    })`, { hash: hashOf(stored), bytes, newHash: hashOf(bytes) }));
    const { value } = hashOf(stored);
    assert.deepEqual(seen, {
      file: [true, value, stored.length], digest: value, handle: [true, 'file', value], unreadable: 'NotAllowedErrortrue',
      written: bytes.length, sync: 'InvalidStateErrortrue', miss: 'NotFoundErrortrue', invalid: 'TypeErrortrue',
      classes: [true, true, '[object CrossOriginStorageManager]'],
    });
    await page.close();
  });
}

test('calls that a worker makes before it has run through are answered', async () => {
  const page = await profile.open('a.test');
  await use(page);
  const script = sites.script(`navigator.crossOriginStorage.getFileHandle(${JSON.stringify(hashOf(stored))}).then((handle) => postMessage(handle.name), (error) => postMessage(String(error)));`);
  const seen = await page.evaluate((url) => new Promise((resolve) => {
    new Worker(url).onmessage = ({ data }) => resolve(data);
  }), script);
  assert.equal(seen, hashOf(stored).value);
  await page.close();
});

test('a worker that is terminated while it writes leaves no write session behind', async () => {
  const page = await profile.open('a.test');
  await use(page);
  const script = sites.script(`onmessage = async ({ data }) => {
    const writable = await (await navigator.crossOriginStorage.getFileHandle(data, { create: true })).createWritable();
    await writable.write('unfinished');
    postMessage('writing');
  };`);
  // More than one origin may have open at a time.
  const seen = await page.evaluate(async ([url, hash]) => {
    const answers = new Set();
    for (let round = 0; round < 40; round += 1) {
      const worker = new Worker(url);
      worker.postMessage(hash);
      answers.add(await new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); worker.onerror = () => resolve('error'); setTimeout(resolve, 20_000, 'nothing'); }));
      worker.terminate();
    }
    return [...answers];
  }, /** @type {const} */ ([script, hashOf(bytesOf('never finished'))]));
  assert.deepEqual(seen, ['writing']);
  await page.close();
});

test('a worker that is terminated while it opens a file for writing leaves no write session behind', async () => {
  const page = await profile.open('app.a.test');
  await use(page);
  const script = sites.script(`onmessage = async ({ data }) => {
    const handle = await navigator.crossOriginStorage.getFileHandle(data, { create: true });
    void handle.createWritable();
    postMessage('opening');
  };`);
  // More than one origin may have open at a time.
  succeeded(await attempt(page, async ([url, hash]) => {
    const handle = await navigator.crossOriginStorage.getFileHandle(hash, { create: true });
    for (let round = 0; round < 60; round += 1) {
      const worker = new Worker(url);
      worker.postMessage(hash);
      await new Promise((resolve) => { worker.onmessage = resolve; });
      worker.terminate();
    }
    await (await handle.createWritable()).abort();
  }, [script, hashOf(bytesOf('never begun'))]));
  await page.close();
});

test('a worker of an isolated page is isolated, and shares memory', async () => {
  const isolated = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
  const script = sites.script("onmessage = ({ data }) => { new Uint8Array(data)[0] = 7; postMessage([crossOriginIsolated, 'crossOriginStorage' in navigator]); };", isolated);
  for (const type of ['classic', 'module']) {
    const page = await profile.openDocument('a.test', { headers: isolated });
    await use(page);
    const seen = await page.evaluate(([url, kind]) => new Promise((resolve) => {
      const worker = new Worker(url, { type: /** @type {any} */ (kind) });
      const memory = new SharedArrayBuffer(1);
      worker.onmessage = ({ data }) => resolve([...data, new Uint8Array(memory)[0]]);
      worker.onerror = () => resolve('error');
      worker.postMessage(memory);
    }), [script, type]);
    assert.deepEqual(seen, [true, true, 7]);
    await page.close();
  }
});

test('a worker of a page without permission is left alone', async () => {
  const page = await profile.openDocument('a.test', { headers: { 'permissions-policy': 'cross-origin-storage=()' } });
  await use(page);
  assert.equal(await hasApi(page, CLASSIC), false);
  await page.close();
});

for (const [what, markup] of /** @type {[string, {headers?: Record<string, string>, html?: string}][]} */ ([
  ['a script-src policy', { headers: { 'content-security-policy': "script-src 'self' 'unsafe-eval'" } }],
  ['a worker-src policy', { headers: { 'content-security-policy': "img-src *; worker-src 'self'" } }],
  ['a default-src policy that only reports', { headers: { 'content-security-policy-report-only': "default-src 'self'" } }],
  ['a policy in its markup', { html: '<meta http-equiv="Content-Security-Policy" content="worker-src \'self\'">' }],
])) {
  test(`a worker of a page with ${what} runs as ever, without the API`, async () => {
    const page = await profile.openDocument('a.test', markup);
    await page.evaluate(() => addEventListener('securitypolicyviolation', () => { document.title = 'violated'; }));
    await use(page);
    assert.equal(await hasApi(page, CLASSIC), false);
    assert.notEqual(await page.title(), 'violated');
    await page.close();
  });
}

test('a policy that does not concern workers leaves them the API', async () => {
  const page = await profile.openDocument('a.test', { headers: { 'content-security-policy': "frame-ancestors 'self'; base-uri 'none'" } });
  await use(page);
  assert.equal(await hasApi(page, CLASSIC), true);
  await page.close();
});

test('a worker of a page that a service worker controls is left alone', async () => {
  const page = await profile.openDocument('a.test', {});
  const registration = sites.script("addEventListener('activate', (event) => event.waitUntil(clients.claim()));");
  await page.evaluate(async (url) => {
    const controlled = new Promise((resolve) => { navigator.serviceWorker.oncontrollerchange = resolve; });
    await navigator.serviceWorker.register(url);
    await controlled;
  }, registration);
  await use(page);
  assert.equal(await hasApi(page, CLASSIC), false);
  await page.evaluate(async () => (await navigator.serviceWorker.ready).unregister());
  await page.close();
});

test('data: and shared workers are left alone', async () => {
  const page = await profile.open('a.test');
  await use(page);
  assert.equal(await hasApi(page, `data:text/javascript,${encodeURIComponent(BODY)}`), false);
  const shared = await page.evaluate((url) => new Promise((resolve) => {
    new SharedWorker(url).port.onmessage = ({ data }) => resolve(data);
  }), SHARED);
  assert.deepEqual(shared, [world.server.url('a.test', SHARED), false]);
  await page.close();
});

test('blob: URLs that a worker was started from are revoked as the page asked, once it runs', async () => {
  const page = await profile.open('a.test');
  await use(page);
  const seen = await page.evaluate(async () => {
    const url = URL.createObjectURL(new Blob(['postMessage(location.href)']));
    const worker = new Worker(url);
    URL.revokeObjectURL(url);
    const href = await new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
    while (await fetch(url).then(() => true, () => false));
    const again = new Worker(url);
    const failed = await new Promise((resolve) => { again.onerror = () => resolve('failed'); again.onmessage = () => resolve('ran'); });
    return [href === url, failed];
  });
  assert.deepEqual(seen, [true, 'failed']);
  await page.close();
});

test('a blob: URL that is revoked does not outlive a worker that is terminated while it loads', async () => {
  const page = await profile.open('a.test');
  await use(page);
  const seen = await page.evaluate(async () => {
    const url = URL.createObjectURL(new Blob(['postMessage(1)']));
    const worker = new Worker(url);
    worker.terminate();
    URL.revokeObjectURL(url);
    return fetch(url).then(() => 'still there', () => 'revoked');
  });
  assert.equal(seen, 'revoked');
  await page.close();
});
