/** What a page declares does not wait for what hangs, does not stop for what fails, and keeps what the page has made of its document. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { processesOf } from '../../scripts/lib/processes.mjs';
import { succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { attempt, store } from './support/in-page.mjs';

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
const worker = await extensionServiceWorker(profile.context);
const a = await profile.page('a.test');
const { sites } = world;

/** @param {string} text */
const integrityOf = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
const declared = (/** @type {string} */ text) => `<script src="${sites.script(text)}" integrity="${integrityOf(text)}" crossoriginstorage></script>`;

/** The page is busy for some seconds as soon as the frame's document has been asked for. @param {import('playwright-core').Page} page @param {string} frame */
const embedAndBeBusy = (page, frame) => page.evaluate((src) => {
  const element = document.createElement('iframe');
  element.src = src;
  document.body.append(element);
  setTimeout(() => { const end = performance.now() + 12_000; while (performance.now() < end); }, 30);
}, frame);

test('the scripts of a frame do not wait for a page of another site that is busy', async () => {
  const frame = world.server.url('b.test', sites.document({ html: declared('window.ran = performance.now();') }));
  const page = await profile.openDocument('a.test', { html: '<body>' });
  await embedAndBeBusy(page, frame);
  let child;
  while (!(child = page.frames().find((one) => one.url() === frame))) await sleep(20);
  await child.waitForFunction(() => /** @type {any} */ (window).ran !== undefined);
  const ran = await child.evaluate(() => /** @type {any} */ (window).ran);
  await page.close();
  assert.ok(ran < 8000, `it ran ${Math.round(ran)} ms after its document began`);
});

test('a declared fetch of a frame does not wait for a page of another site that is busy', async () => {
  const text = 'fetched by a frame';
  const path = sites.file(new Uint8Array(Buffer.from(text)));
  const options = `{integrity: '${integrityOf(text)}', crossOriginStorage: ['https://c.test']}`;
  const frame = world.server.url('b.test', sites.document({
    html: `<script>fetch('${path}', ${options}).then((response) => response.text()).then((text) => { window.got = [text, performance.now()]; })</script>`,
  }));
  const page = await profile.openDocument('a.test', { html: '<body>' });
  await embedAndBeBusy(page, frame);
  let child;
  while (!(child = page.frames().find((one) => one.url() === frame))) await sleep(20);
  await child.waitForFunction(() => /** @type {any} */ (window).got !== undefined);
  const [got, at] = await child.evaluate(() => /** @type {any} */ (window).got);
  await page.close();
  assert.equal(got, text);
  assert.ok(at < 10_000, `it had its file ${Math.round(at)} ms after its document began`);
});

test('the scripts of a page run though the file of one of them cannot be read', async () => {
  const text = 'window.first = 1; // cannot be read';
  succeeded(await store(a, new Uint8Array(Buffer.from(text))));
  /** @type {(() => void) | undefined} */
  let letGo;
  sites.serveAlso((_req, res, url) => {
    if (url.pathname !== '/slow.js') return undefined;
    res.setHeader('content-type', 'text/javascript');
    if (letGo !== undefined) return res.end(';');
    return new Promise((resolve) => { letGo = () => { res.end(';'); resolve(undefined); }; });
  });
  const html = `${declared('0 // so that it is served from the beginning')}<script src="/slow.js"></script>${declared(text)}<script>window.second = 1;</script>
    <script>addEventListener('load', () => { window.loaded = 1; })</script>`;
  const page = await profile.context.newPage();
  const address = world.server.url('a.test', sites.document({ html }));
  void page.goto(address).catch(() => {});
  while (letGo === undefined) await sleep(20);
  // What a disk does that fails, or an entry that goes between: the read ends with an error.
  await worker.evaluate(async (url) => {
    const [{ id }] = (await chrome.tabs.query({})).filter((tab) => tab.url === url || tab.pendingUrl === url);
    await chrome.scripting.executeScript({ target: { tabId: /** @type {number} */ (id) }, injectImmediately: true, func: () => {
      Blob.prototype.text = () => Promise.reject(new DOMException('The file could not be read.', 'NotReadableError'));
    } });
  }, address);
  letGo();
  await page.waitForFunction(() => /** @type {any} */ (window).loaded === 1);
  const ran = await page.evaluate(() => [/** @type {any} */ (window).first, /** @type {any} */ (window).second]);
  await page.close();
  assert.deepEqual(ran, [1, 1]);
});

test('a declared fetch does not wait for a host that hangs', async () => {
  const text = 'a declared file of a hanging host';
  const path = sites.file(new Uint8Array(Buffer.from(text)));
  const page = await profile.open('a.test');
  await attempt(page, () => navigator.crossOriginStorage.getFileHandle({ algorithm: 'SHA-256', value: 'cd'.repeat(32) }).catch(() => {}));
  const { hosts } = processesOf(profile.dir);
  for (const { pid } of hosts) process.kill(pid, 'SIGSTOP');
  try {
    const outcome = await attempt(page, async ({ path: url, integrity }) => Promise.race([
      fetch(url, /** @type {any} */ ({ integrity, crossOriginStorage: '*' })).then((response) => response.text()),
      new Promise((resolve) => { setTimeout(resolve, 20_000, 'still waiting'); })]), { path, integrity: integrityOf(text) });
    assert.equal(succeeded(outcome), text);
  } finally {
    for (const { pid } of hosts) process.kill(pid, 'SIGCONT');
    await page.close();
  }
});

test('what a page has put in the place of document.write is there again after an inline script has waited', async () => {
  const html = `<script>document.write = (text) => (window.written ??= []).push(text);</script>
    ${declared('window.first = 1; // write')}
    <script>document.write('<b id=during></b>');</script>
    <script>window.own = document.write; document.write('later'); document.writeln = () => {};</script>
    <script>window.done = document.writeln.toString();</script>`;
  const page = await profile.openDocument('a.test', { html });
  await page.waitForFunction(() => /** @type {any} */ (window).done !== undefined);
  const seen = await page.evaluate(() => {
    document.write('x');
    return [/** @type {any} */ (window).written, document.querySelectorAll('#during').length, Object.hasOwn(document, 'write'), Object.hasOwn(document, 'writeln')];
  });
  await page.close();
  // The page's own function may call the browser's, which would begin a new document: scripts that waited write as the browser does.
  assert.deepEqual(seen, [['x'], 1, true, true]);
});

test('an inline script that waits runs also where document.write cannot be redefined', async () => {
  const html = `<script>Object.defineProperty(document, 'write', { value() {}, configurable: false });</script>
    ${declared('window.first = 1; // fixed write')}
    <script>window.ran = 1;</script>`;
  const page = await profile.openDocument('a.test', { html });
  await page.waitForFunction(() => /** @type {any} */ (window).ran === 1);
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).first), 1);
  await page.close();
});

test('a stored file is found by a declared fetch though the page is busy right after the call', async () => {
  const text = 'stored, and asked for by a page that is busy';
  const path = sites.file(new Uint8Array(Buffer.from(text)));
  succeeded(await store(a, new Uint8Array(Buffer.from(text))));
  for (const busy of [0, 3000]) {
    const page = await profile.open('a.test');
    await attempt(page, () => navigator.crossOriginStorage.getFileHandle({ algorithm: 'SHA-256', value: 'cd'.repeat(32) }).catch(() => {}));
    const outcome = await attempt(page, async ({ url, integrity, ms }) => {
      // So that the second part is there.
      await fetch('/', /** @type {any} */ ({ crossOriginStorage: '' }));
      const answer = fetch(url, /** @type {any} */ ({ integrity, crossOriginStorage: '' }));
      const end = performance.now() + ms;
      while (performance.now() < end);
      return (await answer).text();
    }, { url: path, integrity: integrityOf(text), ms: busy });
    assert.equal(succeeded(outcome), text);
    await page.close();
    assert.equal(world.server.traffic.requests({ path }), 0, `busy for ${busy} ms`);
  }
});

test('a stored file is found by a declared fetch of a worker whose page is busy', async () => {
  const text = 'stored, and asked for by a worker';
  const path = sites.file(new Uint8Array(Buffer.from(text)));
  succeeded(await store(a, new Uint8Array(Buffer.from(text))));
  const script = sites.script(`onmessage = async ({ data: { url, integrity } }) => {
    await fetch('/', { crossOriginStorage: '' });
    postMessage('begun');
    postMessage(await (await fetch(url, { integrity, crossOriginStorage: '' })).text());
  };`);
  for (const busy of [0, 3000]) {
    const page = await profile.open('a.test');
    await attempt(page, () => navigator.crossOriginStorage.getFileHandle({ algorithm: 'SHA-256', value: 'cd'.repeat(32) }).catch(() => {}));
    const outcome = await attempt(page, async ({ url, integrity, worker, ms }) => {
      const it = new Worker(worker);
      const next = () => new Promise((resolve) => { it.onmessage = ({ data }) => resolve(data); });
      const begun = next();
      it.postMessage({ url, integrity });
      await begun;
      const answer = next();
      const end = performance.now() + ms;
      while (performance.now() < end);
      return answer;
    }, { url: new URL(path, world.origin('a.test')).href, integrity: integrityOf(text), worker: script, ms: busy });
    assert.equal(succeeded(outcome), text);
    await page.close();
    assert.equal(world.server.traffic.requests({ path }), 0, `busy for ${busy} ms`);
  }
});

test('a script that waited and wraps document.write leaves one that writes', async () => {
  const declared = 'window.first = 1; // before the wrapper';
  const script = `<script src="${sites.script(declared)}" integrity="${integrityOf(declared)}" crossoriginstorage></script>`;
  const head = `<!doctype html><title>Test</title><body>${script}
    <script>(() => { const { write } = document; document.write = (...args) => { window.wrapped = 1; write.apply(document, args); }; window.hasWrapped = 1; })();</script>`;
  sites.serveAlso(async (_req, res, url) => {
    if (url.pathname !== '/slow-document') return undefined;
    res.setHeader('content-type', 'text/html; charset=utf-8');
    res.write(head);
    await sleep(3000);
    res.end('<script>document.write("<b id=later></b>");</script><p>end');
    return undefined;
  });
  const page = await profile.open('a.test', '/slow-document');
  await page.waitForFunction(() => /** @type {any} */ (window).hasWrapped === 1);
  const seen = await page.evaluate(() => document.querySelectorAll('#later').length);
  await page.close();
  assert.equal(seen, 1);
});

for (const name of ['get', 'set']) {
  test(`what a script that waited writes arrives whatever the page has put on Object.prototype: ${name}`, async () => {
    const declared = `window.first = 1; // polluted ${name}`;
    const html = `<body><script>Object.prototype.${name} = function () {}; document.write = document.write;</script>
      <script src="${sites.script(declared)}" integrity="${integrityOf(declared)}" crossoriginstorage></script>
      <script>document.write('<b id=during></b>'); window.ran = 1;</script>`;
    const page = await profile.openDocument('a.test', { html });
    await page.waitForFunction(() => /** @type {any} */ (window).ran === 1);
    await sleep(500);
    const seen = await page.evaluate(() => [document.querySelectorAll('#during').length, String(document.write).includes('native code')]);
    await page.close();
    assert.deepEqual(seen, [1, true]);
  });
}

test('a stored script runs from the store though the page is busy right after it was declared', async () => {
  const text = 'window.from = new Error().stack.includes("blob:") ? "store" : "network"; // a busy page';
  succeeded(await store(a, new Uint8Array(Buffer.from(text))));
  const path = sites.document({ html: '' });
  sites.serveAlso(async (_req, res, url) => {
    if (url.pathname !== `${path}/busy`) return undefined;
    res.setHeader('content-type', 'text/html; charset=utf-8');
    res.write(`<!doctype html><title>Test</title><body>${declared('window.first = 1; // it is known how scripts are served')}`);
    await sleep(2000);
    res.end(`<script>setTimeout(() => { const end = performance.now() + 3000; while (performance.now() < end); })</script>${declared(text)}`);
    return undefined;
  });
  const page = await profile.open('a.test', `${path}/busy`);
  await page.waitForFunction(() => /** @type {any} */ (window).from !== undefined);
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).from), 'store');
  await page.close();
});
