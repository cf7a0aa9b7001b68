/** Pages that are prerendered: what they found and were refused is shown when their tab shows them, and not before. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { after, test } from 'node:test';
import { COS, EXTENSION } from '../../scripts/lib/build.mjs';
import { findChromium, freshDirs } from '../../scripts/lib/chromium.mjs';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { eventually } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';

// Playwright forbids prerendering in whatever it drives: this browser is driven by hand.
const world = await openWorld();
const { profileDir, dispose } = freshDirs('cos-prerender-');
const env = { ...process.env, COS_HOME: world.storeDir };
execFileSync(COS, ['install', '--user-data-dir', profileDir], { env });
const browser = spawn(findChromium(), [
  '--headless=new', '--disable-gpu', '--no-first-run', '--remote-debugging-pipe', `--user-data-dir=${profileDir}`,
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--ignore-certificate-errors', '--host-resolver-rules=MAP *.test 127.0.0.1',
  `--load-extension=${EXTENSION}`, `--disable-extensions-except=${EXTENSION}`, '--disable-features=DisableLoadExtensionCommandLineSwitch', 'about:blank',
], { env, stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
after(async () => {
  browser.kill();
  await new Promise((resolve) => { browser.once('exit', resolve); });
  dispose();
  await world.close();
});

const [, , , commands, answers] = /** @type {[any, any, any, import('node:stream').Writable, import('node:stream').Readable]} */ (browser.stdio);
/** @type {Map<number, (answer: any) => void>} */
const waiting = new Map();
let text = '';
answers.setEncoding('utf8').on('data', (piece) => {
  const messages = (text + piece).split('\0');
  text = messages.pop() ?? '';
  for (const message of messages.map((one) => JSON.parse(one))) waiting.get(message.id)?.(message);
});

let last = 0;
/** @param {string} method @param {object} [params] @param {string} [sessionId] @returns {Promise<any>} */
const send = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
  const id = (last += 1);
  waiting.set(id, ({ result, error }) => (error ? reject(new Error(error.message)) : resolve(result)));
  commands.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
});

/** @param {(target: any) => boolean} predicate */
async function attach(predicate) {
  /** @type {any} */
  let found;
  await eventually(async () => (found = (await send('Target.getTargets')).targetInfos.find(predicate)) !== undefined, 'the target is there');
  return (await send('Target.attachToTarget', { targetId: found.targetId, flatten: true })).sessionId;
}

/** @param {string} session @param {string} expression */
async function evaluate(session, expression) {
  const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, session);
  if (exceptionDetails) throw new Error(exceptionDetails.exception.description);
  return result.value;
}

const background = await attach(({ type, url }) => type === 'service_worker' && url.startsWith('chrome-extension://'));
await eventually(() => evaluate(background, 'globalThis.chrome?.webRequest?.onHeadersReceived.hasListeners()'), 'the extension watches responses');

/** What the button and the popup say of the tab. */
async function shown() {
  const state = await evaluate(background, `(async () => {
    const [{ id, title }] = await chrome.tabs.query({ url: 'https://*.test/*' });
    const url = chrome.runtime.getURL('ui/popup.html');
    return JSON.stringify({ id, title, badge: await chrome.action.getBadgeText({ tabId: id }), url });
  })()`);
  const { id, title, badge, url } = JSON.parse(state);
  const { targetId } = await send('Target.createTarget', { url, background: true });
  const popup = await attach((target) => target.targetId === targetId);
  await eventually(() => evaluate(popup, "document.readyState === 'complete' && location.protocol === 'chrome-extension:'"), 'the popup is there');
  const ask = (/** @type {string} */ question) => evaluate(popup, `chrome.runtime.sendMessage({ ask: '${question}', tab: ${id}, url: '' })`);
  const { tab } = await ask('tab');
  const { refusals } = await ask('refusals');
  await send('Target.closeTarget', { targetId });
  return { title, badge, found: tab.found, allowed: tab.allowed, refused: refusals.length };
}

test('what a page found and was refused while it was prerendered is shown with it, not with the page before', async () => {
  const bytes = bytesOf('found while prerendered', 5000);
  const [hash, missing] = [hashOf(bytes), hashOf(bytesOf('missed while prerendered'))].map((one) => JSON.stringify(one));
  const next = world.sites.document({ html: `<script>
    const was = document.prerendering;
    const find = (hash) => navigator.crossOriginStorage.getFileHandle(hash).then(() => 'found', () => 'missed');
    // A handle comes only when the page is shown: until then its origin's file system does not answer.
    const found = find(${hash});
    find(${missing}).then(async (missed) => {
      await fetch('/ready');
      document.title = [was, await found, missed].join(' ');
    });
  </script>` });
  const start = world.sites.document({ html: `<script>(async () => {
    const handle = await navigator.crossOriginStorage.getFileHandle(${hash}, { create: true });
    const writable = await handle.createWritable();
    await writable.write(new Uint8Array(${JSON.stringify([...bytes])}));
    await writable.close();
    document.title = 'in front';
    const rules = document.createElement('script');
    rules.type = 'speculationrules';
    rules.textContent = JSON.stringify({ prerender: [{ source: 'list', urls: ['${next}'], eagerness: 'immediate' }] });
    document.head.append(rules);
    await fetch('/leave');
    location.href = '${next}';
  })();</script>` });
  let ready = false;
  /** @type {(value?: unknown) => void} */ let leave = () => {};
  const leaving = new Promise((resolve) => { leave = resolve; });
  world.sites.serveAlso(async (req, res) => {
    if (req.url === '/ready') ready = true;
    else await leaving;
    res.writeHead(204).end();
  });
  // A page that developer tools look at prerenders nothing.
  await evaluate(background, `chrome.tabs.create({ url: '${world.server.url('a.test', start)}' }).then(() => {})`);
  await eventually(() => ready, 'the next page is prerendered');
  assert.deepEqual(await shown(), { title: 'in front', badge: '', found: 0, allowed: true, refused: 0 });
  leave();
  let seen = await shown();
  await eventually(async () => (seen = await shown()).badge !== '', 'the button tells of the page that is shown now');
  assert.deepEqual(seen, { title: 'true found missed', badge: '1', found: 1, allowed: true, refused: 1 });
});
