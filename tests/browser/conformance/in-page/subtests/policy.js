/** 8: the permissions policy `cross-origin-storage`, by header and by allow, through nested frames. */
import { bytes_of, hash_of, open_place, origin_of, store } from '../environment.js';
import { assert_array_equals, assert_equals, promise_test } from '../harness.js';

/** @typedef {import('../places.js').Spec} Spec */

const HEADER = 'permissions-policy';
const ALLOWED = 'allowed';
const REFUSED = 'NotAllowedError';

/** Runs in a document: what the API says there. */
const probe = async (/** @type {any} */ hash) => {
  const api = /** @type {any} */ (navigator).crossOriginStorage;
  const outcome = (/** @type {Promise<unknown>} */ promise) => promise.then(() => 'allowed', (error) => (error.name === 'NotFoundError' ? 'allowed' : error.name));
  return [await outcome(api.getFileHandle(hash)), await outcome(api.getFileHandle(hash, { create: true })), await outcome(api.getFileHandle({ algorithm: '', value: '' }))];
};
/** Runs in a document: makes a frame in it and carries the probe out there. */
const nested = async (/** @type {string} */ url, /** @type {any} */ attributes, /** @type {string} */ source, /** @type {unknown[]} */ args) => {
  const frame = document.createElement('iframe');
  for (const [name, value] of Object.entries(attributes)) frame.setAttribute(name, /** @type {string} */ (value));
  frame.src = url;
  const ready = new Promise((resolve) => addEventListener('message', function listen({ source: from, data }) {
    if (from !== frame.contentWindow || !data?.ready) return;
    removeEventListener('message', listen);
    resolve(undefined);
  }));
  document.body.append(frame);
  await ready;
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data.value));
    /** @type {Window} */ (frame.contentWindow).postMessage({ source, args }, '*', [port2]);
  });
};

let addresses = 0;
/** @param {string} name @param {Record<string, string>} [headers] */
function address(name, headers = {}) {
  const url = new URL('/conformance/executor.html', origin_of(name));
  // The browser does not load a frame that has the address of two of its ancestors.
  addresses += 1;
  url.searchParams.append('n', `${addresses}`);
  for (const [key, value] of Object.entries(headers)) url.searchParams.append('h', `${key}: ${value}`);
  return url.href;
}
const expected = (/** @type {string} */ verdict) => [verdict, verdict, verdict === ALLOWED ? 'TypeError' : verdict];
const some_hash = () => hash_of(bytes_of('asked for under a policy'));

/** @param {string} what @param {() => Spec} spec @param {string} verdict */
const in_place = (what, spec, verdict) =>
  promise_test(async (t) => {
    const place = await open_place(t, spec());
    assert_array_equals(await place.run(probe, await some_hash()), expected(verdict));
  }, `${what}: ${verdict}`);

for (const [header, verdict] of /** @type {[string, string][]} */ ([
  ['cross-origin-storage=()', REFUSED], ['cross-origin-storage=self', ALLOWED], ['cross-origin-storage=(self)', ALLOWED], ['cross-origin-storage=*', ALLOWED], ['cross-origin-storage=(*)', ALLOWED],
  ['cross-origin-storage=(self "https://b.test")', ALLOWED], ['cross-origin-storage=("https://b.test")', REFUSED], ['geolocation=()', ALLOWED], ['geolocation=(), cross-origin-storage=()', REFUSED],
  ['cross-origin-storage=(), cross-origin-storage=(self)', ALLOWED], ['cross-origin-storage=(self), cross-origin-storage=()', REFUSED], ['Cross-Origin-Storage=()', ALLOWED], ['cross-origin-storage', REFUSED],
  ['cross-origin-storage=(', ALLOWED], ['', ALLOWED], ['cross-origin-storage=();report-to=x', REFUSED], ["cross-origin-storage 'none'", ALLOWED], ['cross-origin-storage=none', REFUSED],
])) {
  in_place(`a window with '${HEADER}: ${header}'`, () => ({ kind: 'window', origin: origin_of('a'), headers: { [HEADER]: header } }), verdict);
}
for (const [allow, verdict] of /** @type {[string | undefined, string][]} */ ([
  [undefined, REFUSED], ['', REFUSED], ['cross-origin-storage', ALLOWED], ['cross-origin-storage *', ALLOWED], ["cross-origin-storage 'src'", ALLOWED], ["cross-origin-storage 'none'", REFUSED],
  ["cross-origin-storage 'self'", REFUSED], ['cross-origin-storage https://c.test', REFUSED], ['geolocation', REFUSED], ['geolocation; cross-origin-storage', ALLOWED], ['CROSS-ORIGIN-STORAGE', REFUSED],
  [' cross-origin-storage ;', ALLOWED], ['cross-origin-storage, geolocation', REFUSED], ['cross-origin-storage=*', REFUSED], ['fullscreen *; camera', REFUSED],
])) {
  in_place(`a cross-site frame with ${allow === undefined ? 'no allow' : `allow="${allow}"`}`, () => ({ kind: 'frame', origin: origin_of('b'), allow }), verdict);
}
in_place('a cross-site frame that is allowed by its origin', () => ({ kind: 'frame', origin: origin_of('b'), allow: `cross-origin-storage ${origin_of('b')}` }), ALLOWED);
in_place('a cross-site frame that is allowed by another port', () => ({ kind: 'frame', origin: origin_of('b'), allow: `cross-origin-storage ${origin_of('otherPortOfB')}` }), REFUSED);
for (const name of ['sibling', 'otherPort']) {
  in_place(`a frame of the same site and another origin (${name}) without allow`, () => ({ kind: 'frame', origin: origin_of(name) }), REFUSED);
  in_place(`a frame of the same site and another origin (${name}) with allow`, () => ({ kind: 'frame', origin: origin_of(name), allow: 'cross-origin-storage' }), ALLOWED);
}
in_place('a frame of the same origin', () => ({ kind: 'frame', origin: origin_of('a') }), ALLOWED);
in_place("a frame of the same origin with allow 'none'", () => ({ kind: 'frame', origin: origin_of('a'), allow: "cross-origin-storage 'none'" }), REFUSED);
in_place("a frame of the same origin that is allowed for another origin", () => ({ kind: 'frame', origin: origin_of('a'), allow: `cross-origin-storage ${origin_of('b')}` }), REFUSED);
in_place('an allowed cross-site frame whose own header turns it off', () => ({ kind: 'frame', origin: origin_of('b'), allow: 'cross-origin-storage', headers: { [HEADER]: 'cross-origin-storage=()' } }), REFUSED);
in_place('an allowed cross-site frame whose own header names itself', () => ({ kind: 'frame', origin: origin_of('b'), allow: 'cross-origin-storage', headers: { [HEADER]: 'cross-origin-storage=(self)' } }), ALLOWED);
in_place('a cross-site frame whose own header allows it, without allow', () => ({ kind: 'frame', origin: origin_of('b'), headers: { [HEADER]: 'cross-origin-storage=*' } }), REFUSED);

/**
 * A frame in a window: the window's header, the frame's site, attributes and header.
 * @param {string} what @param {string} header @param {string} inner @param {() => Record<string, string>} attributes @param {string} verdict @param {Record<string, string>} [inner_headers]
 */
const in_frame = (what, header, inner, attributes, verdict, inner_headers = {}) =>
  promise_test(async (t) => {
    const place = await open_place(t, { kind: 'window', origin: origin_of('a'), headers: header === '' ? {} : { [HEADER]: header } });
    const seen = await place.run(nested, address(inner, inner_headers), attributes(), String(probe), [await some_hash()]);
    assert_array_equals(seen, expected(verdict));
  }, `${what}: ${verdict}`);

in_frame('a same-origin frame of a window that turns it off', 'cross-origin-storage=()', 'a', () => ({}), REFUSED);
in_frame('an allowed same-origin frame of a window that turns it off', 'cross-origin-storage=()', 'a', () => ({ allow: 'cross-origin-storage *' }), REFUSED);
in_frame('an allowed cross-site frame of a window that turns it off', 'cross-origin-storage=()', 'b', () => ({ allow: 'cross-origin-storage *' }), REFUSED);
in_frame('an allowed cross-site frame of a window that keeps it to itself', 'cross-origin-storage=(self)', 'b', () => ({ allow: 'cross-origin-storage' }), REFUSED);
in_frame('a same-origin frame of a window that keeps it to itself', 'cross-origin-storage=(self)', 'a', () => ({}), ALLOWED);
in_frame('an allowed cross-site frame of a window that gives it to all', 'cross-origin-storage=*', 'b', () => ({ allow: 'cross-origin-storage' }), ALLOWED);
in_frame('a cross-site frame without allow of a window that gives it to all', 'cross-origin-storage=*', 'b', () => ({}), REFUSED);
in_frame('a same-origin frame in a sandbox with its origin', '', 'a', () => ({ sandbox: 'allow-scripts allow-same-origin' }), ALLOWED);
in_frame('a sandboxed same-origin frame', '', 'a', () => ({ sandbox: 'allow-scripts' }), REFUSED);
in_frame('an allowed sandboxed frame', '', 'b', () => ({ sandbox: 'allow-scripts', allow: 'cross-origin-storage *' }), REFUSED);
promise_test(async (t) => {
  for (const [list, verdict] of /** @type {[string, string][]} */ ([[`(self "${origin_of('b')}")`, ALLOWED], [`("${origin_of('b')}")`, REFUSED], [`(self "${origin_of('c')}")`, REFUSED]])) {
    const place = await open_place(t, { kind: 'window', origin: origin_of('a'), headers: { [HEADER]: `cross-origin-storage=${list}` } });
    assert_array_equals(await place.run(nested, address('b'), { allow: 'cross-origin-storage' }, String(probe), [await some_hash()]), expected(verdict), list);
  }
}, 'a window’s header names the cross-site frames that may be allowed');

/** Frames within frames of a window of a.test. @param {string} what @param {[string, Record<string, string>][]} chain from the outside in @param {string} verdict */
const in_chain = (what, chain, verdict) =>
  promise_test(async (t) => {
    const place = await open_place(t, { kind: 'window', origin: origin_of('a') });
    let source = String(probe);
    /** @type {unknown[]} */ let args = [await some_hash()];
    for (const [name, attributes] of [...chain].reverse()) {
      args = [address(name), attributes, source, args];
      source = String(nested);
    }
    assert_array_equals(await place.run(/** @type {any} */ (source), ...args), expected(verdict));
  }, `${what}: ${verdict}`);
const allow = { allow: 'cross-origin-storage' };
in_chain('same origin in same origin in same origin', [['a', {}], ['a', {}]], ALLOWED);
in_chain('allowed through two sites', [['b', allow], ['c', allow]], ALLOWED);
in_chain('the inner frame is not allowed', [['b', allow], ['c', {}]], REFUSED);
in_chain('the outer frame is not allowed', [['b', {}], ['c', allow]], REFUSED);
in_chain('back in the page’s own origin below a refused frame', [['b', {}], ['a', allow]], REFUSED);
in_chain('back in the page’s own origin below an allowed frame', [['b', allow], ['a', allow]], ALLOWED);
in_chain('back in the page’s own origin without allow', [['b', allow], ['a', {}]], REFUSED);
in_chain('the frame’s own origin in an allowed frame', [['b', allow], ['b', {}]], ALLOWED);
in_chain('the frame’s own origin in a refused frame', [['b', {}], ['b', {}]], REFUSED);
in_chain('five levels, all allowed', [['b', allow], ['c', allow], ['d', allow], ['e', allow]], ALLOWED);
in_chain('five levels, the third not allowed', [['b', allow], ['c', allow], ['d', {}], ['e', allow]], REFUSED);
in_chain('a sandboxed frame between', [['b', { sandbox: 'allow-scripts', allow: 'cross-origin-storage *' }], ['a', allow]], REFUSED);

for (const kind of ['blob', 'url']) {
  promise_test(async (t) => {
    for (const [spec, verdict] of /** @type {[Spec, string][]} */ ([
      [{ kind: 'window', origin: origin_of('a') }, ALLOWED], [{ kind: 'frame', origin: origin_of('b'), allow: 'cross-origin-storage' }, ALLOWED],
    ])) {
      const place = await open_place(t, spec);
      const seen = await place.run(async (/** @type {string} */ source, /** @type {any} */ hash, /** @type {string} */ way) => {
        await /** @type {any} */ (navigator).crossOriginStorage.getFileHandle({ algorithm: '', value: '' }).catch(() => {});
        const worker = new Worker(way === 'blob' ? URL.createObjectURL(new Blob([`const probe = ${source}; onmessage = async ({ data }) => postMessage(await probe(data));`])) : '/conformance/probe-worker.js');
        return new Promise((resolve) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.postMessage(hash);
        });
      }, String(probe), await some_hash(), kind);
      assert_array_equals(seen, expected(verdict), spec.kind);
    }
  }, `a ${kind}: worker of an allowed document is allowed`);
  promise_test(async (t) => {
    for (const spec of /** @type {Spec[]} */ ([{ kind: 'window', origin: origin_of('a'), headers: { [HEADER]: 'cross-origin-storage=()' } }, { kind: 'frame', origin: origin_of('b') }])) {
      const place = await open_place(t, spec);
      const seen = await place.run(async (/** @type {string} */ source, /** @type {any} */ hash, /** @type {string} */ way) => {
        await /** @type {any} */ (navigator).crossOriginStorage.getFileHandle({ algorithm: '', value: '' }).catch(() => {});
        const guarded = `const probe = ${source}; onmessage = async ({ data }) => postMessage(navigator.crossOriginStorage ? await probe(data) : ['no API']);`;
        const worker = new Worker(way === 'blob' ? URL.createObjectURL(new Blob([guarded])) : '/conformance/probe-worker.js');
        return new Promise((resolve) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.postMessage(hash);
        });
      }, String(probe), await some_hash(), kind);
      assert_array_equals(seen, expected(REFUSED), spec.kind);
    }
  }, `a ${kind}: worker of a refused document is refused with NotAllowedError`);
}
promise_test(async (t) => {
  const hash = await store(bytes_of('changed allow'));
  const place = await open_place(t, { kind: 'window', origin: origin_of('a') });
  const seen = await place.run(async (/** @type {string} */ url, /** @type {any} */ wanted, /** @type {string} */ source, /** @type {string} */ opener) => {
    const run = (0, eval)(`(${opener})`);
    const first = await run(url, {}, source, [wanted]);
    const frame = /** @type {HTMLIFrameElement} */ (document.querySelector('iframe'));
    frame.allow = 'cross-origin-storage';
    return first;
  }, address('b'), hash, String(probe), String(nested));
  assert_array_equals(seen, expected(REFUSED));
}, 'an allow attribute that comes after the load is too late');
promise_test(async (t) => {
  const place = await open_place(t, { kind: 'window', origin: origin_of('a'), headers: { [HEADER]: 'cross-origin-storage=()' } });
  const seen = await place.run(async (/** @type {any} */ hash) => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    return /** @type {any} */ (frame.contentWindow).navigator.crossOriginStorage.getFileHandle(hash).then(() => 'allowed', (/** @type {Error} */ error) => error.name);
  }, await some_hash());
  assert_equals(seen, REFUSED);
}, 'a blank frame inherits that it is turned off');
promise_test(async (t) => {
  const place = await open_place(t, { kind: 'window', origin: origin_of('a') });
  assert_equals(await place.run((/** @type {string} */ source) => {
    const meta = document.createElement('meta');
    meta.httpEquiv = 'permissions-policy';
    meta.content = 'cross-origin-storage=()';
    document.head.append(meta);
    return (0, eval)(`(${source})`)({ algorithm: 'SHA-256', value: '0'.repeat(64) }).then((/** @type {string[]} */ seen) => seen[0]);
  }, String(probe)), ALLOWED);
}, 'markup is no policy');
