/** caches.crossOrigin and navigator.storage.requestCrossOriginCache(), which the user may switch on. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, hashOf, NEVER_GREASED } from './support/bytes.mjs';
import { eventually, failedWith, succeeded } from './support/expect.mjs';
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
