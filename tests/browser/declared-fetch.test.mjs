/** fetch(url, {integrity, crossOriginStorage}): one download for every site that may read the entry. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { bytesOf, hashOf, NEVER_GREASED } from './support/bytes.mjs';
import { eventually, failedWith, finds, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { attempt, read } from './support/in-page.mjs';

/** The module `(func (export "answer") (result i32) i32.const 42)`, with a custom section that makes it large. */
function wasmModule() {
  const plain = '0061736d01000000' + '010501600001' + '7f' + '03020100' + '070a0106616e737765720000' + '0a06010400412a0b';
  const filler = bytesOf('a large section of a module', NEVER_GREASED);
  const custom = [0, ...leb(filler.length + 2), 1, 'x'.charCodeAt(0)];
  return new Uint8Array(Buffer.concat([Buffer.from(plain, 'hex'), Buffer.from(custom), filler]));
}

/** @param {number} value @returns {number[]} */
const leb = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)]);

const popular = bytesOf('a popular file, fetched', NEVER_GREASED);
const unlisted = bytesOf('an unlisted file, fetched', NEVER_GREASED);
const wasm = wasmModule();

const world = await openWorld({ listed: [popular, wasm] });
after(() => world.close());
const profile = await world.launch();
// A document whose response the extension did not see keeps the browser's own workers.
await extensionServiceWorker(profile.context);
const [a, b, c] = await Promise.all(['a.test', 'b.test', 'c.test'].map((host) => profile.page(host)));

/** @param {Uint8Array} bytes @param {string} [algorithm] */
const integrityOf = (bytes, algorithm = 'sha256') => `${algorithm}-${createHash(algorithm).update(bytes).digest('base64')}`;

/** @param {string} path */
const requestsOf = (path) => world.server.traffic.requests({ path });

/**
 * @param {import('./support/in-page.mjs').Target} page
 * @param {string} url
 * @param {Record<string, unknown>} init
 */
const fetched = (page, url, init) => attempt(page, async ({ url: target, init: options }) => {
  const response = await fetch(target, options);
  const copy = response.clone();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.arrayBuffer()));
  return {
    digest: [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    url: response.url, type: response.type, status: response.status, ok: response.ok, redirected: response.redirected,
    bodyUsed: response.bodyUsed, contentType: response.headers.get('content-type'),
    copy: [copy.url, copy.type, (await copy.blob()).size], genuine: response instanceof Response,
  };
}, { url, init });

/** @param {Uint8Array} bytes */
const hex = (bytes) => hashOf(bytes).value;

/** @param {Uint8Array} bytes @param {import('./support/in-page.mjs').Target} page */
const becomesReadable = (bytes, page) =>
  eventually(async () => (await read(page, hashOf(bytes))).error === undefined, 'the file is stored');

test('a file that one site fetched is served to another without a request', async () => {
  const path = world.sites.file(popular);
  const url = world.server.url('e.test', path);
  const init = { integrity: integrityOf(popular), crossOriginStorage: '*' };
  const first = succeeded(await fetched(a, url, init));
  await becomesReadable(popular, a);
  const second = succeeded(await fetched(b, url, init));
  assert.equal(requestsOf(path), 1);
  assert.equal(second.digest, hex(popular));
  assert.deepEqual({ ...second, contentType: null }, { ...first, contentType: null }, 'both responses look alike');
  assert.equal(second.url, url);
  assert.equal(second.type, 'cors');
});

test('a file of the same origin is of type basic, from the network and from the store', async () => {
  const bytes = bytesOf('of the same origin');
  const path = world.sites.file(bytes);
  const url = world.server.url('a.test', path);
  const init = { integrity: integrityOf(bytes), crossOriginStorage: '' };
  const first = succeeded(await fetched(a, path, init));
  await becomesReadable(bytes, a);
  const second = succeeded(await fetched(a, path, init));
  assert.equal(requestsOf(path), 1);
  for (const { type, url: seen, copy } of [first, second]) {
    assert.deepEqual([type, seen, copy], ['basic', url, [url, 'basic', bytes.length]]);
  }
});

test('contentType decides on hits and on misses, so that Wasm streams from the store', async () => {
  const path = world.sites.file(wasm);
  const url = world.server.url('e.test', path);
  const init = { integrity: integrityOf(wasm), crossOriginStorage: { origins: '*', contentType: 'application/wasm' } };
  const run = (/** @type {import('playwright-core').Page} */ page) => attempt(page, async ({ url: target, init: options }) => {
    const { instance } = await WebAssembly.instantiateStreaming(fetch(target, options));
    return /** @type {any} */ (instance.exports).answer();
  }, { url, init });
  assert.equal(succeeded(await run(a)), 42);
  await becomesReadable(wasm, a);
  assert.equal(succeeded(await run(b)), 42);
  assert.equal(requestsOf(path), 1);
  assert.equal(succeeded(await fetched(c, url, init)).contentType, 'application/wasm');
});

test('without origins the file stays with its site', async () => {
  const url = world.server.url('e.test', world.sites.file(unlisted));
  succeeded(await fetched(a, url, { integrity: integrityOf(unlisted), crossOriginStorage: '' }));
  await becomesReadable(unlisted, a);
  await finds(await profile.page('app.a.test'), unlisted);
  await misses(b, unlisted);
});

test("a list goes as far as the fetched resource's own header allows", async () => {
  const list = [world.origin('b.test'), world.origin('c.test')];
  const both = bytesOf('fetched, header names both');
  const one = bytesOf('fetched, header names one');
  const without = bytesOf('fetched, without a header');
  const fetchWith = async (/** @type {Uint8Array} */ bytes, /** @type {Record<string, string>} */ headers) => {
    const url = world.server.url('e.test', world.sites.file(bytes, headers));
    succeeded(await fetched(a, url, { integrity: integrityOf(bytes), crossOriginStorage: list }));
    await becomesReadable(bytes, a);
  };
  await fetchWith(both, { 'cross-origin-storage-allow-origin': list.join(', ') });
  await fetchWith(one, { 'cross-origin-storage-allow-origin': list[0] });
  await fetchWith(without, {});
  await finds(b, both);
  await finds(c, both);
  await finds(b, one);
  await misses(c, one);
  await finds(c, without);
});

test("it is the resource's header that counts, not the document's", async () => {
  const list = [world.origin('b.test'), world.origin('c.test')];
  const bytes = bytesOf('fetched by a document with a header of its own');
  const page = await profile.openDocument('a.test', { headers: { 'cross-origin-storage-allow-origin': list[0] } });
  const url = world.server.url('e.test', world.sites.file(bytes, { 'cross-origin-storage-allow-origin': list[1] }));
  succeeded(await fetched(page, url, { integrity: integrityOf(bytes), crossOriginStorage: list }));
  await becomesReadable(bytes, page);
  await misses(b, bytes);
  await finds(c, bytes);
  await page.close();
});

test('a worker is served as its page is', async () => {
  const bytes = bytesOf('fetched by a worker', NEVER_GREASED);
  const path = world.sites.file(bytes);
  const script = world.sites.script(`onmessage = async ({ data: [url, init] }) => postMessage((await (await fetch(url, init)).blob()).size);`);
  const run = () => attempt(a, async ({ script: source, url, init }) => {
    await navigator.crossOriginStorage.getFileHandle({ algorithm: '', value: '' }).catch(() => {});
    const worker = new Worker(source);
    const size = new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
    worker.postMessage([url, init]);
    return size;
  }, { script, url: world.server.url('e.test', path), init: { integrity: integrityOf(bytes), crossOriginStorage: '' } });
  assert.equal(succeeded(await run()), bytes.length);
  await becomesReadable(bytes, a);
  assert.equal(succeeded(await run()), bytes.length);
  assert.equal(requestsOf(path), 1);
});

test('bytes that do not match are an error, as ever, and nothing is stored', async () => {
  const bytes = bytesOf('promised');
  const url = world.server.url('e.test', world.sites.file(bytesOf('delivered')));
  failedWith(await fetched(a, url, { integrity: integrityOf(bytes), crossOriginStorage: '*' }), 'TypeError');
  await misses(a, bytes);
});

test('of several algorithms the strongest decides', async () => {
  const bytes = bytesOf('with two digests');
  const path = world.sites.file(bytes);
  const url = world.server.url('e.test', path);
  const init = { integrity: `sha256-${Buffer.alloc(32).toString('base64')} ${integrityOf(bytes, 'sha384')}`, crossOriginStorage: '' };
  assert.equal(succeeded(await fetched(a, url, init)).digest, hex(bytes));
  await eventually(async () => (await read(a, hashOf(bytes, 'SHA-384'))).error === undefined, 'the file is stored');
  succeeded(await fetched(a, url, init));
  assert.equal(requestsOf(path), 1);
});

test('a fetch without integrity, or of another kind, is left to the browser', async () => {
  const bytes = bytesOf('left alone');
  const path = world.sites.file(bytes);
  for (let count = 1; count <= 2; count += 1) {
    assert.equal(succeeded(await fetched(a, path, { crossOriginStorage: '*', cache: 'no-store' })).digest, hex(bytes));
    assert.equal(requestsOf(path), count);
  }
  await misses(a, bytes);
});

test('an aborted fetch rejects with the reason that was given', async () => {
  const url = world.server.url('e.test', world.sites.file(bytesOf('never wanted')));
  const outcome = await attempt(a, async ({ url: target, integrity }) => {
    const results = [];
    const before = AbortSignal.abort('before');
    results.push(await fetch(target, { integrity, crossOriginStorage: '', signal: before }).catch((reason) => reason));
    const controller = new AbortController();
    const fetching = fetch(target, { integrity, crossOriginStorage: '', signal: controller.signal });
    controller.abort('after');
    results.push(await fetching.catch((reason) => reason));
    return results;
  }, { url, integrity: integrityOf(bytesOf('never wanted')) });
  assert.deepEqual(succeeded(outcome), ['before', 'after']);
});

test('a malformed option is a TypeError, and its members are read once, in order', async () => {
  const outcome = await attempt(a, async () => {
    /** @type {string[]} */
    const log = [];
    const spy = { get origins() { log.push('origins'); return '*'; }, get contentType() { log.push('contentType'); return 'text/plain'; } };
    await fetch('/', /** @type {any} */ ({ get crossOriginStorage() { log.push('option'); return spy; } }));
    const errors = [];
    for (const option of [['nonsense'], 'nonsense', Array(101).fill('https://a.example'), { origins: [1] }, null]) {
      errors.push(await fetch('/', /** @type {any} */ ({ crossOriginStorage: option })).then(() => 'fetched', (error) => error.name));
    }
    return { log, errors };
  });
  assert.deepEqual(succeeded(outcome), {
    log: ['option', 'contentType', 'origins'], errors: ['TypeError', 'TypeError', 'TypeError', 'TypeError', 'TypeError'],
  });
});

test('a fetch without the option goes to the browser as it is', async () => {
  const outcome = await attempt(a, async () => {
    const failing = { get integrity() { throw new RangeError('mine'); } };
    return {
      native: Function.prototype.toString.call(fetch).includes('[native code]'), name: fetch.name, length: fetch.length,
      error: await fetch('/', /** @type {any} */ (failing)).catch((error) => error.message),
      plain: await fetch('/').then((response) => [response.status, response.type]),
    };
  });
  assert.deepEqual(succeeded(outcome), {
    native: true, name: 'fetch', length: 1, error: 'mine', plain: [200, 'basic'],
  });
});

test('where the API is blocked the file comes from the network and is not stored', async () => {
  const bytes = bytesOf('fetched where blocked');
  const path = world.sites.file(bytes);
  const page = await profile.openDocument('a.test', { headers: { 'permissions-policy': 'cross-origin-storage=()' } });
  const init = { integrity: integrityOf(bytes), crossOriginStorage: { contentType: 'text/x-test' } };
  const response = succeeded(await fetched(page, world.server.url('e.test', path), init));
  assert.deepEqual([response.digest, response.contentType], [hex(bytes), 'text/x-test']);
  await misses(a, bytes);
  await page.close();
});
