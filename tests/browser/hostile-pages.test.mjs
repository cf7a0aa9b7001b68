/**
 * Pages that fight back: whatever they redefine, freeze or tear down, the API works for them, and what they
 * have put in the way is never called with anything of ours.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { eventually, failedWith, finds, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { HOSTILITIES, prepare } from './support/hostilities.mjs';
import { attempt, read, request, store } from './support/in-page.mjs';

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
const background = await extensionServiceWorker(profile.context);
await eventually(
  () => background.evaluate(() => /** @type {any} */ (globalThis).chrome.webRequest.onHeadersReceived.hasListeners()), 'the extension watches responses');
const a = await profile.page('a.test');
const known = bytesOf('what hostile pages read', 3000);
succeeded(await store(a, known));

/** What an undisturbed exercise gives. @param {string} text that it stored */
const undisturbed = (text) => ({
  error: null, read: known.length, same: true, copied: known.length, written: text.length, miss: 'NotFoundError', invalid: 'TypeError', overheard: '',
});
/** @param {string} text */
const argumentFor = (text) => JSON.stringify({ known: hashOf(known), fresh: hashOf(new TextEncoder().encode(text)), text, origins: 'https://b.test' });

/** Hostilities that fail half-way would prove nothing. @param {(hostile: any) => void} script */
const begin = (script) => `try { (${script})(hostile); } catch (error) { hostile.failure = error; }`;

/** @param {string} word @param {string} html @param {Record<string, string>} [headers] */
async function exerciseIn(word, html, headers = {}) {
  const text = `stored by a page that ${word}`;
  const page = await profile.openDocument('a.test', { headers, html: `<script>(${prepare})()</script>${html}<script>exercise(${argumentFor(text)})</script>` });
  const element = await page.waitForSelector('html[data-result]', { state: 'attached' });
  const result = JSON.parse((await element.getAttribute('data-result')) ?? '');
  await page.close();
  assert.deepEqual(result, undisturbed(text));
  await finds(a, new TextEncoder().encode(text));
}

/** @param {string} word @param {(hostile: any) => void} script */
async function exerciseInWorker(word, script) {
  const text = `stored by a worker that ${word}`;
  const path = world.sites.script(`(${prepare})(); ${begin(script)} exercise(${argumentFor(text)});`);
  const page = await profile.open('a.test');
  failedWith(await request(page, { algorithm: '', value: '' }), 'TypeError');
  const result = await page.evaluate((url) => new Promise((resolve) => {
    const worker = new Worker(url);
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => resolve(JSON.stringify({ error: message }));
  }), path);
  await page.close();
  assert.deepEqual(JSON.parse(/** @type {string} */ (result)), undisturbed(text));
  await finds(a, new TextEncoder().encode(text));
}

for (const [what, script] of Object.entries(HOSTILITIES)) {
  test(`a page that ${what} has the API, and overhears nothing`, () => exerciseIn(what, `<script>${begin(script)}</script>`));
  test(`a worker that ${what} has the API, and overhears nothing`, () => exerciseInWorker(what, script));
}

for (const [what, headers] of /** @type {[string, Record<string, string>][]} */ ([
  ['demands trusted types and allows none', { 'content-security-policy': "require-trusted-types-for 'script'; trusted-types 'none'" }],
  ['forbids everything but its own scripts', { 'content-security-policy': "default-src 'none'; script-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'" }],
  ['is isolated from others', { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }],
  ['is isolated and embeds without credentials', { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'credentialless', 'cross-origin-resource-policy': 'same-origin' }],
  ['is a document of its own process', { 'origin-agent-cluster': '?1' }],
  ['is sent without a cache or a referrer', { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }],
])) test(`a page that ${what} has the API`, () => exerciseIn(what, '', headers));

/** Runs in a page, with a frame: what its calls come to, a hang being one of the outcomes. (A write that waits in a stream is the browser's, which lets it hang.) */
const inFrame = `(prepare, act) => new Promise((resolve) => {
  const frame = document.createElement('iframe');
  frame.onload = async () => {
    const settle = (promise) => Promise.race([promise.then(() => 'fine', (error) => error?.name), new Promise((done) => setTimeout(done, 5000, 'hangs'))]);
    frame.onload = null;
    resolve(await act(frame, frame.contentWindow, settle));
  };
  prepare(frame);
  document.body.append(frame);
})`;

for (const [what, prepareFrame] of [
  ['about:blank', '() => {}'], ['srcdoc', "(frame) => { frame.srcdoc = 'x'; }"], ['its own URL', "(frame) => { frame.src = '/?frame'; }"],
  ['about:blank after document.open', '() => { setTimeout(() => {}); }'],
]) {
  test(`calls of a removed frame (${what}) settle, those before its removal and those after`, async () => {
    const page = await profile.open('a.test');
    const seen = succeeded(await attempt(page, `async (hash) => (${inFrame})(${prepareFrame}, async (frame, view, settle) => {
      const storage = view.navigator.crossOriginStorage;
      if (${what.includes('open')}) { view.document.open(); view.document.write('x'); view.document.close(); }
      const handle = await storage.getFileHandle(hash);
      const created = await storage.getFileHandle({ ...hash, value: 'a'.repeat(64) }, { create: true });
      const writable = await created.createWritable();
      const copy = structuredClone(handle);
      const { getFile } = view.FileSystemFileHandle.prototype;
      const pending = [storage.getFileHandle(hash), storage.getFileHandle({ ...hash, value: 'b'.repeat(64) }, { create: true }), handle.getFile(), created.createWritable(),
        storage.getFileHandle({ algorithm: 'x', value: 'x' })];
      frame.remove();
      const before = await Promise.all(pending.map(settle));
      const later = () => [() => storage.getFileHandle(hash), () => storage.getFileHandle(hash, { create: true }), () => handle.getFile(), () => created.createWritable(), () => writable.close(),
        () => getFile.call(copy), () => handle.isSameEntry(copy), () => handle.queryPermission(), () => storage.getFileHandle({ algorithm: 'x', value: 'x' })].map((act) => {
          try { return settle(act()); } catch (error) { return error.name; }
        });
      return [...before, ...await Promise.all(later())];
    })`, hashOf(known)));
    assert.ok(!seen.includes('hangs'), seen.join(', '));
    await finds(page, known);
    await page.close();
  });
}

test('a page that replaces its document by document.open keeps the API, for itself and for its frames', async () => {
  const page = await profile.open('a.test');
  const bytes = bytesOf('stored after document.open');
  await finds(page, known);
  await page.evaluate(() => {
    document.open();
    document.write('<title>New</title><p>new<iframe srcdoc="x"></iframe>');
    document.close();
  });
  await finds(page, known);
  succeeded(await store(page, bytes));
  await eventually(() => page.frames().length === 2, 'the frame is there');
  await finds(page.frames()[1], bytes);
  await page.close();
});

test('frames of other sites that a page allows the API have it, each time that the page replaces its document by document.open', async () => {
  const page = await profile.open('a.test');
  for (const round of ['once', 'again']) {
    const src = world.server.url('b.test', `/?${round}`);
    await page.evaluate((address) => {
      document.open();
      document.write(`<iframe src="${address}" allow="cross-origin-storage"></iframe>`);
      document.close();
    }, src);
    await eventually(() => page.frames()[1]?.url() === src && page.frames().length === 2, 'the frame is there');
    await page.frames()[1].waitForLoadState();
    await misses(page.frames()[1], bytesOf(`asked for by a frame after document.open, ${round}`));
  }
  await page.close();
});

test('a page that replaces its document by document.open after a call, is left and comes back, keeps the API', async () => {
  const coming = await world.launch('comes back', { withoutArgs: ['--disable-back-forward-cache'] });
  await extensionServiceWorker(coming.context);
  const page = await coming.open('a.test');
  const bytes = bytesOf('read before and after');
  succeeded(await store(page, bytes));
  await page.evaluate(() => {
    document.open();
    document.write('<p>another');
    document.close();
    /** @type {any} */ (globalThis).isTheSame = true;
    setTimeout(() => { location.href = '/?next'; });
  });
  await page.waitForURL(/next/);
  await page.evaluate(() => { setTimeout(() => history.back()); });
  await page.waitForFunction(() => /** @type {any} */ (globalThis).isTheSame);
  const hanging = new Promise((resolve) => setTimeout(resolve, 5000, 'hangs'));
  assert.notEqual(await Promise.race([finds(page, bytes), hanging]), 'hangs');
  await coming.close();
});

test('a page that removes a frame in the middle of a call’s arguments breaks nothing', async () => {
  const page = await profile.open('a.test');
  const seen = succeeded(await attempt(page, `async (hash) => (${inFrame})(() => {}, async (frame, view, settle) => {
    const storage = view.navigator.crossOriginStorage;
    const hash2 = { get algorithm() { frame.remove(); return hash.algorithm; }, value: hash.value };
    return [await settle(storage.getFileHandle(hash2)), await settle(navigator.crossOriginStorage.getFileHandle(hash))];
  })`, hashOf(known)));
  assert.deepEqual(seen, ['NotFoundError', 'fine']);
  await page.close();
});

test('a function that the API calls does not see its caller', async () => {
  const page = await profile.open('a.test');
  const seen = succeeded(await attempt(page, async (hash) => {
    /** @type {unknown[]} */
    const callers = [];
    const spy = new Function('callers', 'value', 'return function spy() { callers.push(spy.caller, spy.arguments.length); return value; }');
    const given = Object.defineProperties({}, { algorithm: { get: spy(callers, hash.algorithm) }, value: { get: spy(callers, { toString: spy(callers, hash.value) }) } });
    await navigator.crossOriginStorage.getFileHandle(given);
    return callers.map((caller) => (typeof caller === 'function' ? caller.name || 'a function' : caller));
  }, hashOf(known)));
  assert.deepEqual(seen, [null, 0, null, 0, null, 0]);
  await page.close();
});

test('arguments that call the API themselves are served in their turn', async () => {
  const page = await profile.open('a.test');
  const seen = succeeded(await attempt(page, async (hash) => {
    /** @type {Promise<string>[]} */
    const inner = [];
    let left = 50;
    const given = { algorithm: hash.algorithm, get value() {
      left -= 1;
      if (left >= 0) inner.push(navigator.crossOriginStorage.getFileHandle(given).then(({ name }) => name));
      return hash.value;
    } };
    const names = [(await navigator.crossOriginStorage.getFileHandle(given)).name, ...await Promise.all(inner)];
    return [names.length, new Set(names).size];
  }, hashOf(known)));
  assert.deepEqual(seen, [51, 1]);
  await page.close();
});

/** A thousand take a minute: COS_FRAMES=1000 scripts/test browser. */
const FRAMES = Number(process.env.COS_FRAMES ?? 300);

test('a page of hundreds of frames works, and so does each of them', async () => {
  const page = await profile.open('a.test');
  const seen = succeeded(await attempt(page, async ({ hash, count }) => {
    const frames = Array.from({ length: count }, () => document.body.appendChild(document.createElement('iframe')));
    const outcomes = await Promise.all(frames.map((frame) => /** @type {any} */ (frame.contentWindow).navigator.crossOriginStorage.getFileHandle(hash)
      .then((/** @type {any} */ handle) => handle.getFile()).then(() => 'fine', (/** @type {Error} */ error) => error.name)));
    return [...new Set(outcomes)];
  }, { hash: hashOf(known), count: FRAMES }));
  assert.deepEqual(seen, ['fine']);
  await finds(page, known);
  await page.close();
  await finds(a, known);
});

/** Fills what the extension remembers of a tab's documents. @param {import('playwright-core').Page} page */
const addManyFrames = (page) => page.evaluate(async () => {
  for (let round = 0; round < 5; round += 1) {
    const frames = Array.from({ length: 100 }, (_, index) => Object.assign(document.createElement('iframe'), { src: `/?${round}-${index}` }));
    await Promise.all(frames.map((frame) => new Promise((resolve) => {
      frame.onload = resolve;
      document.body.append(frame);
    })));
    frames.forEach((frame) => frame.remove());
  }
});

test('a page cannot shake its policy off by frames without end', async () => {
  const page = await profile.openDocument('a.test', { headers: { 'permissions-policy': 'cross-origin-storage=()' } });
  await addManyFrames(page);
  failedWith(await read(page, hashOf(known)), 'NotAllowedError');
  const inner = await page.evaluate((hash) => {
    const frame = document.body.appendChild(document.createElement('iframe'));
    return /** @type {any} */ (frame.contentWindow).navigator.crossOriginStorage.getFileHandle(hash).then(() => 'fine', (/** @type {Error} */ error) => error.name);
  }, hashOf(known));
  assert.equal(inner, 'NotAllowedError');
  await page.close();
});

test('a page cannot shake its ceiling off by frames without end', async () => {
  const page = await profile.openDocument('a.test', { headers: { 'cross-origin-storage-allow-origin': world.origin('c.test') } });
  const bytes = bytesOf('stored under a ceiling that holds');
  await addManyFrames(page);
  succeeded(await store(page, bytes, [world.origin('b.test')]));
  await misses(await profile.page('b.test'), bytes);
  await page.close();
});

test('a frame cannot shake its own policy off by frames beside it', async () => {
  const path = world.sites.document({ headers: { 'permissions-policy': 'cross-origin-storage=()' } });
  const page = await profile.openDocument('a.test', { html: `<iframe src="${path}"></iframe>` });
  await addManyFrames(page);
  failedWith(await read(page.frames()[1], hashOf(known)), 'NotAllowedError');
  await page.close();
});

test('a page cannot shake its policy off by empty windows, nor by closing itself', async () => {
  const page = await profile.openDocument('a.test', { headers: { 'permissions-policy': 'cross-origin-storage=()' } });
  const popups = [];
  for (let opener = page; popups.length < 2; opener = popups[popups.length - 1]) {
    const opened = profile.context.waitForEvent('page');
    await opener.evaluate(() => void window.open('about:blank'));
    popups.push(await opened);
  }
  await page.close();
  for (const popup of popups) {
    failedWith(await read(popup, hashOf(known)), 'NotAllowedError');
    await popup.close();
  }
});

test('a page cannot shake policy and ceiling off by a javascript: URL', async () => {
  const page = await profile.openDocument('a.test', {
    headers: { 'permissions-policy': 'cross-origin-storage=()' }, html: '<p>old',
  });
  await page.evaluate(() => void setTimeout(() => { location.href = "javascript:'<p id=new>new'"; }));
  await page.waitForSelector('#new');
  failedWith(await read(page, hashOf(known)), 'NotAllowedError');
  await page.close();
  const bounded = await profile.openDocument('a.test', { headers: { 'cross-origin-storage-allow-origin': world.origin('c.test') } });
  const bytes = bytesOf('stored by a document of a javascript: URL');
  await bounded.evaluate(() => void setTimeout(() => { location.href = "javascript:'<p id=new>new'"; }));
  await bounded.waitForSelector('#new');
  succeeded(await store(bounded, bytes, [world.origin('b.test')]));
  await misses(await profile.page('b.test'), bytes);
  await bounded.close();
});

test('a page cannot shake its ceiling off by an empty window', async () => {
  const page = await profile.openDocument('a.test', { headers: { 'cross-origin-storage-allow-origin': world.origin('c.test') } });
  const bytes = bytesOf('stored by an empty window under a ceiling');
  const opened = profile.context.waitForEvent('page');
  await page.evaluate(() => void window.open('about:blank'));
  const popup = await opened;
  await page.close();
  succeeded(await store(popup, bytes, [world.origin('b.test')]));
  await misses(await profile.page('b.test'), bytes);
  await popup.close();
});

test('a page that dispatches the extension’s own events at its window or document gets no answer', async () => {
  const page = await profile.open('a.test');
  const seen = succeeded(await attempt(page, async () => {
    /** @type {string[]} */
    const heard = [];
    for (const name of ['cos-rerun', 'cos-port']) {
      for (const target of [window, document]) {
        target.addEventListener(name, () => heard.push(name), { capture: true });
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => heard.push(JSON.stringify(data));
        target.dispatchEvent(new MessageEvent(name, { ports: [port2] }));
        port1.postMessage({ call: 1, op: 'permission' });
      }
    }
    window.postMessage({ call: 1, op: 'permission' }, '*');
    await new Promise((resolve) => setTimeout(resolve, 300));
    return heard.filter((text) => text.startsWith('{'));
  }));
  assert.deepEqual(seen, []);
  succeeded(await request(page, hashOf(known)));
  await page.close();
});

test('a page that listens for the extension’s own events where they are dispatched hears none of them', async () => {
  const listen = `<script>
    const heard = [];
    for (const name of ['cos-port', 'cos-markup']) {
      for (const capture of [true, false]) performance.addEventListener(name, ({ type, ports }) => heard.push(type, ports), { capture });
    }
  </script>`;
  const declared = `<script src="${world.sites.script('document.title = "declared"')}" integrity="sha256-${'A'.repeat(43)}=" crossoriginstorage></script>`;
  const page = await profile.openDocument('a.test', { html: listen + declared });
  await finds(page, known);
  assert.deepEqual(await page.evaluate('heard'), []);
  await page.close();
});

// Libraries do so when they show another part of a page of their own.
test('a page that dispatches the event of being left loses neither calls nor writes under way', async () => {
  const page = await profile.open('a.test');
  const bytes = bytesOf('stored by a page that says it is left', 3000);
  const result = await page.evaluate(async ([knownHash, hash, data]) => {
    const api = /** @type {any} */ (navigator).crossOriginStorage;
    const leave = () => { window.dispatchEvent(new PageTransitionEvent('pagehide')); };
    const call = api.requestFileHandle(knownHash);
    leave();
    const handle = await call;
    const fresh = await api.requestFileHandle(hash, { create: true, origins: '*' });
    const writable = await fresh.createWritable();
    await writable.write(new Uint8Array(data));
    leave();
    await writable.close();
    const reading = handle.getFile();
    leave();
    return [(await reading).size, (await fresh.getFile()).size];
  }, /** @type {const} */ ([hashOf(known), hashOf(bytes), [...bytes]])).catch((error) => error.message);
  await page.close();
  assert.deepEqual(result, [known.length, bytes.length]);
});
