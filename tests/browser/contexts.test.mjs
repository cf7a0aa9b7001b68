/** Where the API works, and where it is refused: policies, frames, isolation, insecure and hostile pages. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { failedWith, finds, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { request, store } from './support/in-page.mjs';

/** @typedef {import('playwright-core').Page} Page */

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
const [a, b] = await Promise.all(['a.test', 'b.test'].map((host) => profile.page(host)));

const known = bytesOf('known to a.test and b.test');
succeeded(await store(a, known, [world.origin('b.test')]));

const MALFORMED = { algorithm: 'MD5', value: 'nonsense' };
const BLANK = world.sites.document({});

/** @param {Page} page the frame of the page's one iframe */
function childOf(page) {
  const [, child] = page.frames();
  assert.ok(child, 'The page has no frame.');
  return child;
}

/**
 * Every request is refused before anything else is looked at.
 * @param {import('./support/in-page.mjs').Target} target
 */
async function isBlocked(target) {
  const errors = [
    failedWith(await request(target, hashOf(known)), 'NotAllowedError'),
    failedWith(await request(target, hashOf(known), { create: true }), 'NotAllowedError'),
    failedWith(await request(target, MALFORMED), 'NotAllowedError'),
    failedWith(await request(target, hashOf(known), { origins: ['nonsense'] }), 'NotAllowedError'),
  ];
  for (const error of errors) assert.deepEqual(error, errors[0]);
}

/**
 * A page on a.test with one frame.
 * @param {string} src
 * @param {string} [attributes]
 * @param {Record<string, string>} [headers] of the page
 */
const openWithFrame = (src, attributes = '', headers = {}) =>
  profile.openDocument('a.test', { headers, html: `<iframe src="${src}" ${attributes}></iframe>` });

test("a page whose policy is default-src 'none' reads and writes", async () => {
  const page = await profile.openDocument('b.test', { headers: { 'content-security-policy': "default-src 'none'" } });
  await finds(page, known);
  const bytes = bytesOf('stored under a strict policy');
  succeeded(await store(page, bytes));
  await finds(page, bytes);
  await page.close();
});

test('a cross-origin-isolated page reads and writes', async () => {
  const page = await profile.openDocument('b.test', {
    headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
  });
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  await finds(page, known);
  const bytes = bytesOf('stored by an isolated page');
  succeeded(await store(page, bytes));
  await finds(b, bytes);
  await page.close();
});

test('a frame of the same origin works as its page does', async () => {
  const page = await openWithFrame(BLANK);
  const bytes = bytesOf('stored in a same-origin frame');
  await finds(childOf(page), known);
  succeeded(await store(childOf(page), bytes));
  await finds(page, bytes);
  await page.close();
});

test('a frame without a document of its own works as its page does', async () => {
  const page = await profile.openDocument('a.test', { html: '<iframe srcdoc="<p>Hello"></iframe>' });
  await finds(childOf(page), known);
  await page.close();
});

test('a sandboxed frame is refused', async () => {
  const page = await openWithFrame(BLANK, 'sandbox="allow-scripts"');
  await isBlocked(childOf(page));
  await page.close();
});

test('a sandboxed frame is refused even when it is allowed the feature', async () => {
  const page = await openWithFrame(BLANK, 'sandbox="allow-scripts" allow="cross-origin-storage *"');
  await isBlocked(childOf(page));
  await page.close();
});

test('a cross-origin frame without allow is refused', async () => {
  const page = await openWithFrame(world.server.url('b.test', BLANK));
  await isBlocked(childOf(page));
  await page.close();
});

test("a cross-origin frame with allow works as its own origin, on that page's site", async () => {
  const page = await openWithFrame(world.server.url('b.test', BLANK), 'allow="cross-origin-storage"');
  const bytes = bytesOf('stored by b.test in a frame');
  await finds(childOf(page), known);
  succeeded(await store(childOf(page), bytes));
  await finds(childOf(page), bytes);
  await misses(page, bytes);
  await misses(b, bytes);
  await page.close();
  const again = await openWithFrame(world.server.url('b.test', BLANK), 'allow="cross-origin-storage"');
  await finds(childOf(again), bytes);
  await again.close();
});

test('a frame that is busy when it first asks is judged when it has time', async () => {
  const child = world.sites.document({ html: `<script>
    globalThis.first = navigator.crossOriginStorage.getFileHandle(${JSON.stringify(hashOf(known))}).then((handle) => handle.name, (error) => error.name);
    setTimeout(() => { const end = performance.now() + 3000; while (performance.now() < end); }, 3);
  </script>` });
  const page = await openWithFrame(world.server.url('b.test', child), 'allow="cross-origin-storage"');
  assert.equal(await childOf(page).evaluate(() => /** @type {any} */ (globalThis).first), hashOf(known).value);
  await finds(childOf(page), known);
  await page.close();
});

test('a page is answered while as many frames as are judged at a time are busy', async () => {
  const child = world.sites.document({ html: `<script>
    globalThis.call = () => navigator.crossOriginStorage.getFileHandle(${JSON.stringify(hashOf(known))}).catch(() => {});
    onmessage = ({ data }) => {
      if (data !== 'go') return;
      for (let index = 0; index < 8; index += 1) parent.frames[index].call();
      setTimeout(() => {
        const end = performance.now() + 5000;
        while (performance.now() < end);
        parent.postMessage('done', '*');
      }, 10);
    };
  </script>` });
  const frame = `<iframe allow="cross-origin-storage" src="${world.server.url('b.test', child)}"></iframe>`;
  const page = await profile.openDocument('a.test', { html: frame.repeat(8) });
  const first = await page.evaluate(async (wanted) => {
    const busy = new Promise((resolve) => { onmessage = ({ data }) => resolve(data); });
    frames[0].postMessage('go', '*');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const call = /** @type {any} */ (navigator).crossOriginStorage.getFileHandle(wanted).then(() => 'found', (/** @type {Error} */ error) => error.name);
    return Promise.race([call, busy]);
  }, hashOf(known));
  assert.equal(first, 'found');
  await page.close();
});

test('of several frames each may what its own element says, wherever in the document it is', async () => {
  const frame = (/** @type {string} */ host, /** @type {string} */ allow) => `<iframe src="${world.server.url(host, BLANK)}" ${allow}></iframe>`;
  const allow = 'allow="cross-origin-storage"';
  const shadow = (/** @type {string} */ mode, /** @type {string} */ html) => `<div><template shadowrootmode="${mode}">${html}</template></div>`;
  const page = await profile.openDocument('a.test', {
    html: frame('c.test', allow) + frame('b.test', '') + shadow('open', shadow('closed', frame('d.test', '') + frame('app.b.test', allow))) + frame('e.test', ''),
  });
  const framed = (/** @type {string} */ host) => {
    const found = page.frames().find((candidate) => new URL(candidate.url()).hostname === host);
    assert.ok(found, host);
    return found;
  };
  for (const host of ['b.test', 'd.test', 'e.test']) await isBlocked(framed(host));
  await misses(framed('c.test'), known);
  // Its host is of the same site as a listed origin, and is not that origin.
  await misses(framed('app.b.test'), known);
  await page.close();
});

test('allow without a list means where the element says that its frame begins, by the address of the document', async () => {
  const elsewhere = `<iframe src="${BLANK}" allow="cross-origin-storage"></iframe>`;
  const page = await profile.openDocument('a.test', { html: `<base href="${world.server.url('b.test')}">${elsewhere}` });
  await finds(childOf(page), known);
  await page.close();
});

test('a frame whose element says that it begins without a document of its own is allowed what its page is, and not where it goes', async () => {
  const away = world.server.url('b.test', BLANK);
  for (const attributes of [`src="${away}" srcdoc="<p>"`, 'src="about:blank"', '', 'src="https://:"']) {
    const page = await profile.openDocument('a.test', { html: `<iframe ${attributes} allow="cross-origin-storage"></iframe>` });
    await finds(childOf(page), known);
    await childOf(page).goto(away);
    await isBlocked(childOf(page));
    await page.close();
  }
});

test('a frame that is sandboxed when it asks is of no origin to allow without a list', async () => {
  const page = await openWithFrame(world.server.url('b.test', BLANK), 'allow="cross-origin-storage"');
  await page.evaluate(() => document.querySelector('iframe')?.setAttribute('sandbox', 'allow-scripts'));
  await isBlocked(childOf(page));
  await page.close();
});

test('a page hears nothing of the question how it embeds a frame', async () => {
  const page = await profile.openDocument('a.test', {
    html: `<script>
      const heard = [];
      for (const capture of [true, false]) addEventListener('message', ({ data }) => heard.push(data), { capture });
      onmessage = ({ data }) => heard.push(data);
    </script><iframe src="${world.server.url('b.test', BLANK)}" allow="cross-origin-storage"></iframe>`,
  });
  await finds(childOf(page), known);
  await childOf(page).evaluate(() => parent.postMessage('the last', '*'));
  await page.waitForFunction(() => /** @type {any} */ (globalThis).eval('heard').includes('the last'));
  assert.deepEqual(await page.evaluate(() => /** @type {any} */ (globalThis).eval('[...new Set(heard)]')), ['the last']);
  await page.close();
});

test('a frame that went from an allowed origin to another is refused', async () => {
  const page = await openWithFrame(world.server.url('b.test', BLANK), 'allow="cross-origin-storage"');
  await childOf(page).goto(world.server.url('c.test', BLANK));
  await isBlocked(childOf(page));
  await page.close();
});

test('a same-origin frame within a refused cross-origin frame is refused', async () => {
  const nested = world.sites.document({ html: `<iframe src="${world.server.url('a.test', BLANK)}"></iframe>` });
  const page = await openWithFrame(world.server.url('b.test', nested));
  const innermost = childOf(page).childFrames()[0];
  assert.ok(innermost, 'The frame has no frame.');
  await isBlocked(innermost);
  await page.close();
});

test('a page whose Permissions-Policy turns the feature off is refused', async () => {
  const page = await profile.openDocument('a.test', { headers: { 'permissions-policy': 'cross-origin-storage=()' } });
  await isBlocked(page);
  await page.close();
});

test('a policy that turns the feature off holds for frames too', async () => {
  const page = await openWithFrame(BLANK, 'allow="cross-origin-storage"', { 'permissions-policy': 'cross-origin-storage=()' });
  await isBlocked(childOf(page));
  await page.close();
});

test('a policy about other features changes nothing', async () => {
  const page = await profile.openDocument('a.test', { headers: { 'permissions-policy': 'geolocation=(), camera=()' } });
  await finds(page, known);
  await page.close();
});

test('a policy that names an origin lets its frame in, when the frame is allowed too', async () => {
  const policy = { 'permissions-policy': `cross-origin-storage=(self "${world.origin('b.test')}")` };
  const page = await openWithFrame(world.server.url('b.test', BLANK), 'allow="cross-origin-storage"', policy);
  await finds(childOf(page), known);
  await page.close();
});

test('what a page’s markup says of a policy is not the policy', async () => {
  const page = await profile.openDocument('a.test', {
    headers: { 'permissions-policy': 'cross-origin-storage=()' },
    html: '<meta http-equiv="permissions-policy" content="cross-origin-storage=*">',
  });
  await isBlocked(page);
  await page.close();
});

test('an insecure page has no navigator.crossOriginStorage', async () => {
  const insecure = await world.serve(false);
  const page = await profile.context.newPage();
  await page.goto(insecure.url('a.test'));
  const seen = await page.evaluate(() => [
    isSecureContext, 'crossOriginStorage' in navigator, 'CrossOriginStorageManager' in globalThis]);
  assert.deepEqual(seen, [false, false, false]);
  await page.close();
});

test('nobody takes what an insecure page sends in the words of the extension', async () => {
  const insecure = await world.serve(false);
  const take = () => ['cos-port', 'cos-markup'].map((name) =>
    performance.dispatchEvent(new MessageEvent(name, { cancelable: true, ports: [new MessageChannel().port2] })));
  const page = await profile.context.newPage();
  await page.goto(insecure.url('a.test'));
  assert.deepEqual(await page.evaluate(take), [true, true]);
  await page.goto(world.server.url('a.test'));
  assert.deepEqual(await page.evaluate(take), [false, false]);
  await page.close();
});

test('a secure frame in an insecure page is refused', async () => {
  const insecure = await world.serve(false);
  const outer = world.sites.document({ html: `<iframe src="${world.server.url('b.test', BLANK)}" allow="cross-origin-storage"></iframe>` });
  const page = await profile.context.newPage();
  await page.goto(insecure.url('a.test', outer));
  assert.equal(await childOf(page).evaluate(() => 'crossOriginStorage' in navigator), false);
  await page.close();
});

/**
 * The script of a page that redefines what others might use, then uses the API itself. What the
 * redefined built-ins are called with while the API works is written down.
 */
async function hostileScript(/** @type {any} */ { hash, bytes, newHash }) {
  const root = document.documentElement;
  const { stringify } = JSON;
  const streams = WritableStream.prototype;
  const { close } = streams;
  /** @type {string[]} */
  const overheard = [];
  let listening = false;
  const targets = [
    [Promise.prototype, ['then', 'catch', 'finally']], [Array.prototype, ['push', 'map', 'forEach', 'slice', 'shift', 'concat', 'join']],
    [Function.prototype, ['call', 'apply', 'bind']], [Map.prototype, ['get', 'set', 'has', 'delete']],
    [WeakMap.prototype, ['get', 'set', 'has']], [Set.prototype, ['has', 'add']], [RegExp.prototype, ['test', 'exec']],
    [String.prototype, ['toUpperCase', 'toLowerCase', 'charCodeAt', 'match', 'replace', 'slice']],
    [MessagePort.prototype, ['postMessage', 'start', 'addEventListener']], [EventTarget.prototype, ['addEventListener', 'dispatchEvent']],
    [WritableStream.prototype, ['getWriter', 'close', 'abort']], [WritableStreamDefaultWriter.prototype, ['write', 'releaseLock']],
    [Blob.prototype, ['slice', 'arrayBuffer', 'stream']], [Object, ['defineProperty', 'create', 'hasOwn', 'keys', 'setPrototypeOf']],
    [Reflect, ['apply', 'construct', 'get', 'ownKeys']], [JSON, ['stringify', 'parse']], [Number, ['isSafeInteger']],
  ];
  for (const [object, names] of /** @type {[any, string[]][]} */ (targets)) {
    for (const name of names) {
      object[name] = function replaced() {
        if (listening) overheard[overheard.length] = name;
        listening = false;
        throw new Error(`The page’s own ${name} was called`);
      };
    }
  }
  const classes = ['Promise', 'MessageChannel', 'URL', 'Uint8Array', 'DOMException', 'WeakMap', 'WritableStream', 'FinalizationRegistry'];
  for (const name of classes) {
    /** @type {any} */ (globalThis)[name] = class Replaced {
      constructor() {
        overheard[overheard.length] = `new ${name}`;
      }
    };
  }
  const outcome = { read: 0, written: 0, error: '' };
  try {
    listening = true;
    const file = await (await navigator.crossOriginStorage.getFileHandle(hash)).getFile();
    outcome.read = file.size;
    const handle = await navigator.crossOriginStorage.getFileHandle(newHash, { create: true, origins: ['https://b.test'] });
    const writable = await handle.createWritable();
    await writable.write(bytes);
    await writable.seek(0);
    // The writable inherits close from WritableStream, so a page that breaks it breaks its own streams.
    streams.close = close;
    await writable.close();
    outcome.written = (await handle.getFile()).size;
  } catch (error) {
    outcome.error = String(error);
  }
  listening = false;
  root.dataset.result = stringify({ ...outcome, overheard });
}

test('a page that redefines built-ins still works, and overhears nothing', async () => {
  const text = 'what the hostile page stores';
  const bytes = new TextEncoder().encode(text);
  const argument = JSON.stringify({ hash: hashOf(known), bytes: text, newHash: hashOf(bytes) });
  const page = await profile.openDocument('a.test', { html: `<script>(${hostileScript})(${argument})</script>` });
  const result = await page.waitForSelector('html[data-result]', { state: 'attached' });
  assert.deepEqual(JSON.parse((await result.getAttribute('data-result')) ?? ''), {
    read: known.length, written: text.length, error: '', overheard: [],
  });
  await page.close();
  await finds(a, bytes);
});
