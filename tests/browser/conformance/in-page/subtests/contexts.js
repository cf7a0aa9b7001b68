/** 4: the contexts that have the API, and those that must refuse. */
import { bytes_of, hash_of, in_window, open_place, origin_of, site, storage, store, stored, url_of } from '../environment.js';
import { assert_array_equals, assert_class_string, assert_equals, assert_false, assert_true, promise_test } from '../harness.js';

/** @typedef {import('../harness.js').Test} Test */

/** What a worker can do with an entry; it is given the hash, and answers once. */
const BODY = `
  const answer = async (hash) => {
    const storage = navigator.crossOriginStorage;
    if (storage === undefined) return { api: false };
    const outcome = (promise) => promise.then((value) => value, (error) => error.name);
    return {
      api: true, origin: self.origin,
      size: await outcome(storage.getFileHandle(hash).then((handle) => handle.getFile()).then(({ size }) => size)),
      invalid: await outcome(storage.getFileHandle({ algorithm: '', value: '' })),
      missing: await outcome(storage.getFileHandle({ ...hash, value: '0'.repeat(64) })),
      created: await outcome(storage.getFileHandle({ ...hash, value: '1'.repeat(64) }, { create: true }).then(({ name }) => name.length)),
    };
  };
`;
const DEDICATED = `${BODY} onmessage = async ({ data }) => postMessage(await answer(data));`;
const SHARED = `${BODY} onconnect = ({ ports: [port] }) => { port.onmessage = async ({ data }) => port.postMessage(await answer(data)); };`;

/** @param {string} source */
const blob_url = (source) => URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));

/** @param {Test} t @param {string} url @param {WorkerOptions} options @param {unknown} message */
function ask_worker(t, url, options, message) {
  const worker = new Worker(url, options);
  t.add_cleanup(() => worker.terminate());
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(`The worker: ${event.message}`));
    worker.postMessage(message);
  });
}

/** @param {any} seen @param {Uint8Array} bytes */
function check(seen, bytes) {
  assert_true(seen.api, 'the API is there');
  assert_array_equals([seen.size, seen.invalid, seen.missing, seen.created], [bytes.length, 'TypeError', 'NotFoundError', 64]);
}
/** @param {any} seen */
const check_refused = (seen) => assert_array_equals([seen.api, seen.size, seen.invalid, seen.missing, seen.created],
  [true, 'NotAllowedError', 'NotAllowedError', 'NotAllowedError', 'NotAllowedError']);

for (const type of /** @type {WorkerType[]} */ (['classic', 'module'])) {
  promise_test(async (t) => {
    const { bytes, hash } = await stored(`${type} blob worker`);
    const seen = /** @type {any} */ (await ask_worker(t, blob_url(DEDICATED), { type }, hash));
    check(seen, bytes);
    assert_equals(seen.origin, origin_of('a'));
  }, `a ${type} blob: worker has its creator's origin and its view`);
  promise_test(async (t) => {
    const { bytes, hash } = await stored(`${type} worker by URL`);
    check(await ask_worker(t, url_of(type === 'classic' ? 'classic-worker.js' : 'module-worker.js'), { type }, hash), bytes);
  }, `a ${type} worker by URL has the API`);
  promise_test(async (t) => {
    const { bytes, hash } = await stored(`nested ${type} worker`);
    const outer = `onmessage = ({ data: { url, type, hash } }) => {
      const inner = new Worker(url, { type });
      inner.onmessage = ({ data }) => postMessage(data);
      inner.onerror = () => postMessage({ api: 'error' });
      inner.postMessage(hash);
    };`;
    check(await ask_worker(t, blob_url(outer), { type }, { url: url_of('classic-worker.js'), type: 'classic', hash }), bytes);
  }, `a worker within a ${type} worker has the API`);
  promise_test(async (t) => {
    const { bytes, hash } = await stored(`${type} worker’s own blob worker`);
    const outer = `onmessage = ({ data }) => {
      const inner = new Worker(URL.createObjectURL(new Blob([data.source])));
      inner.onmessage = ({ data }) => postMessage(data);
      inner.postMessage(data.hash);
    };`;
    check(await ask_worker(t, blob_url(outer), { type }, { source: DEDICATED, hash }), bytes);
  }, `a blob: worker within a ${type} worker has the API`);
  promise_test(async (t) => {
    check_refused(await ask_worker(t, `data:text/javascript,${encodeURIComponent(DEDICATED)}`, { type }, await hash_of(bytes_of('opaque'))));
  }, `a ${type} data: worker, whose origin is opaque, is refused with NotAllowedError`);
}
promise_test(async (t) => {
  const seen = /** @type {any} */ (await ask_worker(t, blob_url(`${BODY} onmessage = async () => {
    const { get } = Object.getOwnPropertyDescriptor(WorkerNavigator.prototype, 'crossOriginStorage') ?? {};
    postMessage([typeof get, 'CrossOriginStorageManager' in self, Object.prototype.toString.call(navigator.crossOriginStorage)]);
  };`), {}, null));
  assert_array_equals(seen, ['function', true, '[object CrossOriginStorageManager]']);
}, 'in a worker the attribute is on WorkerNavigator.prototype');
promise_test(async (t) => {
  const bytes = bytes_of('written in a worker');
  const size = await ask_worker(t, blob_url(`onmessage = async ({ data: { bytes, hash } }) => {
    const handle = await navigator.crossOriginStorage.getFileHandle(hash, { create: true });
    const writable = await handle.createWritable();
    await writable.write(bytes);
    await writable.close();
    postMessage((await handle.getFile()).size);
  };`), {}, { bytes, hash: await hash_of(bytes) });
  assert_equals(size, bytes.length);
  assert_equals((await storage().getFileHandle(await hash_of(bytes))).kind, 'file');
}, 'what a worker stores its owner finds');

const shared_workers = typeof SharedWorker === 'function';
promise_test(async () => {
  if (!shared_workers) return;
  const { bytes, hash } = await stored('shared worker');
  const { port } = new SharedWorker(blob_url(SHARED));
  check(await new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(data);
    port.postMessage(hash);
  }), bytes);
}, 'a shared worker has the API');
promise_test(async () => {
  if (!shared_workers) return;
  const { bytes, hash } = await stored('shared module worker');
  const { port } = new SharedWorker(blob_url(SHARED), { type: 'module' });
  check(await new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(data);
    port.postMessage(hash);
  }), bytes);
}, 'a shared module worker has the API');
promise_test(async (t) => {
  if (!in_window()) return;
  const registration = await navigator.serviceWorker.register(url_of('service-worker.js'), { scope: '/conformance/nowhere/' });
  t.add_cleanup(() => registration.unregister());
  const worker = /** @type {ServiceWorker} */ (registration.installing ?? registration.waiting ?? registration.active);
  const seen = await new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    worker.postMessage({}, [port2]);
  });
  assert_equals(seen, 'NotAllowedError');
}, 'a service worker has the API, which always refuses with NotAllowedError');

for (const [what, spec] of /** @type {[string, any][]} */ ([
  ['a window', { kind: 'window' }], ['a frame', { kind: 'frame' }], ['a frame that is allowed by name', { kind: 'frame', allow: 'cross-origin-storage' }],
  ['a frame that keeps its origin in a sandbox', { kind: 'frame', sandbox: 'allow-scripts allow-same-origin' }],
  ['a frame with a strict policy', { kind: 'frame', headers: { 'content-security-policy': "default-src 'none'; script-src 'self' 'unsafe-eval'" } }],
  ['a window with a strict policy', { kind: 'window', headers: { 'content-security-policy': "default-src 'none'; script-src 'self' 'unsafe-eval'" } }],
  ['a window that has no referrer', { kind: 'window', headers: { 'referrer-policy': 'no-referrer' } }],
  ['a window that embeds only with permission', { kind: 'window', headers: { 'cross-origin-embedder-policy': 'credentialless' } }],
])) {
  promise_test(async (t) => {
    const { hash } = await stored(`same-origin ${what}`);
    const place = await open_place(t, { origin: origin_of('a'), ...spec });
    assert_equals(await place.read(hash), 'found');
    const bytes = bytes_of(`stored in ${what}`);
    assert_equals(await place.store(bytes), 'stored');
    assert_equals((await storage().getFileHandle(await hash_of(bytes))).kind, 'file');
  }, `${what} of the same origin shares the view`);
}
for (const [what, spec] of /** @type {[string, any][]} */ ([
  ['a sandboxed frame', { kind: 'frame', sandbox: 'allow-scripts' }], ['a sandboxed frame that is allowed by name', { kind: 'frame', sandbox: 'allow-scripts', allow: 'cross-origin-storage *' }],
  ['a sandboxed window', { kind: 'window', headers: { 'content-security-policy': 'sandbox allow-scripts' } }],
  ['a frame that sandboxes itself', { kind: 'frame', headers: { 'content-security-policy': 'sandbox allow-scripts' } }],
])) {
  promise_test(async (t) => {
    const { hash } = await stored(`opaque ${what}`);
    const place = await open_place(t, { origin: origin_of('a'), ...spec });
    const seen = await place.run(async (/** @type {any} */ wanted) => {
      const api = /** @type {any} */ (navigator).crossOriginStorage;
      const outcome = (/** @type {Promise<unknown>} */ promise) => promise.then(() => 'fine', (error) => error.name);
      return [await outcome(api.getFileHandle(wanted)), await outcome(api.getFileHandle(wanted, { create: true })), await outcome(api.getFileHandle({ algorithm: 'MD5', value: '' })),
        await outcome(api.getFileHandle(wanted, { origins: ['nonsense'] })), await outcome(api.requestFileHandle(wanted)), await outcome(api.requestFileHandles([wanted]))];
    }, hash);
    assert_array_equals(seen, Array(6).fill('NotAllowedError'));
  }, `${what}, whose origin is opaque, is refused with NotAllowedError, also invalid requests`);
  promise_test(async (t) => {
    const place = await open_place(t, { origin: origin_of('a'), ...spec });
    const seen = await place.run(() => Promise.all([[], [{}], [{ algorithm: 'SHA-256', value: '' }, 1]].map((args) =>
      /** @type {any} */ (navigator).crossOriginStorage.getFileHandle(...args).catch((/** @type {Error} */ error) => error.name))));
    assert_array_equals(seen, Array(3).fill('TypeError'));
  }, `${what}: arguments that cannot be converted are a TypeError before anything is asked`);
}
promise_test(async () => {
  const b = await site('b');
  const seen = await b.run(() => [isSecureContext, 'crossOriginStorage' in navigator, self.origin]);
  assert_array_equals(seen, [true, true, origin_of('b')]);
}, 'a window of another site has the API');
promise_test(async (t) => {
  const place = await open_place(t, { kind: 'window', origin: origin_of('insecure') });
  assert_array_equals(await place.run(() => [isSecureContext, 'crossOriginStorage' in navigator, 'CrossOriginStorageManager' in globalThis]), [false, false, false]);
}, 'an insecure window has neither attribute nor interface');
promise_test(async (t) => {
  const hash = await store(bytes_of('not for workers of others'));
  const seen = await (await site('b')).run((/** @type {string} */ source, /** @type {any} */ wanted) => /** @type {any} */ (navigator).crossOriginStorage.getFileHandle({ algorithm: '', value: '' }).catch(() => {})
    .then(() => new Promise((resolve) => {
      const worker = new Worker(URL.createObjectURL(new Blob([source])));
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(wanted);
    })), DEDICATED, hash);
  assert_array_equals([seen.api, seen.origin, seen.size], [true, origin_of('b'), 'NotFoundError']);
  void t;
}, 'a worker of another site has its own site’s view');

if (in_window()) {
  const frame_of = async (/** @type {Test} */ t, /** @type {(frame: HTMLIFrameElement) => void} */ prepare) => {
    const frame = document.createElement('iframe');
    prepare(frame);
    t.add_cleanup(() => frame.remove());
    const loaded = new Promise((resolve) => { frame.onload = resolve; });
    document.body.append(frame);
    await loaded;
    return /** @type {any} */ (frame.contentWindow);
  };
  for (const [what, prepare] of /** @type {[string, (frame: HTMLIFrameElement) => void][]} */ ([
    ['about:blank', () => {}], ['an explicit about:blank', (frame) => { frame.src = 'about:blank'; }], ['srcdoc', (frame) => { frame.srcdoc = '<p>x'; }],
    ['a blob: document', (frame) => { frame.src = URL.createObjectURL(new Blob(['<p>x'], { type: 'text/html' })); }],
    ['a javascript: URL', (frame) => { frame.src = "javascript:'<p>x'"; }],
  ])) {
    promise_test(async (t) => {
      const { hash, bytes } = await stored(`frame of ${what}`);
      const view = await frame_of(t, prepare);
      const file = await (await view.navigator.crossOriginStorage.getFileHandle(hash)).getFile();
      assert_equals(file.size, bytes.length);
      assert_true(file instanceof view.File);
    }, `a frame of ${what} shares its creator's view, with objects of its own realm`);
  }
  promise_test(async (t) => {
    const view = await frame_of(t, () => {});
    const { get } = /** @type {any} */ (Object.getOwnPropertyDescriptor(Navigator.prototype, 'crossOriginStorage'));
    assert_false(view.navigator.crossOriginStorage === storage());
    assert_false(view.CrossOriginStorageManager === /** @type {any} */ (globalThis).CrossOriginStorageManager);
    assert_class_string(view.navigator.crossOriginStorage, 'CrossOriginStorageManager');
    assert_equals(typeof get, 'function');
  }, 'each realm has its own interface and its own manager');
  promise_test(async (t) => {
    const view = await frame_of(t, () => {});
    const promise = view.navigator.crossOriginStorage.getFileHandle({});
    assert_true(promise instanceof view.Promise);
    const error = await promise.catch((/** @type {unknown} */ reason) => reason);
    assert_true(error instanceof view.TypeError);
    const miss = await view.navigator.crossOriginStorage.getFileHandle(await hash_of(bytes_of('frame realm'))).catch((/** @type {unknown} */ reason) => reason);
    assert_true(miss instanceof view.DOMException);
  }, 'promises and exceptions are of the realm that was called');
  promise_test(async (t) => {
    const { handle } = await stored('foreign method');
    const view = await frame_of(t, () => {});
    const file = await view.FileSystemFileHandle.prototype.getFile.call(handle);
    assert_equals(file.size, (await handle.getFile()).size);
  }, 'the method of another realm serves a handle of this one');
  promise_test(async (t) => {
    const { hash } = await stored('removed frame');
    const view = await frame_of(t, () => {});
    const api = view.navigator.crossOriginStorage;
    const pending = api.getFileHandle(hash);
    view.frameElement.remove();
    let answers = 0;
    pending.then(() => { answers += 1; });
    try {
      api.getFileHandle(hash).then(() => { answers += 1; }, () => {});
    } catch {
      // The realm is gone, and its functions with it.
    }
    const { handle } = await stored('removed frame, a later call');
    await handle.getFile();
    assert_equals(answers, 0);
  }, 'a removed frame gets nothing more');
}
