/** Pages under policies. */
import { htmlDocument, packagedText, scripted } from '../support/page.mjs';

/** @typedef {import('../support/page.mjs').HarmPage} HarmPage */

/** Things that a policy may forbid; what became of each. */
async function tryEverything() {
  /** @type {string[]} */
  const violations = [];
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, disposition }) => violations.push([effectiveDirective, blockedURI.slice(0, 12), disposition].join(' ')));
  const outcome = async (/** @type {() => unknown} */ body) => {
    try {
      return String(await body()).slice(0, 40);
    } catch (error) {
      return /** @type {Error} */ (error).name;
    }
  };
  const loaded = (/** @type {any} */ element) => new Promise((resolve) => {
    element.onload = () => resolve('loaded');
    element.onerror = () => resolve('error');
    document.body.append(element);
  });
  const made = (/** @type {string} */ tag, /** @type {object} */ members) => Object.assign(document.createElement(tag), members);
  const results = {
    eval: await outcome(() => (0, eval)('1 + 1')),
    fetch: await outcome(async () => (await fetch('main.js')).status),
    image: await outcome(() => loaded(made('img', { src: 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=' }))),
    inline: await outcome(() => { document.body.append(made('script', { textContent: 'window.inline = 1' })); return 'inline' in window; }),
    style: await outcome(() => { document.body.append(made('style', { textContent: 'p { color: red }' })); return document.styleSheets.length; }),
    frame: await outcome(() => loaded(made('iframe', { srcdoc: '<p>frame' }))),
    worker: await outcome(() => new Promise((resolve) => {
      const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])));
      worker.onmessage = () => resolve('ran');
      worker.onerror = () => resolve('error');
    })),
    wasm: await outcome(() => WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))),
  };
  return [results, violations.sort(), self.origin, isSecureContext];
}

const CSP = 'content-security-policy';
const FRAME = { 'frame.html': htmlDocument('Frame', '<p>frame<script>parent.postMessage([origin, isSecureContext, typeof navigator.storage], "*")</script>') };

/** @param {string} name @param {Record<string, string>} headers @param {string | (() => unknown)} [script] */
const under = (name, headers, script = tryEverything) => scripted(name, script, { headers, html: '<p>Text</p>', files: FRAME });

/** @type {HarmPage[]} */
export const SECURITY = [
  {
    name: 'A page that may load nothing', files: { 'main.js': { body: "console.log('ran')" } },
    document: htmlDocument('Nothing', '<style>p { color: red }</style><p onclick="x()">Text</p><img src="x.png"><script>console.log("inline")</script><script src="main.js"></script>', { [CSP]: "default-src 'none'" }),
  },
  under('A page that loads scripts of its own alone', { [CSP]: "default-src 'none'; script-src 'self'" }),
  under('A page with a policy for everything but evaluation', { [CSP]: "default-src 'self' data: blob: 'unsafe-inline'; worker-src blob:" }),
  under('A page whose policy only reports', { [`${CSP}-report-only`]: "default-src 'self'; require-trusted-types-for 'script'" }),
  // The browser says that it has kept the extension's script out, as it says of the page's own.
  {
    name: 'A sandboxed page without scripts', knownConsole: /^error: Blocked script execution in /, document: htmlDocument('Sandbox', '<p>Text</p><script>document.write("no")</script><iframe srcdoc="<p>inner"></iframe>', { [CSP]: 'sandbox' }),
  },
  under('A sandboxed page with scripts', { [CSP]: 'sandbox allow-scripts' }),
  under('A sandboxed page of its own origin', { [CSP]: 'sandbox allow-scripts allow-same-origin allow-forms' }),
  {
    name: 'A page with nonces', reports: 1,
    document: htmlDocument('Nonces', '<p>Text</p><script nonce="abc">const s = document.createElement("script"); s.src = "main.js"; document.body.append(s)</script><script>console.log("without a nonce")</script>',
      { [CSP]: "script-src 'nonce-abc' 'strict-dynamic'; object-src 'none'; base-uri 'none'" }),
    files: { 'main.js': { body: "console.log('REPORT ' + JSON.stringify([document.scripts.length, typeof window.s]))" } },
  },
  scripted('A page with a policy in its markup', tryEverything, { head: '<meta http-equiv="Content-Security-Policy" content="script-src \'self\'; worker-src \'none\'">', html: '<p>Text</p>' }),
  under('A page with Trusted Types', { [CSP]: "require-trusted-types-for 'script'; trusted-types mine default" }, () => {
    const api = /** @type {any} */ (globalThis).trustedTypes;
    const mine = api.createPolicy('mine', { createHTML: (/** @type {string} */ text) => text.replaceAll('<b>', '<i>'), createScriptURL: (/** @type {string} */ url) => url });
    const box = document.createElement('div');
    const failed = (/** @type {() => void} */ body) => { try { body(); return 'nothing'; } catch (error) { return /** @type {Error} */ (error).name; } };
    const results = [failed(() => { box.innerHTML = '<b>x</b>'; }), failed(() => { new Worker('main.js'); }), failed(() => api.createPolicy('other', {})), failed(() => (0, eval)('1'))];
    box.innerHTML = mine.createHTML('<b>y</b>');
    api.createPolicy('default', { createHTML: (/** @type {string} */ text) => `${text}!` });
    const other = document.createElement('div');
    other.innerHTML = 'z';
    return [results, box.innerHTML, other.innerHTML, String(mine), api.isHTML(mine.createHTML(''))];
  }),
  scripted('A page that cleans markup for Trusted Types', () => {
    const { DOMPurify } = /** @type {any} */ (globalThis);
    const clean = DOMPurify.sanitize('<img src=x onerror=alert(1)><p>kept<script>gone</scr' + 'ipt></p>', { RETURN_TRUSTED_TYPE: true });
    document.body.insertAdjacentHTML('beforeend', clean);
    return [String(clean), Object.prototype.toString.call(clean), DOMPurify.removed.length];
  }, { headers: { [CSP]: "require-trusted-types-for 'script'; trusted-types dompurify" }, scripts: [packagedText('dompurify/dist/purify.min.js')] }),
  under('A page with a permissions policy', { 'permissions-policy': 'geolocation=(), camera=(self), fullscreen=()' }, () => {
    const policy = /** @type {any} */ (document).featurePolicy;
    return [policy.allowsFeature('geolocation'), policy.allowsFeature('camera'), policy.allowedFeatures().length];
  }),
  under('An isolated page that shares memory', { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }, async () => {
    const memory = new SharedArrayBuffer(8);
    const worker = new Worker(URL.createObjectURL(new Blob(['onmessage = ({ data }) => { Atomics.add(new Int32Array(data), 0, 41); Atomics.notify(new Int32Array(data), 0); postMessage(crossOriginIsolated); }'])));
    worker.postMessage(memory);
    const isolated = await new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
    return [crossOriginIsolated, isolated, Atomics.load(new Int32Array(memory), 0), structuredClone(memory).byteLength, new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true }).buffer.byteLength];
  }),
  under('A page that embeds without credentials', { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'credentialless' }, async () => {
    const frame = Object.assign(document.createElement('iframe'), { credentialless: true, src: 'frame.html' });
    const message = new Promise((resolve) => { onmessage = ({ data }) => resolve(data); });
    document.body.append(frame);
    return [crossOriginIsolated, await message];
  }),
  under('A page of an agent cluster of its own', { 'origin-agent-cluster': '?1', 'document-policy': 'js-profiling', 'referrer-policy': 'no-referrer' }, async () =>
    [/** @type {any} */ (globalThis).originAgentCluster, document.referrer, (await fetch('main.js')).url]),
];
