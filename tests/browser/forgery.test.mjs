/**
 * Pages that know how extensions are made: they speak to the content script, to the background and to the host's port
 * as if they were somebody else. Everything that they can send is sent; nothing is stored, read or answered for it.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { eventually, failedWith, finds, misses, succeeded } from './support/expect.mjs';
import { EXTENSION_ID, openWorld } from './support/fixture.mjs';
import { attempt, request, store, withCreateHandle } from './support/in-page.mjs';
import { NativeHost } from './support/native-host.mjs';
import { incoming } from './support/store-files.mjs';

const EXTENSION = `chrome-extension://${EXTENSION_ID}`;
const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
await extensionServiceWorker(profile.context);
const a = await profile.page('a.test');
const b = await profile.page('b.test');
const secret = bytesOf('what b.test keeps for itself', 4000);
succeeded(await store(b, secret));
const secretHash = hashOf(secret);
const stored = async () => JSON.parse(await world.cos('ls', '--json'));

/** What a page may send around itself, in the words of several extensions of this kind and of ours. @param {any} given */
async function sendForgeries({ hash, origin, text, frames }) {
  const data = new Blob([text]);
  const bytes = await data.arrayBuffer();
  const verbs = ['store', 'read', 'get', 'put', 'find', 'create', 'open', 'write', 'requestFileHandles', 'requestFileHandle', 'getFileHandle',
    'getFile', 'getFileData', 'storeFileData', 'storeFile', 'cos-store', 'cos-read', 'COS_STORE', 'COS_READ', 'permission', 'handover'];
  /** @type {string[]} */
  const heard = [];
  const marks = new Set();
  const listen = (/** @type {MessageEvent} */ { data: message, ports }) => {
    if (ports.length > 0 || !marks.has(message?.mark)) heard.push(JSON.stringify(message));
  };
  addEventListener('message', listen);
  const channel = new BroadcastChannel('cos');
  channel.onmessage = listen;
  const targets = [window, ...frames.map((/** @type {number} */ index) => window.frames[index])];
  for (const [index, verb] of verbs.entries()) {
    for (const key of ['type', 'action', 'op', 'cmd', 'method', 'name']) {
      for (const wrap of ['plain', 'payload', 'envelope']) {
        const mark = `${index}-${key}-${wrap}`;
        marks.add(mark);
        const core = { mark, id: index, call: index, [key]: verb, source: 'cos', from: 'page', direction: 'from-page', origin, requestingOrigin: origin, url: `${origin}/`,
          hash, hashes: [hash], algorithm: hash.algorithm, value: hash.value, data, file: data, blob: data, bytes, content: bytes, origins: '*',
          caller: { origin, topLevelOrigin: origin }, handle: { id: 'ab'.repeat(16), hash, created: false } };
        const message = wrap === 'plain' ? core : { ...core, ...(wrap === 'payload' ? { payload: core, detail: core } : { active: true, message: core }) };
        for (const target of targets) {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = ({ data: answer }) => heard.push(JSON.stringify(answer));
          target.postMessage(message, '*', [port2]);
        }
        channel.postMessage(message);
        window.dispatchEvent(new CustomEvent(verb, { detail: message }));
        document.dispatchEvent(new CustomEvent(`cos-${verb}`, { detail: message }));
      }
    }
  }
  for (const name of ['cos-port', 'cos-rerun']) {
    for (const target of [window, document]) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data: answer }) => heard.push(JSON.stringify(answer));
      target.dispatchEvent(new MessageEvent(name, { data: { call: 1, op: 'find', hash }, ports: [port2] }));
      port1.postMessage({ call: 1, op: 'find', hash });
    }
  }
  window.postMessage(`cos-frame-nonce:${'0'.repeat(32)}`, '*');
  marks.add(undefined);
  await new Promise((resolve) => setTimeout(resolve, 500));
  // Those to oneself carry a port of one's own; nobody else's does, and nobody answered over one.
  return heard.filter((message) => message === undefined || !message.includes('"mark"')).filter((message) => message !== '"cos-frame-nonce:' + '0'.repeat(32) + '"');
}

test('forged messages to the content script store nothing and read nothing, whoever they claim to come from', async () => {
  const text = 'bytes for a hash that they do not have';
  const promised = hashOf(bytesOf('somebody’s file that the page does not have'));
  const page = await profile.openDocument('a.test', { html: `<iframe src="${world.origin('b.test')}/" allow="cross-origin-storage"></iframe><iframe srcdoc="x"></iframe>` });
  await eventually(() => page.frames().length === 3, 'the frames are there');
  const before = await stored();
  for (const hash of [secretHash, promised, hashOf(new TextEncoder().encode(text))]) {
    const heard = succeeded(await attempt(page, sendForgeries, { hash, origin: world.origin('b.test'), text, frames: [0, 1] }));
    assert.deepEqual(heard, []);
  }
  assert.deepEqual(await stored(), before);
  assert.deepEqual(incoming(world.storeDir), []);
  await misses(a, secret);
  await misses(b, promised);
  await page.close();
});

/** The isolated world of the extension in a page, as somebody has it who has broken out of the page's. @param {import('playwright-core').Page} page */
async function contentScriptOf(page) {
  const session = await profile.context.newCDPSession(page);
  const found = new Promise((resolve) => session.on('Runtime.executionContextCreated', ({ context }) => {
    if (context.auxData?.type === 'isolated' && context.origin === EXTENSION) resolve(context.id);
  }));
  await session.send('Runtime.enable');
  const contextId = /** @type {number} */ (await found);
  return async (/** @type {Function} */ body, /** @type {unknown} */ argument = null) => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      contextId, expression: `(${body})(${JSON.stringify(argument)})`, awaitPromise: true, returnByValue: true,
    });
    assert.equal(exceptionDetails, undefined, exceptionDetails?.exception?.description);
    return result.value;
  };
}

test('whoever takes over the content script of one site is that site to the background, whatever the messages say', async () => {
  const inContent = await contentScriptOf(await profile.open('a.test'));
  const answers = await inContent(askAsSomebodyElse, { hash: secretHash, origin: world.origin('b.test') });
  assert.deepEqual(answers.map((/** @type {any} */ { ok, error }) => (ok ? 'ok' : error.name)), [
    'NotFoundError', 'NotFoundError', 'NotFoundError', 'NotAllowedError', 'UnknownError', 'TypeError', 'TypeError', 'TypeError',
  ]);
  const asItself = await (await contentScriptOf(await profile.open('b.test')))(askAsSomebodyElse, { hash: secretHash, origin: world.origin('a.test') });
  assert.equal(asItself[0].ok, true, 'who may read is answered, by the same words');
});

/** In a content script's world. @param {{hash: any, origin: string}} given */
async function askAsSomebodyElse({ hash, origin }) {
  const port = /** @type {any} */ (globalThis).chrome.runtime.connect({ name: 'cos' });
  /** @type {Map<number, (answer: any) => void>} */
  const waiting = new Map();
  port.onMessage.addListener((/** @type {any} */ answer) => waiting.get(answer.call)?.(answer));
  let calls = 0;
  const ask = (/** @type {object} */ message) => new Promise((/** @type {(answer: any) => void} */ resolve) => {
    calls += 1;
    waiting.set(calls, resolve);
    port.postMessage({ active: true, origin, sender: { origin }, message: { ...message, call: calls, origin, caller: { origin, topLevelOrigin: origin } } });
  });
  const forged = { id: 'ab'.repeat(16), hash, created: false };
  const created = await ask({ op: 'create', hash, origins: '*' });
  return [
    await ask({ op: 'find', hash }),
    await ask({ op: 'open', handle: forged }),
    await ask({ op: 'open', handle: { ...forged, created: true } }),
    await ask({ op: 'open', handle: { id: created.handle, hash, created: true } }),
    await ask({ op: 'write.close', session: 'ab'.repeat(16) }),
    await ask({ op: 'hello', realm: 'a'.repeat(32) }),
    await ask({ op: 'status' }),
    await ask({ op: '__proto__' }),
  ];
}

test('the content script is given nothing worth stealing: no storage, no host, no loopback', async () => {
  const inContent = await contentScriptOf(await profile.open('a.test'));
  const seen = await inContent(async () => {
    const { chrome } = /** @type {any} */ (globalThis);
    const tried = async (/** @type {() => any} */ act) => {
      try {
        return JSON.stringify(await act()) ?? 'nothing';
      } catch (error) {
        return `refused: ${error}`;
      }
    };
    return {
      local: await tried(() => chrome.storage.local.get()),
      session: await tried(() => chrome.storage.session.get()),
      write: await tried(() => chrome.storage.local.set({ realm: 'a'.repeat(32) })),
      host: await tried(() => typeof chrome.runtime.connectNative),
      status: await tried(() => Promise.race([chrome.runtime.sendMessage({ ask: 'status' }), new Promise((resolve) => setTimeout(resolve, 500))])),
      secrets: Object.keys(globalThis).filter((name) => /token|ticket|realm|cos/i.test(name)).join(),
    };
  });
  assert.match(seen.local, /^refused/);
  assert.match(seen.session, /^refused/);
  assert.match(seen.write, /^refused/);
  assert.equal(seen.host, '"undefined"');
  assert.equal(seen.status, 'nothing');
  assert.equal(seen.secrets, '');
});

test('a page that steals its frame’s port, or slips the frame one of its own, gets what it may have anyway', async () => {
  const page = await profile.open('a.test');
  const own = bytesOf('what a.test may read itself');
  succeeded(await store(page, own));
  const { stolen, slipped } = succeeded(await attempt(page, async ({ hash, mine }) => {
    const forged = { id: 'ab'.repeat(16), hash, created: false };
    const answersOf = (/** @type {MessagePort} */ port) => new Promise((resolve) => {
      /** @type {string[]} */
      const got = [];
      port.onmessage = ({ data }) => {
        // What the frame's page script asks is no answer.
        if (data.ok !== undefined) got.push(data.ok ? 'ok' : data.error?.name);
        if (got.length === 4) resolve(got);
      };
      port.postMessage({ call: 1, op: 'find', hash, origin: 'https://b.test' });
      port.postMessage({ call: 2, op: 'open', handle: forged });
      port.postMessage({ call: 3, op: 'open', handle: { ...forged, created: true } });
      port.postMessage({ call: 4, op: 'find', hash: mine });
      setTimeout(resolve, 3000, got);
    });
    // The frame's window is there before anything of the extension is in its document.
    const tryIn = (/** @type {(view: Window, got: (port: MessagePort) => void) => void} */ attack) => new Promise((resolve) => {
      const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { src: '/?frame' }));
      const view = /** @type {Window & typeof globalThis} */ (frame.contentWindow);
      attack(view, (port) => resolve(answersOf(port)));
      frame.onload = () => {
        attack(view, (port) => resolve(answersOf(port)));
        void view.navigator.crossOriginStorage.getFileHandle(mine).catch(() => {});
      };
      setTimeout(resolve, 5000, 'no port');
    });
    return {
      stolen: await tryIn((view, got) => view.performance.addEventListener('cos-port', (event) => {
        event.stopImmediatePropagation();
        event.preventDefault();
        got(/** @type {MessageEvent} */ (event).ports[0]);
      })),
      slipped: await tryIn((view, got) => {
        const { port1, port2 } = new MessageChannel();
        const event = new MessageEvent('cos-port', { ports: [port2], cancelable: true });
        if (!view.performance.dispatchEvent(event)) got(port1);
      }),
    };
  }, { hash: secretHash, mine: hashOf(own) }));
  // Where the content script's listener is the first, nothing comes to the thief's.
  assert.ok(stolen === 'no port' || stolen.length === 0, 'at its other end is the frame’s own page script');
  assert.deepEqual(slipped, ['NotFoundError', 'NotFoundError', 'NotFoundError', 'ok']);
  await page.close();
});

test('nothing of the extension can be fetched, framed, imported or opened by a page, with a hash or without', async () => {
  const page = await profile.open('a.test');
  const seen = succeeded(await attempt(page, async ({ extension, value }) => {
    const paths = ['manifest.json', 'background.js', 'page.js', 'content.js', 'worker.js', 'ui/popup.html', 'icons/16.png', value, `read/${value}`, `blobs/${value}`, `?hash=${value}`];
    const urls = [...paths.map((path) => `${extension}/${path}`), `blob:${extension}/${crypto.randomUUID()}`, `filesystem:${extension}/temporary/${value}`];
    const loaded = (/** @type {string} */ tag, /** @type {string} */ url) => new Promise((resolve) => {
      const element = /** @type {any} */ (document.createElement(tag));
      element.onload = () => resolve(tag === 'iframe' ? readable(element) : 'loaded');
      element.onerror = () => resolve('');
      element.src = url;
      document.body.append(element);
      setTimeout(resolve, 3000, '');
    });
    const readable = (/** @type {HTMLIFrameElement} */ frame) => {
      try {
        return frame.contentDocument?.body.textContent ?? '';
      } catch {
        return '';
      }
    };
    /** @type {string[]} */
    const answers = [];
    await Promise.all(urls.map(async (url) => {
      for (const [way, act] of /** @type {[string, () => Promise<any>][]} */ ([
        ['fetch', () => fetch(url).then((response) => `status ${response.status}`)],
        ['no-cors', () => fetch(url, { mode: 'no-cors' }).then((response) => response.type)],
        ['import', () => import(url).then(() => 'module')],
        ['script', () => loaded('script', url)], ['image', () => loaded('img', url)], ['frame', () => loaded('iframe', url)],
        ['worker', () => new Promise((resolve, reject) => { Object.assign(new Worker(url), { onerror: reject, onmessage: resolve }); setTimeout(reject, 1000); })],
      ])) {
        const answer = await act().catch(() => '');
        if (answer) answers.push(`${way} of ${url}: ${answer}`);
      }
    }));
    const { chrome } = /** @type {any} */ (globalThis);
    if (chrome?.runtime?.connect || chrome?.runtime?.sendMessage) answers.push('chrome.runtime');
    return answers;
  }, { extension: EXTENSION, value: secretHash.value }));
  assert.deepEqual(seen, []);
  const opened = profile.context.waitForEvent('page');
  await page.evaluate((url) => void window.open(url), `${EXTENSION}/ui/popup.html`);
  const popup = await opened;
  await eventually(() => popup.url() !== 'about:blank' || popup.isClosed(), 'the window is refused', 3000).catch(() => {});
  assert.ok(!popup.url().startsWith(EXTENSION), popup.url());
  await Promise.all([popup.close(), page.close()]);
});

test('a page cannot store under a hash whose bytes it does not have, by any path', async () => {
  const page = await profile.open('a.test');
  const wanted = bytesOf('a file that a.test does not have', 5000);
  const hash = hashOf(wanted);
  const wrong = (/** @type {(handle: any, bytes: Uint8Array<ArrayBuffer>) => Promise<any>} */ body) => withCreateHandle(page, bytesOf('other bytes'), body, { hash });
  failedWith(await wrong(async (handle, bytes) => { const writable = await handle.createWritable(); await writable.write(bytes); await writable.close(); }), 'DataError');
  failedWith(await wrong(async (handle) => (await handle.createWritable()).close()), 'DataError');
  failedWith(await wrong(async (handle) => { const writable = await handle.createWritable(); await writable.truncate(5000); await writable.close(); }), 'DataError');
  failedWith(await wrong(async (handle, bytes) => { const writable = await handle.createWritable(); await writable.write({ type: 'write', position: 4000, data: bytes }); await writable.close(); }), 'DataError');
  const url = world.sites.file(bytesOf('other bytes'));
  const integrity = `sha256-${Buffer.from(hash.value, 'hex').toString('base64')}`;
  failedWith(await attempt(page, ({ url: from, integrity: promised }) => fetch(from, /** @type {any} */ ({ integrity: promised, crossOriginStorage: '*' })), { url, integrity }), 'TypeError');
  await page.setContent(`<script src="${url}" integrity="${integrity}" crossorigin crossoriginstorage="*"></script>`);
  // Beside somebody who has them, and whose session is for the same hash.
  const honest = attempt(b, async ({ hash: own, bytes }) => {
    const handle = await navigator.crossOriginStorage.getFileHandle(own, { create: true });
    const writable = await handle.createWritable();
    await writable.write(bytes.slice(0, 2500));
    await /** @type {any} */ (globalThis).others;
    await writable.write(bytes.slice(2500));
    await writable.close();
  }, { hash, bytes: wanted });
  failedWith(await wrong(async (handle, bytes) => { const writable = await handle.createWritable(); await writable.write(bytes); await writable.close(); }), 'DataError');
  succeeded(await honest);
  await finds(b, wanted);
  await misses(a, wanted);
  await page.close();
});

test('a page cannot read what disclosure refuses, by any path', async () => {
  const page = await profile.open('a.test');
  const integrity = `sha256-${Buffer.from(secretHash.value, 'hex').toString('base64')}`;
  failedWith(await request(page, secretHash), 'NotFoundError');
  failedWith(await attempt(page, (hash) => /** @type {any} */ (navigator.crossOriginStorage).requestFileHandles([hash]), secretHash), 'NotFoundError');
  failedWith(await withCreateHandle(page, secret, (handle) => handle.getFile()), 'NotAllowedError');
  failedWith(await withCreateHandle(page, secret, (handle) => structuredClone(handle).getFile()), 'NotAllowedError');
  failedWith(await withCreateHandle(page, secret, async (handle) => {
    const writable = await handle.createWritable({ keepExistingData: true });
    await writable.close();
    return handle.getFile();
  }), 'DataError');
  const nowhere = `${world.origin('a.test')}/nothing-here`;
  const fetched = succeeded(await attempt(page, ({ url, promised }) => fetch(url, /** @type {any} */ ({ integrity: promised, crossOriginStorage: '*' }))
    .then((response) => response.status, (error) => error.name), { url: nowhere, promised: integrity }));
  assert.ok(fetched === 404 || fetched === 'TypeError', String(fetched));
  const worker = world.sites.script(`navigator.crossOriginStorage.getFileHandle(${JSON.stringify(secretHash)}).then(() => 'found', (error) => error.name).then(postMessage)`);
  assert.equal(await page.evaluate((url) => new Promise((resolve) => { new Worker(url).onmessage = ({ data }) => resolve(data); }), worker), 'NotFoundError');
  const framed = await profile.openDocument('a.test', { html: `<iframe src="${world.origin('b.test')}/" allow="cross-origin-storage"></iframe>` });
  await eventually(() => framed.frames()[1]?.url().startsWith(world.origin('b.test')), 'the frame is there');
  failedWith(await request(framed.frames()[1], secretHash), 'NotFoundError', 'what b.test stored on its own pages its frames elsewhere do not read');
  await Promise.all([page.close(), framed.close()]);
  await finds(b, secret);
});

test('no page gets an answer from a host’s port, with every secret of that host in its hands', async (t) => {
  const host = new NativeHost(world.storeDir, EXTENSION);
  t.after(() => host.close());
  const hello = await host.ask({ cmd: 'hello', protocol: 1, extension: '0.1.0', realm: 'c'.repeat(32), private: false });
  const { port, token } = hello.loopback;
  const caller = { origin: 'https://a.test', topLevelOrigin: 'https://a.test' };
  const text = 'what a host gives to its extension alone';
  const headers = { Origin: EXTENSION, Authorization: `Bearer ${token}` };
  const { handle } = await host.ask({ cmd: 'create', caller, hash: hashOf(new TextEncoder().encode(text)) });
  const written = await host.ask({ cmd: 'write.open', handle });
  assert.equal((await fetch(`http://127.0.0.1:${port}/write/${written.ticket}`, { method: 'PUT', headers, body: text })).status, 204);
  assert.equal((await host.ask({ cmd: 'write.close', session: written.session })).ok, true);
  const { ticket } = await host.ask({ cmd: 'open', handle, via: 'loopback' });
  const insecure = await world.serve(false);
  for (const origin of [world.origin('a.test'), insecure.origin('e.test')]) {
    const page = await profile.context.newPage();
    await page.goto(`${origin}/`);
    for (const place of ['127.0.0.1', 'localhost', 'e.test']) {
      const seen = await page.evaluate(knock, { base: `http://${place}:${port}`, token, ticket });
      assert.deepEqual(seen, [], `${origin} at ${place}`);
    }
    // An address and a form are navigations, which show what they get.
    for (const url of [`http://127.0.0.1:${port}/read/${ticket}`, `http://e.test:${port}/read/${ticket}`]) {
      // The browser asks before it lets a secure page send a form there.
      if (origin.startsWith('http:')) {
        await page.goto(`${origin}/`);
        const answered = page.waitForResponse(url);
        await page.evaluate((action) => document.body.appendChild(Object.assign(document.createElement('form'), { method: 'POST', action, enctype: 'text/plain' })).submit(), url);
        assert.equal((await answered).status(), 403, `a form to ${url}`);
      }
      const response = await page.goto(url).catch(() => null);
      assert.equal(response?.status() ?? 403, 403, url);
      // The browser may be about to show a page of its own about the refusal.
      let shown = '';
      await eventually(async () => (shown = await page.content().catch(() => '')) !== '', 'the window shows something');
      assert.ok(!shown.includes(text), url);
    }
    await page.close();
  }
  const served = await fetch(`http://127.0.0.1:${port}/read/${ticket}`, { method: 'POST', headers });
  assert.equal(await served.text(), text, 'the ticket was good all the time');
});

/** @param {{base: string, token: string, ticket: string}} host @returns {Promise<string[]>} what the page could read of any answer */
async function knock({ base, token, ticket }) {
  /** @type {string[]} */
  const read = [];
  const url = `${base}/read/${ticket}`;
  const headers = { Authorization: `Bearer ${token}` };
  const ways = /** @type {[string, () => Promise<any>][]} */ ([
    ['cors', () => fetch(url, { method: 'POST', headers })],
    ['cors without a preflight', () => fetch(url, { method: 'POST' })],
    ['credentials', () => fetch(url, { method: 'POST', headers, credentials: 'include' })],
    ['GET', () => fetch(url)],
    ['PUT', () => fetch(`${base}/write/${ticket}`, { method: 'PUT', headers, body: 'x' })],
    ['WebSocket', () => new Promise((resolve, reject) => { Object.assign(new WebSocket(url.replace('http', 'ws')), { onopen: resolve, onerror: reject }); })],
    ['EventSource', () => new Promise((resolve, reject) => { Object.assign(new EventSource(url), { onopen: resolve, onerror: reject }); })],
    ['image', () => new Promise((resolve, reject) => { Object.assign(new Image(), { onload: resolve, onerror: reject, src: url }); })],
    ['script', () => new Promise((resolve, reject) => { document.head.append(Object.assign(document.createElement('script'), { onload: resolve, onerror: reject, src: url })); })],
  ]);
  for (const [way, act] of ways) {
    const stopped = new Promise((resolve, reject) => { setTimeout(reject, 3000); });
    await Promise.race([act(), stopped]).then(() => read.push(way), () => {});
  }
  // An opaque answer has no status, no header and no byte.
  const opaque = await fetch(url, { method: 'POST', mode: 'no-cors' }).catch(() => null);
  if (opaque !== null && (opaque.type !== 'opaque' || (await opaque.arrayBuffer()).byteLength > 0)) read.push('no-cors');
  const sandboxed = document.createElement('iframe');
  sandboxed.sandbox.add('allow-scripts');
  sandboxed.srcdoc = `<script>fetch('${url}', { method: 'POST' }).then((response) => response.status, () => 'nothing').then((seen) => parent.postMessage(String(seen), '*'))</script>`;
  const heard = new Promise((resolve) => { addEventListener('message', ({ data }) => resolve(data), { once: true }); setTimeout(resolve, 3000, 'nothing'); });
  document.body.append(sandboxed);
  if (await heard !== 'nothing') read.push(`Origin: null: ${await heard}`);
  return read;
}

/** Waits for the place in which the page script's second part is expected, and comes there first. */
async function comeFirst(/** @type {any} */ { secret, mine, meddle }) {
  const given = new Promise((resolve) => {
    const look = () => {
      const place = /** @type {any} */ (globalThis).__cosSecondPart;
      if (place === undefined) setTimeout(look);
      else place(resolve);
    };
    look();
  });
  const { crossOriginStorage } = navigator;
  const name = (/** @type {any} */ error) => error.name;
  const first = crossOriginStorage.getFileHandle(mine).then(() => 'found', name);
  const { channel, install } = /** @type {any} */ (await given);
  const answered = (/** @type {object} */ request) => new Promise((resolve) => channel.call(request, (/** @type {any} */ { ok, error }) => resolve(ok ? 'ok' : error?.name)));
  const answers = await Promise.all([
    answered({ op: 'find', hash: secret }),
    answered({ op: 'open', handle: { id: 'ab'.repeat(16), hash: secret, created: false } }),
    answered({ op: 'open', handle: { id: 'ab'.repeat(16), hash: secret, created: true } }),
    answered({ op: 'find', hash: mine }),
  ]);
  if (meddle) install({ makeHandle: (/** @type {unknown} */ _state, /** @type {any} */ done) => done('mine'), wrapWorkers() {} });
  return { answers, first: meddle ? 'meddled' : await first, after: meddle ? '' : await crossOriginStorage.getFileHandle(secret).then(() => 'found', name) };
}

test('a page that comes in the place of our second script gets what it may have anyway', async () => {
  const own = bytesOf('what a.test may read whatever it does');
  succeeded(await store(a, own));
  for (const meddle of [false, true]) {
    const page = await profile.open('a.test');
    const { answers, first, after: later } = succeeded(await attempt(page, comeFirst, { secret: secretHash, mine: hashOf(own), meddle }));
    assert.deepEqual(answers, ['NotFoundError', 'NotFoundError', 'NotFoundError', 'ok']);
    assert.deepEqual([first, later], meddle ? ['meddled', ''] : ['found', 'NotFoundError'], 'without a meddler the API works as it did');
    assert.equal(await page.evaluate(() => '__cosSecondPart' in globalThis), false, 'nothing of it is left');
    await page.close();
  }
  await misses(a, secret);
  await finds(b, secret);
});
