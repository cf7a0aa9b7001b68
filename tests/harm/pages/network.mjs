/** Pages that load: requests, streams, modules, WebAssembly. */
import { createHash } from 'node:crypto';
import { htmlDocument, packagedText, scripted } from '../support/page.mjs';

/** @typedef {import('../support/page.mjs').HarmPage} HarmPage */

/** A module that adds: (func (param i32 i32) (result i32)). */
const ADD = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11]);

const PUSH = "order.push('ran ' + (document.currentScript?.id ?? 'a module'));";
const SHEET = 'p { color: red } @media print { p { color: black } }';
/** @param {string} text */
const integrityOf = (text) => `sha384-${createHash('sha384').update(text).digest('base64')}`;

const MODULES = {
  'lib/one.js': { body: "import { two } from 'two'; import data from './data.json' with { type: 'json' }; export const one = () => [two, data.list, import.meta.url.split('/').pop()]; export const late = () => import('two/late.js');" },
  'lib/two.js': { body: "await new Promise((resolve) => setTimeout(resolve, 5)); export const two = 2; export { one } from './one.js';" },
  'lib/late.js': { body: 'export default class Late {}' },
  'lib/data.json': { body: '{"list":[1,2]}' },
};
const IMPORT_MAP = '<script type="importmap">{"imports":{"two":"./lib/two.js","two/":"./lib/","bare":"./lib/one.js"}}</script>';

/** @type {HarmPage[]} */
export const NETWORK = [
  scripted('A page that fetches', async () => {
    const response = await fetch('data.json', { headers: { 'x-mine': 'yes' } });
    const streamed = await new Response(response.clone().body?.pipeThrough(new CompressionStream('gzip')).pipeThrough(new DecompressionStream('gzip'))).json();
    const posted = await fetch('data.json', { method: 'POST', body: new FormData() });
    const aborted = await fetch('data.json', { signal: AbortSignal.abort() }).catch(({ name }) => name);
    const whole = await fetch('data.json', { integrity: 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' }).catch(({ name }) => name);
    const asked = await new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open('GET', 'data.json');
      request.responseType = 'json';
      request.onload = () => resolve([request.status, request.response, request.getAllResponseHeaders().includes('content-type')]);
      request.send();
    });
    const sync = new XMLHttpRequest();
    sync.open('GET', 'missing.json', false);
    sync.send();
    return [streamed, posted.status, aborted, whole, asked, sync.status, navigator.sendBeacon('data.json', 'x'), [...response.headers.keys()]];
  }, { files: { 'data.json': { body: '{"a":[1,2,3]}' } } }),
  scripted('A page with sockets and events', async () => {
    const source = new EventSource('events');
    const event = await new Promise((resolve) => { source.addEventListener('mine', (message) => resolve([message.data, message.lastEventId])); });
    source.close();
    const socket = new WebSocket(location.href.replace('http', 'ws'), ['echo', 'other']);
    const states = [socket.readyState, await new Promise((resolve) => { socket.onopen = () => socket.send('hello'); socket.onmessage = ({ data }) => resolve([data, socket.protocol]); })];
    socket.close(1000, 'enough');
    states.push(await new Promise((resolve) => { socket.onclose = ({ code, wasClean }) => resolve([code, wasClean]); }));
    const failed = (() => { try { return new WebSocket('ws://'); } catch (error) { return /** @type {Error} */ (error).name; } })();
    return [event, states, failed, WebSocket.name, String(EventSource)];
  }, { over: 'loopback', files: { events: { type: 'text/event-stream', body: 'id: 7\nevent: mine\ndata: first\n\n' } } }),
  // A browser with any extension that observes requests does not say why a handshake failed.
  scripted('A page whose socket fails', async () => {
    const socket = new WebSocket(location.href.replace('http', 'ws'));
    return [await new Promise((resolve) => { socket.onclose = ({ code, reason, wasClean }) => resolve([code, reason, wasClean]); }), socket.readyState];
  }, { knownConsole: /^error: WebSocket connection to '[^']+' failed: / }),
  scripted('A page with WebAssembly', async () => {
    const { instance, module } = /** @type {any} */ (await WebAssembly.instantiateStreaming(fetch('add.wasm')));
    const wrong = await WebAssembly.compileStreaming(fetch('main.js')).catch(({ name }) => name);
    const worker = new Worker(URL.createObjectURL(new Blob(['onmessage = async ({ data }) => postMessage((await WebAssembly.instantiate(data)).exports.add(20, 22))'])));
    worker.postMessage(module);
    const far = await new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
    return [instance.exports.add(1, 2), wrong, far, WebAssembly.Module.exports(module), WebAssembly.validate(new Uint8Array(3))];
  }, { files: { 'add.wasm': { body: ADD } } }),
  scripted('A page of modules with an import map', `async () => {
    const { one, late } = await import('bare');
    const { default: Late } = await late();
    const { two } = await import('two');
    const missing = await import('unmapped').catch(({ name }) => name);
    return [one(), Late.name, two, missing, import.meta.resolve('two').split('/').pop()];
  }`, { html: IMPORT_MAP, module: true, files: MODULES }),
  scripted('A page with a shim for modules', async () => {
    const { importShim } = /** @type {any} */ (globalThis);
    const { one } = await importShim('./lib/one.js');
    return [one(), typeof importShim.getImportMap()];
  }, { html: IMPORT_MAP, scripts: [packagedText('es-module-shims/dist/es-module-shims.js')], files: MODULES }),
  scripted('A page that loads scripts of every kind', async () => {
    const order = /** @type {any} */ (globalThis).order;
    const load = (/** @type {object} */ members) => new Promise((resolve) => {
      const script = Object.assign(document.createElement('script'), members);
      script.onload = () => resolve('loaded');
      script.onerror = () => resolve('error');
      document.head.append(script);
    });
    const results = [await load({ src: 'good.js', integrity: 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' }), await load({ src: 'missing.js' }), await load({ src: 'good.js?late', async: true }), await load({ src: 'data:text/javascript,order.push("data")' })];
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    return [results, order, document.currentScript];
  }, {
    html: '<script>order = []</script><script defer src="good.js?defer"></script><script type="module">order.push("module")</script><script nomodule>order.push("nomodule")</script><script type="text/template">never</script><script src="good.js?plain"></script><link rel="preload" as="script" href="good.js?plain"><link rel="modulepreload" href="good.js?module">',
    files: { 'good.js': { body: 'order.push(new URL(document.currentScript?.src ?? "https://x").search)' } } }),
  scripted('A page whose scripts and style sheets have integrity', () => {
    // When something has loaded is told in no fixed order; when it ran is.
    const { told = [], ran } = Object.groupBy(/** @type {string[]} */ (/** @type {any} */ (globalThis).order), (line) => (/^(load|error) /.test(line) ? 'told' : 'ran'));
    return [told.sort(), ran, [...document.styleSheets].map(({ cssRules, href }) => [cssRules.length, href?.split('/').pop()]), [...document.scripts].map((script) => [script.getAttribute('src'), script.integrity.length, script.async, script.defer])];
  }, {
    head: `<script>order = []; document.addEventListener('readystatechange', () => order.push(document.readyState)); document.addEventListener('load', ({ target }) => order.push('load ' + target.id), true);
      document.addEventListener('error', ({ target }) => order.push('error ' + target.id), true)</script>
      <link id="sheet" rel="stylesheet" href="sheet.css" integrity="${integrityOf(SHEET)}"><link id="wrong" rel="stylesheet" href="sheet.css?wrong" integrity="${integrityOf(PUSH)}">
      <style>@import url("sheet.css?imported"); p { background: url("missing.png") }</style>
      <script id="late" defer src="push.js?defer" integrity="${integrityOf(PUSH)}"></script><script id="module" type="module" src="push.js?module" integrity="${integrityOf(PUSH)}"></script>
      <script id="plain" src="push.js?plain" integrity="${integrityOf(PUSH)}"></script><script>order.push('inline')</script>`,
    html: `<script id="refused" src="push.js?refused" integrity="${integrityOf(SHEET)}"></script><script>document.write('<script id="written" src="push.js?written" integrity="${integrityOf(PUSH)}"><\\/script>')</script><script>order.push('after')</script><p>Text</p>`,
    files: { 'push.js': { body: PUSH }, 'sheet.css': { body: SHEET } } }),
  scripted('A page that sends a form', () => [document.title, location.search, performance.getEntriesByType('navigation').length], {
    document: htmlDocument('Form', '<form action="./result.html"><input name="a" value="ä 1"></form><script>document.forms[0].requestSubmit()</script>'),
    files: { 'result.html': htmlDocument('Result', '<script>console.log("REPORT " + JSON.stringify([document.title, location.search, document.referrer.split("/").length, history.length]))</script>') } }),
];
