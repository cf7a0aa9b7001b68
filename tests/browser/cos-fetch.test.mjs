/** The package cross-origin-storage: cosFetch with the API, without it, and when it fails. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ROOT } from '../../scripts/lib/build.mjs';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { startServer } from '../../scripts/lib/https-server.mjs';
import { bytesOf, hashOf, NEVER_GREASED } from './support/bytes.mjs';
import { eventually, finds, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { attempt, store } from './support/in-page.mjs';
import { incoming } from './support/store-files.mjs';

/** @typedef {import('playwright-core').Page} Page */

const LISTED = bytesOf('a file that everyone may find', NEVER_GREASED);
const world = await openWorld({ listed: [LISTED], settings: { 'write.limit': '30MB' } });
after(() => world.close());
const { sites, server } = world;
const HELPER = '/package/cos-fetch.js';
for (const name of ['cos-fetch.js', 'hashes.js', 'store-copy.js']) {
  sites.place(`/package/${name}`, 'text/javascript', readFileSync(join(ROOT, 'packages/cross-origin-storage', name)));
}
// Sends half of the file that a test gives it, and the rest when the test says so.
const halves = new Map();
const slow = await startServer({
  hosts: {
    '*.test': (_req, res, url) => {
      const { bytes, ready } = halves.get(url.pathname);
      res.writeHead(200, { 'content-length': bytes.length, 'access-control-allow-origin': '*' });
      res.write(bytes.subarray(0, bytes.length / 2));
      ready(res);
    },
  },
});
after(() => slow.close());

const profile = await world.launch();
// A document whose response the extension did not see keeps the browser's own workers.
await extensionServiceWorker(profile.context);
const bare = await world.launch('bare', { extension: false });
const hostless = await world.launch('hostless', { host: 'missing' });
const [a, b, c] = await Promise.all(['a.test', 'b.test', 'c.test'].map((host) => profile.page(host)));

/** What the page sees of a cosFetch whose body it reads as a whole; a function of the page or of a worker. */
const FETCH = `async ({ helper, url, init, stored }) => {
  const { cosFetch } = await import(helper);
  const sources = new Set();
  let settle;
  const end = new Promise((resolve) => { settle = resolve; });
  const response = await cosFetch(url, { ...init, onprogress: ({ source }) => sources.add(source), onstored: (error) => settle(error?.name ?? 'stored') });
  const { status, headers } = response;
  const bytes = await response.arrayBuffer().catch(() => 'rejected');
  const digest = typeof bytes === 'string' ? bytes
    : [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return {
    status, type: headers.get('content-type'), length: headers.get('content-length'), digest, sources: [...sources],
    stored: stored ? await end : undefined,
  };
}`;

/**
 * @param {import('playwright-core').Page | import('playwright-core').Frame} page
 * @param {string} url
 * @param {object} init
 * @param {boolean} [stored] whether to wait for what became of the copy
 */
const cosFetch = (page, url, init, stored = false) =>
  page.evaluate(`(${FETCH})(${JSON.stringify({ helper: HELPER, url, init, stored })})`);

/** @param {string} path */
const downloaded = (path) => server.traffic.bytes({ path });

test('a file that was stored by another site comes without a request', async () => {
  const bytes = bytesOf('stored for b', 100_000);
  succeeded(await store(a, bytes, [world.origin('b.test')]));
  const path = sites.file(bytes);
  const seen = await cosFetch(b, path, { hash: hashOf(bytes).value, contentType: 'application/wasm' });
  assert.deepEqual(seen, {
    status: 200, type: 'application/wasm', length: String(bytes.length), digest: hashOf(bytes).value, sources: ['store'], stored: undefined });
  assert.equal(server.traffic.requests({ path }), 0);
});

test('a file that was not stored is downloaded once, and stored for whom it is meant', async () => {
  const path = sites.file(LISTED);
  const init = { hash: hashOf(LISTED).value, origins: '*', contentType: 'text/x-mine' };
  const first = await cosFetch(a, path, init, true);
  assert.deepEqual(first, {
    status: 200, type: 'text/x-mine', length: String(LISTED.length), digest: init.hash, sources: ['network'], stored: 'stored' });
  assert.equal(downloaded(path), LISTED.length);
  for (const page of [a, b, c]) assert.deepEqual((await cosFetch(page, path, init)).sources, ['store']);
  assert.equal(downloaded(path), LISTED.length);
});

test('without origins the file is found by the same site alone', async () => {
  const bytes = bytesOf('for the site alone', 50_000);
  const path = sites.file(bytes);
  assert.equal((await cosFetch(a, path, { hash: hashOf(bytes) }, true)).stored, 'stored');
  await finds(await profile.page('app.a.test'), bytes);
  await misses(b, bytes);
});

test('every digest of the API finds and stores', async () => {
  for (const algorithm of /** @type {const} */ (['SHA-1', 'SHA-384', 'SHA-512'])) {
    const bytes = bytesOf(`named by ${algorithm}`, 20_000);
    const path = sites.file(bytes);
    const hash = hashOf(bytes, algorithm);
    assert.deepEqual((await cosFetch(a, path, { hash }, true)).stored, 'stored');
    assert.deepEqual((await cosFetch(a, path, { hash })).sources, ['store']);
    await finds(a, bytes, algorithm);
  }
});

test('a file many pieces long arrives and is stored whole, whatever the page does with the pieces', async () => {
  const bytes = bytesOf('twenty-five megabytes', 25_000_000);
  const path = sites.file(bytes);
  const outcome = await attempt(a, async ({ helper, url, hash }) => {
    const { cosFetch: fetchFile } = await import(helper);
    let settle = /** @type {(error?: any) => void} */ (() => {});
    const end = new Promise((resolve) => { settle = resolve; });
    const { body } = await fetchFile(url, { hash, onstored: settle });
    const reader = body.getReader();
    let size = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.length;
      structuredClone(next.value, { transfer: [next.value.buffer] });
    }
    return [size, await end];
  }, { helper: HELPER, url: path, hash: hashOf(bytes).value });
  assert.deepEqual(succeeded(outcome), [bytes.length, undefined]);
  await finds(a, bytes);
});

test('a model of more parts than a site may write at a time is stored whole, though some bodies are never read', async () => {
  const parts = Array.from({ length: 40 }, (_, index) => bytesOf(`part ${index}`, 300_000)).map((bytes) => ({ path: sites.file(bytes), hash: hashOf(bytes) }));
  const outcome = await attempt(a, async ({ helper, wanted, unread }) => {
    const { cosFetch: fetchFile } = await import(helper);
    await Promise.all(Array.from({ length: 10 }, async () => (await fetchFile(unread.path, { hash: unread.hash })).body.getReader().read()));
    /** @type {string[]} */
    const stored = [];
    const responses = await Promise.all(wanted.map((/** @type {any} */ { path, hash }) =>
      fetchFile(path, { hash, onstored: (/** @type {any} */ error) => stored.push(error?.name ?? 'stored') })));
    await Promise.all(responses.map((response) => response.arrayBuffer()));
    while (stored.length < wanted.length) await new Promise((resolve) => setTimeout(resolve, 50));
    return stored;
  }, { helper: HELPER, wanted: parts.slice(1), unread: parts[0] });
  assert.deepEqual(succeeded(outcome), Array(39).fill('stored'));
});

test('WebAssembly is compiled from a downloaded file of any type, and from the stored one', async () => {
  const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 0, 4, 3, 99, 111, 115]);
  const outcome = await attempt(a, async ({ helper, url, hash }) => {
    const { cosFetch: fetchFile } = await import(helper);
    /** @type {any[]} */
    const seen = [];
    const compile = async (/** @type {(error?: unknown) => void} */ onstored) => {
      const options = { hash, contentType: 'application/wasm', onstored, onprogress: (/** @type {any} */ { source }) => seen.push(source) };
      const module = await WebAssembly.compileStreaming(fetchFile(url, options));
      seen.push(WebAssembly.Module.customSections(module, 'cos').length);
    };
    await new Promise((resolve, reject) => { compile(resolve).catch(reject); });
    await compile(() => {});
    return seen;
  }, { helper: HELPER, url: sites.file(bytes), hash: hashOf(bytes).value });
  assert.deepEqual(succeeded(outcome), ['network', 1, 'store', 1]);
});

test('wrong bytes end in a DataError and are not stored', async () => {
  const wanted = bytesOf('what should have come', 30_000);
  const path = sites.file(bytesOf('what came instead', 30_000));
  const seen = await cosFetch(a, path, { hash: hashOf(wanted).value }, true);
  assert.deepEqual([seen.digest, seen.stored], ['rejected', 'DataError']);
  await misses(a, wanted);
});

test('wrong bytes that nobody checks are not stored either', async () => {
  const wanted = bytesOf('what should have come unchecked', 30_000);
  const other = bytesOf('what came unchecked', 30_000);
  const seen = await cosFetch(a, sites.file(other), { hash: hashOf(wanted).value, verify: false }, true);
  assert.deepEqual([seen.digest, seen.stored], [hashOf(other).value, 'DataError']);
  await misses(a, wanted);
});

/**
 * Starts a download of which half has come, and ends it in some way.
 * @param {string} word
 * @param {string} end source of a function of the page: of the body's reader, an AbortController and the bytes' URL
 * @param {(res: import('node:http').ServerResponse) => void} [interrupt]
 */
async function halfway(word, end, interrupt) {
  const bytes = bytesOf(word, 6_000_000);
  const path = `/${word.replaceAll(' ', '-')}`;
  /** @type {(value: any) => void} */
  let ready = () => {};
  const serving = new Promise((resolve) => { ready = resolve; });
  halves.set(path, { bytes, ready });
  const outcome = attempt(a, `async ({ helper, url, hash }) => {
    const { cosFetch } = await import(helper);
    const controller = new AbortController();
    let settle;
    const stored = new Promise((resolve) => { settle = resolve; });
    const { body } = await cosFetch(url, { hash, signal: controller.signal, onstored: settle });
    const reader = body.getReader();
    await reader.read();
    document.title = 'half';
    const seen = await (${end})(reader, controller);
    return [seen, (await stored)?.name];
  }`, { helper: HELPER, url: slow.url('files.test', path), hash: hashOf(bytes).value });
  const response = await serving;
  await a.waitForFunction(() => document.title === 'half');
  await a.evaluate(() => { document.title = ''; });
  interrupt?.(response);
  const seen = succeeded(await outcome);
  await misses(a, bytes);
  await eventually(() => incoming(world.storeDir).length === 0, 'the unfinished write is gone');
  return seen;
}

const READ_ON = 'async (reader) => { try { while (!(await reader.read()).done); return "done"; } catch (error) { return error.name; } }';

test('a download that is aborted stores nothing', async () => {
  const abort = `async (reader, controller) => { controller.abort(); return (${READ_ON})(reader); }`;
  assert.deepEqual(await halfway('aborted halfway', abort), ['AbortError', 'AbortError']);
});

test('a body that is cancelled stores nothing', async () => {
  const cancel = `async (reader) => { await reader.cancel(new DOMException('enough', 'DataCloneError')); return (${READ_ON})(reader); }`;
  assert.deepEqual(await halfway('cancelled halfway', cancel), ['done', 'DataCloneError']);
});

test('a connection that breaks stores nothing', async () => {
  const seen = await halfway('broken halfway', READ_ON, (response) => response.destroy());
  assert.deepEqual(seen, ['TypeError', 'TypeError']);
});

for (const [whose, call] of /** @type {const} */ ([
  ['its own', '(url, init, signal) => [url, { ...init, signal }]'],
  ['its request’s', '(url, init, signal) => [new Request(url, { signal }), init]'],
])) test(`an aborted signal (${whose}) also stops the look-up and the body of a stored file`, async () => {
  const bytes = bytesOf(`stored and stopped by a signal, ${whose}`, 2_000_000);
  succeeded(await store(a, bytes));
  const outcome = await attempt(a, `async ({ helper, hash }) => {
    const { cosFetch } = await import(helper);
    const fetchFile = (signal) => cosFetch(...(${call})('/nowhere', { hash }, signal));
    const early = await fetchFile(AbortSignal.abort()).catch((error) => error.name);
    const controller = new AbortController();
    const { body } = await fetchFile(controller.signal);
    const reader = body.getReader();
    await reader.read();
    controller.abort();
    try {
      while (!(await reader.read()).done);
      return [early, 'done'];
    } catch (error) {
      return [early, error.name];
    }
  }`, { helper: HELPER, hash: hashOf(bytes).value });
  assert.deepEqual(succeeded(outcome), ['AbortError', 'AbortError']);
});

test('without the extension files come over the network, checked', async () => {
  const page = await bare.page('a.test');
  const bytes = bytesOf('for a browser without the extension', 40_000);
  const seen = await cosFetch(page, sites.file(bytes), { hash: hashOf(bytes).value }, true);
  assert.deepEqual([seen.digest, seen.sources, seen.stored], [hashOf(bytes).value, ['network'], 'NotSupportedError']);
  assert.equal((await cosFetch(page, sites.file(bytes), { hash: '0'.repeat(64) })).digest, 'rejected');
});

test('without a host files come over the network', async () => {
  const bytes = bytesOf('for a browser without a host', 40_000);
  const seen = await cosFetch(await hostless.page('a.test'), sites.file(bytes), { hash: hashOf(bytes).value }, true);
  assert.deepEqual([seen.digest, seen.sources, seen.stored], [hashOf(bytes).value, ['network'], 'UnknownError']);
});

test('where the API is forbidden files come over the network', async () => {
  const page = await profile.openDocument('a.test', { headers: { 'permissions-policy': 'cross-origin-storage=()' } });
  const bytes = bytesOf('for a page that may not', 40_000);
  succeeded(await store(a, bytes));
  const seen = await cosFetch(page, sites.file(bytes), { hash: hashOf(bytes).value }, true);
  assert.deepEqual([seen.digest, seen.sources, seen.stored], [hashOf(bytes).value, ['network'], 'NotAllowedError']);
  await page.close();
});

test('a file that is too large for the store comes over the network', async () => {
  const bytes = bytesOf('thirty-one megabytes', 31_000_000);
  const path = sites.file(bytes);
  const seen = await cosFetch(a, path, { hash: hashOf(bytes).value }, true);
  assert.deepEqual([seen.digest, seen.sources, seen.stored], [hashOf(bytes).value, ['network'], 'QuotaExceededError']);
  await misses(a, bytes);
});

test('origins that the API refuses do not keep a file from coming', async () => {
  const bytes = bytesOf('for malformed origins', 40_000);
  const seen = await cosFetch(a, sites.file(bytes), { hash: hashOf(bytes).value, origins: ['no origin'] }, true);
  assert.deepEqual([seen.digest, seen.stored], [hashOf(bytes).value, 'TypeError']);
});

test('an insecure page gets its files checked, too', async () => {
  const insecure = await world.serve(false);
  const page = await profile.context.newPage();
  await page.goto(insecure.url('a.test'));
  const bytes = bytesOf('for an insecure page', 40_000);
  const results = [];
  for (const hash of [hashOf(bytes).value, '0'.repeat(64)]) {
    results.push(await page.evaluate(async ([helper, url, wanted]) => {
      const { cosFetch: fetchFile } = await import(helper);
      return (await fetchFile(url, { hash: wanted })).arrayBuffer().then((/** @type {ArrayBuffer} */ whole) => whole.byteLength, () => 'rejected');
    }, [HELPER, sites.file(bytes), hash]));
  }
  assert.deepEqual(results, [bytes.length, 'rejected']);
  await page.close();
});

test('a worker stores what its page then finds', async () => {
  const page = await profile.open('a.test');
  await page.evaluate(() => navigator.crossOriginStorage?.getFileHandle(/** @type {any} */ ({ algorithm: '', value: '' })).catch(() => {}));
  const bytes = bytesOf('fetched by a worker', 60_000);
  const path = sites.file(bytes);
  const worker = sites.script(`onmessage = async ({ data }) => postMessage(await (${FETCH})(data).catch(String));`);
  const inWorker = (/** @type {boolean} */ stored) => page.evaluate(([url, wish]) => new Promise((resolve) => {
    const started = new Worker(/** @type {string} */ (url), { type: 'module' });
    started.onmessage = ({ data }) => resolve(data);
    started.postMessage(wish);
  }), [worker, { helper: server.url('a.test', HELPER), url: server.url('a.test', path), init: { hash: hashOf(bytes).value }, stored }]);
  assert.deepEqual(/** @type {any} */ (await inWorker(true)).sources, ['network']);
  assert.deepEqual(/** @type {any} */ (await inWorker(false)).sources, ['store']);
  assert.deepEqual((await cosFetch(page, path, { hash: hashOf(bytes).value })).sources, ['store']);
  assert.equal(downloaded(path), bytes.length);
  await page.close();
});
