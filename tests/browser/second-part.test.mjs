/** The page script's second part comes to the pages that use the API, and to no others. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { failedWith, finds, misses, succeeded } from './support/expect.mjs';
import { EXTENSION_ID, openWorld } from './support/fixture.mjs';
import { attempt, store } from './support/in-page.mjs';

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
const background = await extensionServiceWorker(profile.context);

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

test('a page whose first call is a hit has its handle, however late the second part comes', async () => {
  const bytes = bytesOf('known before');
  const page = await profile.open('a.test');
  succeeded(await store(page, bytes));
  await page.close();
  const delay = (/** @type {number} */ ms) => background.evaluate((time) => {
    const { scripting } = /** @type {any} */ (globalThis).chrome;
    scripting.usual ??= scripting.executeScript;
    scripting.executeScript = async (/** @type {unknown[]} */ ...args) => {
      await new Promise((resolve) => setTimeout(resolve, time));
      return scripting.usual(...args);
    };
  }, ms);
  await delay(300);
  try {
    const fresh = await profile.open('a.test');
    await finds(fresh, bytes);
    await fresh.close();
  } finally {
    await delay(0);
  }
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

test('where there is no place for it the scripts of the markup run nevertheless, in their order', async () => {
  const text = "ran.push('declared')";
  const integrity = `sha256-${Buffer.from(hashOf(new TextEncoder().encode(text)).value, 'hex').toString('base64')}`;
  const page = await profile.openDocument('a.test', { html: `
    <script>window.ran = []; Object.defineProperty(globalThis, '__cosSecondPart', { value: () => {} });</script>
    <script src="${world.sites.script(text)}" integrity="${integrity}" crossoriginstorage></script>
    <script>ran.push('inline')</script><script src="${world.sites.script("ran.push('network')")}"></script>
    <script type=module>ran.push('end')</script>` });
  await page.waitForFunction(() => /** @type {any} */ (window).ran.includes('end'));
  assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).ran), ['declared', 'inline', 'network', 'end']);
  await page.close();
});

test('calls of a frame that is removed while it is on its way settle', async () => {
  const page = await profile.open('a.test');
  const seen = succeeded(await attempt(page, async (hash) => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const { navigator: { crossOriginStorage }, fetch: fetchThere } = /** @type {any} */ (frame.contentWindow);
    const calls = [crossOriginStorage.getFileHandle(hash), crossOriginStorage.getFileHandle(hash, { create: true }),
      crossOriginStorage.getFileHandle({ algorithm: 'x', value: 'x' }), fetchThere('/', { crossOriginStorage: '*' })];
    await new Promise((resolve) => setTimeout(resolve));
    frame.remove();
    const settled = (/** @type {Promise<unknown>} */ call) => call.then(() => 'fine', (error) => error.name);
    return Promise.all(calls.map((call) => Promise.race([settled(call), new Promise((resolve) => setTimeout(resolve, 5000, 'hangs'))])));
  }, hashOf(bytesOf('for a frame that goes'))));
  assert.deepEqual(seen, ['NotFoundError', 'UnknownError', 'TypeError', 'TypeError']);
  await page.close();
});

test('a call of a frame settles, at whatever moment the frame is removed', async () => {
  const page = await profile.open('a.test');
  const bytes = bytesOf('for frames that go at any time');
  succeeded(await store(page, bytes));
  const seen = succeeded(await attempt(page, async (hash) => {
    const outcomes = new Set();
    for (let delay = 0; delay < 12; delay += 0.25) {
      const frame = document.body.appendChild(document.createElement('iframe'));
      const { crossOriginStorage } = /** @type {Window} */ (frame.contentWindow).navigator;
      await crossOriginStorage.getFileHandle(hash);
      const call = crossOriginStorage.getFileHandle(hash).then(() => 'fine', (/** @type {Error} */ error) => error.name);
      // Timers are too coarse for the moment in which the handle is being made.
      for (const end = performance.now() + delay; performance.now() < end;) {
        await new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = resolve;
          port2.postMessage(null);
        });
      }
      frame.remove();
      outcomes.add(await Promise.race([call, new Promise((resolve) => setTimeout(resolve, 1000, 'hangs'))]));
    }
    return [...outcomes];
  }, hashOf(bytes)));
  assert.ok(seen.includes('NotFoundError'));
  assert.ok(!seen.includes('hangs'));
  await page.close();
});
