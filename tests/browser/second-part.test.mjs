/** The page script's second part comes to the pages that use the API, what serves declared resources to those that declare some, and neither to others. */
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

/** @param {Page} page @param {string} file @returns {Promise<() => number>} how often the file was brought into the page */
async function count(page, file) {
  const session = await page.context().newCDPSession(page);
  let times = 0;
  session.on('Debugger.scriptParsed', ({ url }) => { times += Number(url === `chrome-extension://${EXTENSION_ID}/${file}`); });
  await session.send('Debugger.enable');
  return () => times;
}

/**
 * Whatever the background brings into documents meanwhile comes late, or not at all.
 * @param {number} ms Infinity: not at all
 * @param {() => Promise<void>} body
 */
async function withLateParts(ms, body) {
  const delay = (/** @type {number | null} */ time) => background.evaluate((wait) => {
    const { scripting } = /** @type {any} */ (globalThis).chrome;
    scripting.usual ??= scripting.executeScript;
    scripting.executeScript = async (/** @type {unknown[]} */ ...args) => {
      if (wait === null) throw new Error('not here');
      await new Promise((resolve) => setTimeout(resolve, wait));
      return scripting.usual(...args);
    };
  }, time);
  await delay(Number.isFinite(ms) ? ms : null);
  try {
    await body();
  } finally {
    await delay(0);
  }
}

test('a page that does not use the API is not brought the second part, whatever else it does', async () => {
  const page = await profile.open('a.test');
  const seconds = await count(page, 'second.js');
  const declared = await count(page, 'declared.js');
  await page.reload();
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
  assert.deepEqual([seconds(), declared()], [0, 0]);
  assert.equal(await page.evaluate(() => '__cosSecondPart' in globalThis), false);
  await page.close();
});

test('a page that uses the API is brought it once', async () => {
  const page = await profile.open('a.test');
  const seconds = await count(page, 'second.js');
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
  await withLateParts(300, async () => {
    const fresh = await profile.open('a.test');
    await finds(fresh, bytes);
    await fresh.close();
  });
});

/** @param {string} word @returns {{text: string, html: string}} a declared script that notes where it came from, among others */
function declaring(word) {
  const text = `(window.ran ??= []).push('${word}', new Error().stack.includes('blob:') ? 'store' : 'network');`;
  const integrity = `sha256-${Buffer.from(hashOf(new TextEncoder().encode(text)).value, 'hex').toString('base64')}`;
  const html = `<script>window.ran = ['before']; addEventListener('DOMContentLoaded', () => ran.push('parsed'), true);</script>
    <script src="${world.sites.script(text)}" integrity="${integrity}" crossoriginstorage></script>
    <script>ran.push('after')</script><script>addEventListener('load', () => ran.push('loaded'))</script>`;
  return { text, html };
}

/** @param {string} html @returns {Promise<string[]>} */
async function ranIn(html) {
  const page = await profile.openDocument('a.test', { html });
  await page.waitForFunction(() => /** @type {any} */ (window).ran?.includes('loaded'));
  const ran = await page.evaluate(() => /** @type {any} */ (window).ran);
  await page.close();
  return ran;
}

test('a page that declares a script is brought once what serves it', async () => {
  const page = await profile.open('a.test');
  const { text, html } = declaring('counted');
  succeeded(await store(page, new TextEncoder().encode(text)));
  const declared = await count(page, 'declared.js');
  await page.goto(world.server.url('a.test', world.sites.document({ html })));
  await page.waitForFunction(() => /** @type {any} */ (window).ran?.includes('loaded'));
  assert.equal(declared(), 1);
  await page.close();
});

test('a page that asks again and again how its markup may be served is brought once what serves it', async () => {
  const page = await profile.open('a.test');
  const declared = await count(page, 'declared.js');
  const answers = await page.evaluate(() => new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    /** @type {boolean[]} */
    const seen = [];
    port1.onmessage = ({ data }) => { if (seen.push(data.ok) === 20) resolve(seen); };
    performance.dispatchEvent(new MessageEvent('cos-port', { cancelable: true, ports: [port2] }));
    for (let call = 1; call <= 20; call += 1) port1.postMessage({ op: 'markup', call });
  }));
  assert.deepEqual(answers, new Array(20).fill(true));
  assert.equal(declared(), 1);
  await page.close();
});

test('a declared script runs from the store, in its place, however late what serves it comes', async () => {
  const page = await profile.open('a.test');
  const { text, html } = declaring('late');
  succeeded(await store(page, new TextEncoder().encode(text)));
  await page.close();
  await withLateParts(300, async () => assert.deepEqual(await ranIn(html), ['before', 'late', 'store', 'after', 'parsed', 'loaded']));
});

test('where what serves it cannot come a declared script comes from the network, in its place', async () => {
  const page = await profile.open('a.test');
  const { text, html } = declaring('unserved');
  succeeded(await store(page, new TextEncoder().encode(text)));
  await page.close();
  await withLateParts(Infinity, async () => assert.deepEqual(await ranIn(html), ['before', 'unserved', 'network', 'after', 'parsed', 'loaded']));
});

test('where the browser never says whether what serves it has come a declared script comes from the network, in its place', async () => {
  const page = await profile.open('a.test');
  const { text, html } = declaring('unanswered');
  succeeded(await store(page, new TextEncoder().encode(text)));
  await page.close();
  // Later than any test waits.
  await withLateParts(1 << 30, async () => assert.deepEqual(await ranIn(html), ['before', 'unanswered', 'network', 'after', 'parsed', 'loaded']));
});

test('a page that sends the signs of the page script itself changes nothing for its scripts and events', async () => {
  const page = await profile.open('a.test');
  const { text, html } = declaring('signed');
  succeeded(await store(page, new TextEncoder().encode(text)));
  await page.close();
  const signs = `<script>for (const sign of ['cos-loaded', 'cos-markup', 'cos-markup']) performance.dispatchEvent(new Event(sign, { cancelable: true }))</script>`;
  assert.deepEqual(await ranIn(signs + html), ['before', 'signed', 'store', 'after', 'parsed', 'loaded']);
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
