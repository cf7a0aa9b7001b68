/** What developers are told in the console, and that pages do not overhear it. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { bytesOf, hashOf, NEVER_GREASED } from './support/bytes.mjs';
import { eventually, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { attempt, request, store } from './support/in-page.mjs';

/** @typedef {import('playwright-core').Page} Page */

const popular = bytesOf('a popular library, stored without a warning', NEVER_GREASED);
const world = await openWorld({ listed: [popular] });
after(() => world.close());
const profile = await world.launch();
await extensionServiceWorker(profile.context);
const [b, c, d] = ['b.test', 'c.test', 'd.test'].map((host) => world.origin(host));
const under = (/** @type {string} */ ceiling) => ({ headers: { 'cross-origin-storage-allow-origin': ceiling } });

/** A page and what its console says. @param {Parameters<typeof profile.openDocument>[1]} [document] */
async function listenTo(document = {}) {
  const page = await profile.openDocument('a.test', document);
  /** @type {string[]} */
  const warnings = [];
  page.on('console', (message) => warnings.push(`${message.type()}: ${message.text()}`));
  return { page, warnings };
}

/** Whatever the page does comes before this in its console. @param {Page} page @param {string[]} warnings */
async function settle(page, warnings) {
  const mark = `mark ${warnings.length} ${Math.random()}`;
  await page.evaluate((text) => console.log(text), mark);
  await eventually(() => warnings.some((text) => text.includes(mark)), 'the console is read');
  return warnings.filter((text) => !text.includes('mark '));
}

test('each origin that the ceiling drops is named, and no other', async () => {
  const { page, warnings } = await listenTo(under(c));
  succeeded(await request(page, hashOf(bytesOf('two dropped')), { create: true, origins: [b, c, d] }));
  const seen = await settle(page, warnings);
  assert.equal(seen.length, 2);
  assert.ok(seen.every((text) => text.startsWith('warning: ') && text.includes('Cross-Origin-Storage-Allow-Origin')), seen.join('\n'));
  assert.ok(seen[0].includes(` ${b} `) && seen[1].includes(` ${d} `), seen.join('\n'));
  await page.close();
});

test("'*' for a hash that is not on the Public Hash List is warned of, by the hash", async () => {
  const { page, warnings } = await listenTo();
  const hash = hashOf(bytesOf('not on the list'));
  succeeded(await request(page, hash, { create: true, origins: '*' }));
  const seen = await settle(page, warnings);
  assert.equal(seen.length, 1);
  assert.ok(seen[0].includes(`SHA-256 ${hash.value} is not on the Public Hash List`), seen[0]);
  await page.close();
});

test('an origin that finds no place on a full list is named when the write has ended', async () => {
  const { page, warnings } = await listenTo();
  const bytes = bytesOf('full');
  succeeded(await store(page, bytes, Array.from({ length: 100 }, (_, index) => `https://s${index}.test`)));
  assert.deepEqual(await settle(page, warnings), []);
  succeeded(await store(page, bytes, [b, 'https://s5.test', c]));
  const seen = await settle(page, warnings);
  assert.equal(seen.length, 2);
  assert.ok(seen[0].includes(` ${b} `) && seen[1].includes(` ${c} `) && seen[0].includes('100 origins'), seen.join('\n'));
  await page.close();
});

test('what does all that it was asked for warns of nothing', async () => {
  const { page, warnings } = await listenTo(under(`${b}, ${c}`));
  succeeded(await store(page, popular, '*'));
  succeeded(await store(page, bytesOf('listed for two'), [b, c]));
  succeeded(await store(page, bytesOf('for its site')));
  await misses(page, bytesOf('nowhere'));
  assert.deepEqual(await settle(page, warnings), []);
  await page.close();
});

test('the deprecated names warn once each in each realm', async () => {
  const { page, warnings } = await listenTo({ html: '<iframe srcdoc="x"></iframe>' });
  const use = async (/** @type {any} */ hash) => {
    for (let round = 0; round < 3; round += 1) {
      await navigator.crossOriginStorage.requestFileHandle(hash).catch(() => {});
      await navigator.crossOriginStorage.requestFileHandles([hash]).catch(() => {});
      await navigator.crossOriginStorage.getFileHandle(hash).catch(() => {});
    }
  };
  const hash = hashOf(bytesOf('asked for by old names'));
  succeeded(await attempt(page, use, hash));
  const first = await settle(page, warnings);
  assert.deepEqual(first.map((text) => /\.(\w+)\(\) is deprecated/.exec(text)?.[1]), ['requestFileHandle', 'requestFileHandles']);
  succeeded(await attempt(page.frames()[1], use, hash));
  assert.equal((await settle(page, warnings)).length, 4);
  await page.evaluate(([body, wanted]) => new Promise((resolve) => {
    const worker = new Worker(URL.createObjectURL(new Blob([`onmessage = async ({ data }) => postMessage(await (${body})(data));`])));
    worker.onmessage = resolve;
    worker.postMessage(wanted);
  }), /** @type {const} */ ([String(use), hash]));
  assert.equal((await settle(page, warnings)).length, 6);
  await page.close();
});

test('what a worker asks for is warned of in its page’s console', async () => {
  const { page, warnings } = await listenTo(under(c));
  const hash = hashOf(bytesOf('asked for by a worker'));
  const create = async (/** @type {any} */ [wanted, origins]) => void (await navigator.crossOriginStorage.getFileHandle(wanted, { create: true, origins }));
  succeeded(await attempt(page, async () => void (await navigator.crossOriginStorage.getFileHandle({ algorithm: '', value: '' }).catch(() => {}))));
  await page.evaluate(([body, message]) => new Promise((resolve) => {
    const worker = new Worker(URL.createObjectURL(new Blob([`onmessage = async ({ data }) => postMessage(await (${body})(data));`])));
    worker.onmessage = resolve;
    worker.postMessage(message);
  }), /** @type {const} */ ([String(create), [hash, [b]]]));
  const seen = await settle(page, warnings);
  assert.equal(seen.length, 1);
  assert.ok(seen[0].includes(b), seen[0]);
  await page.close();
});

test('a page that takes over its console overhears nothing, and the developer is told all the same', async () => {
  const { page, warnings } = await listenTo(under(c));
  const overheard = succeeded(await attempt(page, async ({ hash, origins }) => {
    /** @type {string[]} */
    const heard = [];
    for (const name of Object.keys(console)) {
      /** @type {any} */ (console)[name] = () => heard.push(name);
    }
    Object.defineProperty(globalThis, 'console', { get: () => heard.push('console'), configurable: true });
    for (const prototype of [Object.prototype, String.prototype, Array.prototype]) {
      for (const name of ['warnings', 'dropped', 'listed', 'toString', 'toJSON']) {
        const native = /** @type {any} */ (prototype)[name];
        Object.defineProperty(prototype, name, { get: () => { heard.push(name); return native; }, set: () => heard.push(name), configurable: true });
      }
    }
    const { prototype } = MessageEvent;
    const native = /** @type {any} */ (Object.getOwnPropertyDescriptor(prototype, 'data')).get;
    Object.defineProperty(prototype, 'data', { get() { heard.push('data'); return native.call(this); }, configurable: true });
    heard.length = 0;
    await navigator.crossOriginStorage.requestFileHandle(hash, { create: true, origins: '*' });
    await navigator.crossOriginStorage.getFileHandle(hash, { create: true, origins });
    return heard.slice();
  }, { hash: hashOf(bytesOf('overheard by none')), origins: [b] }));
  assert.deepEqual(overheard, []);
  await eventually(() => warnings.length === 3, 'three warnings arrive');
  assert.ok(['deprecated', 'Public Hash List', b].every((part, index) => warnings[index].includes(part)), warnings.join('\n'));
  await page.close();
});
