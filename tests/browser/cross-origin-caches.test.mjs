/** caches.crossOrigin and navigator.storage.requestCrossOriginCache(), which the user may switch on. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, hashOf, NEVER_GREASED } from './support/bytes.mjs';
import { eventually, failedWith, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { attempt, store } from './support/in-page.mjs';

const popular = bytesOf('a popular file in a cache', NEVER_GREASED);
const world = await openWorld({ listed: [popular], settings: { 'caches.cross-origin': 'on' } });
after(() => world.close());
const plain = await openWorld();
after(() => plain.close());
const profile = await world.launch();
const ordinary = await plain.launch();
const path = world.sites.file(popular, { 'content-type': 'application/x-model' });

/** @param {import('playwright-core').Page} page */
const hasCaches = (page) => page.evaluate(() => ['crossOrigin' in caches, 'requestCrossOriginCache' in navigator.storage]);

/** A page that has it: the extension learns of the setting when it first speaks with the host. @param {string} host */
async function openWithCaches(host) {
  const page = await profile.open(host);
  await page.evaluate(() => navigator.crossOriginStorage.getFileHandle({ algorithm: 'SHA-256', value: '0'.repeat(64) }).catch(() => {}));
  await eventually(async () => {
    await page.reload();
    return (await hasCaches(page)).every(Boolean);
  }, 'the page has caches.crossOrigin');
  return page;
}

test('by default no page has them', async () => {
  const page = await ordinary.open('a.test');
  succeeded(await store(page, bytesOf('so that the extension has spoken with the host')));
  await page.reload();
  assert.deepEqual(await hasCaches(page), [false, false]);
});

test('what one site puts into a cache another site gets by its hash', async () => {
  const page = await openWithCaches('a.test');
  const put = await attempt(page, async (url) => {
    const cache = await (/** @type {any} */ (caches)).crossOrigin.open('models');
    await cache.add(url);
    const response = await cache.match(url);
    const other = await (/** @type {any} */ (caches)).crossOrigin.open('others');
    return {
      size: (await response.blob()).size, type: response.headers.get('content-type'), keys: (await cache.keys()).length, tag: String(cache),
      missing: await cache.match('/missing'), elsewhere: await other.match(url), deleted: await cache.delete(url), after: await cache.match(url),
    };
  }, path);
  assert.deepEqual(succeeded(put), {
    size: popular.length, type: 'application/x-model', keys: 1, tag: '[object CrossOriginCache]',
    missing: undefined, elsewhere: undefined, deleted: true, after: undefined,
  });
  const got = await attempt(await openWithCaches('b.test'), async (hash) => {
    const cache = await (/** @type {any} */ (navigator.storage)).requestCrossOriginCache(hash);
    return (await (await cache.match()).arrayBuffer()).byteLength;
  }, hashOf(popular).value);
  assert.equal(succeeded(got), popular.length);
  assert.equal(world.server.traffic.requests({ path }), 1);
});

test('what is not there, or not a hash, is refused as ever', async () => {
  const page = await openWithCaches('c.test');
  const requestCache = (/** @type {unknown} */ hash) =>
    attempt(page, (wanted) => (/** @type {any} */ (navigator.storage)).requestCrossOriginCache(wanted), hash);
  failedWith(await requestCache(hashOf(bytesOf('nowhere'))), 'NotFoundError');
  failedWith(await requestCache('nonsense'), 'TypeError');
});

test('a response that is no whole file is not stored', async () => {
  const page = await openWithCaches('a.test');
  const outcome = await attempt(page, async () => {
    const cache = await (/** @type {any} */ (caches)).crossOrigin.open('models');
    await cache.add('/no-such-file');
  });
  failedWith(outcome, 'TypeError');
});

test('what is in a cross-origin cache is not found empty by caches.match()', async () => {
  const page = await openWithCaches('a.test');
  const seen = await attempt(page, async (url) => {
    await (await (/** @type {any} */ (caches)).crossOrigin.open('models')).add(url);
    const plain = await caches.match(url);
    return plain === undefined ? 'nothing' : { status: plain.status, size: (await plain.blob()).size, headers: [...plain.headers.keys()] };
  }, path);
  assert.deepEqual(succeeded(seen), 'nothing');
});

test('a service worker that answers from any cache first does not give the page an empty file', async () => {
  const script = `self.addEventListener('install', () => self.skipWaiting());
    self.addEventListener('activate', (event) => event.waitUntil(clients.claim()));
    self.addEventListener('fetch', (event) => event.respondWith(caches.match(event.request).then((known) => known || fetch(event.request))));`;
  const worker = world.sites.file(Buffer.from(script), { 'content-type': 'text/javascript', 'service-worker-allowed': '/' });
  const page = await openWithCaches('b.test');
  const size = await attempt(page, async ({ url, worker: address }) => {
    await (await (/** @type {any} */ (caches)).crossOrigin.open('models')).add(url);
    await navigator.serviceWorker.register(address, { scope: '/' });
    await navigator.serviceWorker.ready;
    while (navigator.serviceWorker.controller === null) await new Promise((resolve) => setTimeout(resolve, 50));
    return (await (await fetch(url)).blob()).size;
  }, { url: path, worker });
  assert.equal(succeeded(size), popular.length);
});

test('a sandboxed frame gets no error into its console', async () => {
  await openWithCaches('c.test');
  const page = await profile.context.newPage();
  /** @type {string[]} */ const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  await page.goto(world.server.url('c.test', world.sites.document({ html: '<iframe sandbox="allow-scripts" srcdoc="<p>x</p>"></iframe><iframe sandbox="allow-scripts" src="/"></iframe>' })));
  await page.waitForTimeout(500);
  assert.deepEqual(errors, []);
});

test('a put that is refused stores nothing', async () => {
  const bytes = bytesOf('refused put');
  const page = await openWithCaches('d.test');
  const outcome = await attempt(page, async (body) => {
    const cache = await (/** @type {any} */ (caches)).crossOrigin.open('models');
    await cache.put(new Request('/x', { method: 'POST' }), new Response(body));
  }, bytes);
  assert.equal(outcome.error?.name, 'TypeError');
  await misses(page, bytes);
});

test('requests are told and found as they were made, of other origins too, and without their search', async () => {
  const page = await openWithCaches('a.test');
  const cdn = world.server.url('e.test', path);
  const seen = await attempt(page, async ({ url, other }) => {
    const cache = await (/** @type {any} */ (caches)).crossOrigin.open('requests');
    await cache.addAll([`${url}?a=1`, other]);
    const sizeOf = async (/** @type {string} */ address, /** @type {object} */ options) => (await (await cache.match(address, options))?.blob())?.size;
    return {
      keys: (await cache.keys()).map((/** @type {Request} */ request) => request.url), of: (await cache.keys(other)).length,
      sizes: [await sizeOf(`${url}?a=1`, {}), await sizeOf(`${url}?b=2`, {}), await sizeOf(`${url}?b=2`, { ignoreSearch: true }), await sizeOf(other, {})],
      deleted: [await cache.delete(other), (await cache.keys()).length],
    };
  }, { url: path, other: cdn });
  assert.deepEqual(succeeded(seen), {
    keys: [`${world.server.url('a.test', path)}?a=1`, cdn], of: 1, sizes: [popular.length, undefined, popular.length, popular.length], deleted: [true, 1],
  });
});
