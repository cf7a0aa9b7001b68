/** The page script's second part comes to the pages that use the API, and to no others. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { bytesOf } from './support/bytes.mjs';
import { failedWith, finds, misses, succeeded } from './support/expect.mjs';
import { EXTENSION_ID, openWorld } from './support/fixture.mjs';
import { store } from './support/in-page.mjs';

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
await extensionServiceWorker(profile.context);

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page @returns {Promise<() => number>} how often the second part was brought into the page */
async function countSecondParts(page) {
  const session = await page.context().newCDPSession(page);
  let count = 0;
  session.on('Debugger.scriptParsed', ({ url }) => { count += Number(url === `chrome-extension://${EXTENSION_ID}/second.js`); });
  await session.send('Debugger.enable');
  return () => count;
}

test('a page that does not use the API is not brought the second part, whatever else it does', async () => {
  const page = await profile.open('a.test');
  const seconds = await countSecondParts(page);
  await page.evaluate(async () => {
    void navigator.crossOriginStorage;
    await fetch('/');
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle('own', { create: true });
    const writable = await handle.createWritable();
    await writable.write('text');
    await writable.close();
    await (await handle.getFile()).text();
    await handle.isSameEntry(handle);
    await root.resolve(handle);
    const script = document.head.appendChild(document.createElement('script'));
    script.textContent = 'document.title = "ran"';
  });
  assert.equal(seconds(), 0);
  assert.equal(await page.evaluate(() => '__cosSecondPart' in globalThis), false);
  await page.close();
});

test('a page that uses the API is brought it once', async () => {
  const page = await profile.open('a.test');
  const seconds = await countSecondParts(page);
  const bytes = bytesOf('for the second part');
  succeeded(await store(page, bytes));
  await finds(page, bytes);
  assert.equal(seconds(), 1);
  await page.close();
});

test('a page that leaves no place for it has an empty store, and none of its calls hangs', async () => {
  const page = await profile.open('a.test');
  const bytes = bytesOf('there, but not here');
  succeeded(await store(page, bytes));
  const full = await profile.open('a.test');
  await full.evaluate(() => { Object.defineProperty(globalThis, '__cosSecondPart', { value: () => {} }); });
  await misses(full, bytes);
  failedWith(await store(full, bytesOf('new')), 'UnknownError');
  assert.equal(await full.evaluate(async () => (await fetch('/', /** @type {any} */ ({ crossOriginStorage: '*' }))).status), 200);
  await page.close();
  await full.close();
});
