/** Pages with workers and worklets of every kind. */
import { htmlDocument, packagedText, scripted } from '../support/page.mjs';

/** @typedef {import('../support/page.mjs').HarmPage} HarmPage */

const SELF = `const self_ = [self.constructor.name, location.pathname.split('/').pop(), self.name, typeof importScripts, isSecureContext, typeof navigator.storage, 'crossOriginStorage' in navigator];`;
const ANSWER = `${SELF} onmessage = ({ data, ports }) => (ports[0] ?? self).postMessage([self_, data]);`;

/** @type {HarmPage[]} */
export const WORKERS = [
  scripted('A page with dedicated workers', async () => {
    const ask = (/** @type {string} */ url, options = {}) => new Promise((resolve) => {
      const worker = new Worker(url, options);
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => { event.preventDefault(); resolve([event.message, event.lineno]); };
      worker.postMessage(new Map([['key', new Uint8Array([1, 2])]]));
    });
    const source = await (await fetch('answer.js')).text();
    const blob = () => URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    const all = [
      await ask('answer.js'), await ask('answer.js', { name: 'named' }), await ask('module.js', { type: 'module' }), await ask(`data:text/javascript,${encodeURIComponent(source)}`),
      await ask('nest.js'), await ask('fails.js'), await ask('missing.js'),
    ];
    const named = [await ask(blob()), await ask(blob(), { type: 'module' })];
    return [all, named.map((answer) => /** @type {any} */ (answer)[1]?.size), Worker.length, String(Worker), Object.keys(Object.getOwnPropertyDescriptors(Worker)), typeof window.onerror];
  }, {
    files: {
      'answer.js': { body: ANSWER }, 'module.js': { body: `import { value } from './part.js'; ${ANSWER} self_.push(value, import.meta.url.split('/').pop());` }, 'part.js': { body: 'export const value = 42' },
      'nest.js': { body: 'onmessage = () => { const inner = new Worker("answer.js"); inner.onmessage = ({ data }) => postMessage(data); inner.postMessage("nested"); }' },
      'fails.js': { body: '\nthrow new RangeError("at the start");' },
    } }),
  scripted('A page with shared workers', async () => {
    const ask = (/** @type {any} */ options) => new Promise((resolve) => {
      const { port } = new SharedWorker('shared.js', options);
      port.onmessage = ({ data }) => resolve(data);
    });
    const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { src: 'inner.html' }));
    const first = [await ask(undefined), await ask('named')];
    const fromFrame = new Promise((resolve) => { onmessage = ({ data }) => resolve(data); });
    frame.contentWindow?.postMessage('go');
    return [first, await fromFrame, await ask(undefined)];
  }, {
    files: {
      'shared.js': { body: `${SELF} let count = 0; onconnect = ({ ports }) => { count += 1; ports[0].postMessage([count, self_]); };` },
      'inner.html': htmlDocument('Inner', "<script>onmessage = () => { new SharedWorker('shared.js').port.onmessage = ({ data }) => parent.postMessage(data); }</script>"),
    } }),
  scripted('A page that a service worker controls', async () => {
    const registration = await navigator.serviceWorker.register('service.js');
    if (!navigator.serviceWorker.controller) await new Promise((resolve) => { navigator.serviceWorker.oncontrollerchange = resolve; });
    const made = await (await fetch('made-up')).text();
    const script = document.body.appendChild(Object.assign(document.createElement('script'), { src: 'made-up.js' }));
    await new Promise((resolve) => { script.onload = resolve; });
    const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { src: 'made-up.html' }));
    await new Promise((resolve) => { frame.onload = resolve; });
    const inWorker = await new Promise((resolve) => { new Worker('made-up-worker.js').onmessage = ({ data }) => resolve(data); });
    const asked = await new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      navigator.serviceWorker.controller?.postMessage('what', [port2]);
    });
    await registration.unregister();
    return [made, /** @type {any} */ (window).madeUp, frame.contentDocument?.body.textContent, inWorker, asked, registration.scope.split('/').length];
  }, {
    files: { 'service.js': { body: `oninstall = () => skipWaiting(); onactivate = (event) => event.waitUntil(clients.claim());
      const TYPES = { js: 'text/javascript', html: 'text/html' }; const seen = [];
      onfetch = (event) => { const { pathname } = new URL(event.request.url); const file = pathname.split('/').pop(); if (!file.startsWith('made-up')) return;
        seen.push([file, event.request.destination, event.request.mode]);
        event.respondWith(new Response(file.includes('worker') ? 'postMessage([location.pathname.split("/").pop(), "from a worker"])' : file.endsWith('js') ? 'window.madeUp = 1' : 'made up ' + file, { headers: { 'content-type': TYPES[file.split('.')[1]] ?? 'text/plain' } })); };
      onmessage = ({ ports }) => ports[0].postMessage([seen, 'crossOriginStorage' in navigator, typeof FileSystemFileHandle]);` } } }),
  scripted('A page with worklets and canvases off the screen', async () => {
    const context = new OfflineAudioContext(1, 256, 8000);
    await context.audioWorklet.addModule('audio.js');
    new AudioWorkletNode(context, 'constant').connect(context.destination);
    const sound = (await context.startRendering()).getChannelData(0);
    const canvas = document.body.appendChild(document.createElement('canvas')).transferControlToOffscreen();
    const worker = new Worker('canvas.js');
    worker.postMessage(canvas, [canvas]);
    const pixel = await new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
    return [sound[0], sound[255], pixel];
  }, {
    files: {
      'audio.js': { body: "registerProcessor('constant', class extends AudioWorkletProcessor { process(_, [[out]]) { out.fill(0.5); return true; } })" },
      'canvas.js': { body: "onmessage = ({ data }) => { const pen = data.getContext('2d'); pen.fillStyle = '#123456'; pen.fillRect(0, 0, 9, 9); postMessage([...pen.getImageData(1, 1, 1, 1).data]); }" },
    } }),
  scripted('A page that calls its worker as if it were here', async () => {
    const { Comlink } = /** @type {any} */ (globalThis);
    const remote = Comlink.wrap(new Worker('remote.js'));
    const sum = await remote.add(1, 2);
    const counter = await new remote.Counter(5);
    await counter.up(Comlink.proxy((/** @type {number} */ value) => { document.title = `at ${value}`; }));
    return [sum, await counter.value, document.title];
  }, {
    scripts: [packagedText('comlink/dist/umd/comlink.min.js')],
    files: {
      'comlink.js': { body: packagedText('comlink/dist/umd/comlink.min.js') },
      'remote.js': { body: "importScripts('comlink.js'); Comlink.expose({ add: (a, b) => a + b, Counter: class { constructor(value) { this.value = value; } async up(tell) { this.value += 1; await tell(this.value); } } });" },
    } }),
];
