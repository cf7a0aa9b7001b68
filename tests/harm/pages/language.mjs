/** Pages that change or look closely at the language and its built-ins. */
import { packagedText, scripted } from '../support/page.mjs';

/** @typedef {import('../support/page.mjs').HarmPage} HarmPage */

/** Everything that can be reached from the global object by names, and whether it is the browser's own. */
function enumerate() {
  /** @type {string[]} */
  const found = [];
  const seen = new Set();
  const walk = (/** @type {any} */ object, /** @type {string} */ path) => {
    if (seen.has(object) || path.split('.').length > 4) return;
    seen.add(object);
    for (const key of Reflect.ownKeys(object)) {
      const name = `${path}.${String(key)}`;
      const descriptor = /** @type {PropertyDescriptor} */ (Reflect.getOwnPropertyDescriptor(object, key));
      const flags = [descriptor.enumerable, descriptor.configurable, descriptor.writable].map((flag) => (flag ? 1 : 0)).join('');
      for (const value of [descriptor.value, descriptor.get, descriptor.set]) {
        if (typeof value !== 'function') continue;
        const own = Reflect.ownKeys(value).map(String).filter((each) => /^(length|name|prototype|arguments|caller)$/.test(each)).sort().join();
        found.push([name, flags, value.name, value.length, Function.prototype.toString.call(value).includes('[native code]'), own].join(' '));
        if (value.prototype) walk(value.prototype, `${name}.prototype`);
        walk(value, name);
      }
    }
  };
  walk(globalThis, 'globalThis');
  return found.sort();
}

const API = 'globalThis.CrossOriginStorageManager';
const MANAGER = `${API}.prototype`;
const ADDED = [
  `${API} 011 CrossOriginStorageManager 0 false length,name,prototype`,
  `${MANAGER}.constructor 011 CrossOriginStorageManager 0 false length,name,prototype`,
  ...['getFileHandle', 'requestFileHandle', 'requestFileHandles'].map((name) => `${MANAGER}.${name} 111 ${name} 1 false length,name`),
  'globalThis.Navigator.prototype.crossOriginStorage 110 get crossOriginStorage 0 false length,name',
];

/** @type {HarmPage[]} */
export const LANGUAGE = [
  scripted('A page that looks at everything there is', enumerate, { adds: ADDED }),
  scripted('A page that freezes its built-ins', async () => {
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      const value = Reflect.getOwnPropertyDescriptor(globalThis, name)?.value;
      if (typeof value !== 'function') continue;
      Object.freeze(value);
      if (value.prototype) Object.freeze(value.prototype);
    }
    Object.freeze(Reflect);
    const root = await navigator.storage.getDirectory();
    const file = await root.getFileHandle('frozen.txt', { create: true });
    const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(7)'])));
    const answer = await new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
    return [Object.isFrozen(Object.prototype), Object.isFrozen(Promise.prototype), Object.isFrozen(Navigator.prototype), file.name, answer, await new Blob(['x']).text()];
  }),
  scripted('A page that redefines its built-ins and counts', async () => {
    /** @type {Record<string, number>} */
    const counts = {};
    const count = (/** @type {any} */ object, /** @type {string} */ name, /** @type {string} */ label) => {
      const native = object[name];
      counts[label] = 0;
      Object.defineProperty(object, name, { configurable: true, writable: true, value(/** @type {any[]} */ ...args) { counts[label] += 1; return Reflect.construct === native ? native(...args) : Function.prototype.call.apply(native, [this, ...args]); } });
    };
    for (const name of ['then', 'catch', 'finally']) count(Promise.prototype, name, `Promise.${name}`);
    for (const name of ['get', 'set', 'has', 'delete']) count(Map.prototype, name, `Map.${name}`);
    for (const name of ['get', 'set', 'has']) count(WeakMap.prototype, name, `WeakMap.${name}`);
    count(MessagePort.prototype, 'postMessage', 'postMessage');
    count(EventTarget.prototype, 'addEventListener', 'addEventListener');
    count(EventTarget.prototype, 'dispatchEvent', 'dispatchEvent');
    count(JSON, 'stringify', 'stringify');
    Object.defineProperty(Array.prototype, '0', { configurable: true, set() { counts.zero = (counts.zero ?? 0) + 1; } });
    Object.defineProperty(Object.prototype, 'value', { configurable: true, get() { counts.value = (counts.value ?? 0) + 1; return undefined; } });
    dispatchEvent(new Event('focus'));
    document.dispatchEvent(new Event('visibilitychange'));
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    document.body.append(document.createElement('iframe'));
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    Reflect.deleteProperty(Array.prototype, '0');
    Reflect.deleteProperty(Object.prototype, 'value');
    return counts;
  }),
  scripted('A page that breaks its built-ins', async () => {
    const { log } = console;
    const { stringify } = JSON;
    for (const name of ['Promise', 'Map', 'Set', 'WeakMap', 'Proxy', 'Blob', 'URL', 'MessageChannel', 'Worker']) Reflect.set(globalThis, name, undefined);
    Reflect.set(Reflect, 'apply', () => { throw new Error('apply'); });
    Reflect.set(Object, 'defineProperty', null);
    for (const method of ['call', 'apply', 'bind']) Reflect.set(Function.prototype, method, () => { throw new Error(method); });
    log(`broken: ${stringify([typeof Promise, typeof Worker])}`);
    const frame = document.createElement('iframe');
    document.body.append(frame);
    return 'still here';
  }),
  scripted('A page that has a navigator of its own', () => {
    Object.defineProperty(navigator, 'userAgent', { get: () => 'mine' });
    const standIn = new Proxy(navigator, { get: (target, key) => (key === 'language' ? 'xx' : Reflect.get(target, key, target)) });
    Object.defineProperty(window, 'navigator', { get: () => standIn, configurable: true });
    const copy = Object.create(Navigator.prototype);
    const failed = (() => { try { return copy.language; } catch (error) { return /** @type {Error} */ (error).name; } })();
    return [navigator.userAgent, navigator.language, failed, Object.keys(Object.getOwnPropertyDescriptors(navigator))];
  }),
  scripted('A page with polyfills', () => {
    const { core } = /** @type {any} */ (globalThis)['__core-js_shared__'] ? { core: true } : { core: false };
    return [core, [3, 1, 2].toSorted(), new URL('https://a.example/?b=1').searchParams.get('b'), structuredClone(new Map([[1, { a: 1n }]])).get(1)?.a.toString(), [...new Set([1]).union(new Set([2]))]];
  }, { scripts: [packagedText('core-js-bundle/minified.js')] }),
  scripted('A page with zones', async () => {
    const { Zone } = /** @type {any} */ (globalThis);
    /** @type {string[]} */
    const tasks = [];
    const zone = Zone.current.fork({ name: 'mine', onScheduleTask: (/** @type {any} */ parent, /** @type {any} */ _, /** @type {any} */ target, /** @type {any} */ task) => { tasks.push(`${task.type} ${task.source}`); return parent.scheduleTask(target, task); } });
    const inner = await zone.run(async () => {
      await new Promise((resolve) => { setTimeout(resolve, 5); });
      await (await fetch('main.js')).text();
      addEventListener('mine', () => tasks.push(Zone.current.name));
      dispatchEvent(new Event('mine'));
      return Zone.current.name;
    });
    return [inner, tasks];
  }, { scripts: [packagedText('zone.js/bundles/zone.umd.min.js')] }),
  scripted('A page that looks at its own errors', async () => {
    /** @type {string[]} */
    const heard = [];
    addEventListener('error', (event) => { heard.push(event.message); });
    addEventListener('unhandledrejection', (event) => { heard.push(String(event.reason)); });
    /** @type {any} */ (Error).prepareStackTrace = (/** @type {Error} */ error, /** @type {any[]} */ frames) => `${error.message}: ${frames.length} of ${frames[0]?.getFunctionName()}`;
    setTimeout(function thrower() { throw new RangeError('thrown'); });
    Promise.reject(new TypeError('rejected'));
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    return [heard, function here() { return new Error('here').stack; }(), /** @type {any} */ (Error).stackTraceLimit];
  }),
  scripted('A page that looks at the errors of its built-ins', async () => {
    const root = await navigator.storage.getDirectory();
    const file = await root.getFileHandle('errors.txt', { create: true });
    const stackOf = async (/** @type {() => unknown} */ body) => {
      try {
        await body();
        return 'nothing';
      } catch (error) {
        return /** @type {Error} */ (error).stack;
      }
    };
    const any = /** @type {any} */ (globalThis);
    const stacks = [
      await stackOf(() => fetch('https://[')), await stackOf(() => any.fetch()), await stackOf(() => any.fetch.call({}, '/')), await stackOf(() => new any.fetch('/')),
      await stackOf(() => any.fetch('/', { get integrity() { throw new RangeError('mine'); } })), await stackOf(() => fetch({ toString() { throw new RangeError('text'); } }.toString())),
      await stackOf(() => any.Worker('x')), await stackOf(() => new Worker('https://[')), await stackOf(() => FileSystemFileHandle.prototype.getFile.call(root)),
      await stackOf(() => root.resolve(any)), await stackOf(() => file.isSameEntry(any)), await stackOf(() => file.createWritable(any.nothing ?? 1)), await stackOf(() => URL.createObjectURL(any)),
      await stackOf(async () => { await file.getFile(); await root.removeEntry('errors.txt'); await file.getFile(); }), await stackOf(() => fetch('https://127.0.0.1:1/')),
    ];
    /** @type {unknown[]} */
    const unhandled = [];
    addEventListener('unhandledrejection', ({ promise, reason }) => unhandled.push([promise instanceof Promise, reason.message, reason.stack]));
    fetch('https://[?unhandled').then((response) => response.text());
    fetch('https://[?handled').catch(() => {});
    const late = fetch('https://[?late');
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    late.catch(() => {});
    return [stacks, unhandled];
  }),
  scripted('A page that watches itself', async () => {
    const { watched } = /** @type {any} */ (globalThis);
    performance.mark('mine');
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    return [watched, performance.getEntries().map(({ entryType, name }) => `${entryType} ${name}`).filter((line) => /^(mark|navigation|resource|element) /.test(line)).sort(),
      document.documentElement.attributes.length, [...document.querySelectorAll('*')].map(({ tagName }) => tagName).join()];
  }, {
    html: '<script>watched = []; new MutationObserver((records) => watched.push(...records.flatMap(({ addedNodes }) => [...addedNodes].map(({ nodeName }) => nodeName)))).observe(document, { childList: true, subtree: true })</script><p>one</p><p>two</p>' }),
];
