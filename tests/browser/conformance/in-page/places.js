/**
 * Other documents for subtests: windows and frames of any site, with any headers. Only a window can open
 * them, so a worker asks the page that started it.
 */

/** @typedef {{kind?: 'window' | 'frame', origin: string, headers?: Record<string, string>, allow?: string, sandbox?: string}} Spec */

const READY_MS = 9_000;

/** @param {Spec} spec */
export function addressOf({ origin, headers = {} }) {
  const url = new URL('/conformance/executor.html', origin);
  for (const [name, value] of Object.entries(headers)) url.searchParams.append('h', `${name}: ${value}`);
  return url.href;
}

/**
 * A busy machine may lose a window on its way; a second one then takes its place.
 * @param {() => Window | null} open
 * @param {() => void} [giveUp]
 * @returns {Promise<Window>} when its executor is ready
 */
async function ready(open, giveUp) {
  for (const attempt of giveUp ? [1, 2, 3] : [3]) {
    const opened = /** @type {Window} */ (open());
    if (await answers(opened)) return opened;
    if (attempt < 3) giveUp?.();
  }
  throw new Error('The other document did not load.');
}

/** @param {Window} opened @returns {Promise<boolean>} */
function answers(opened) {
  return new Promise((resolve) => {
    const finish = (/** @type {boolean} */ answered) => {
      removeEventListener('message', onMessage);
      clearTimeout(timer);
      resolve(answered);
    };
    const onMessage = (/** @type {MessageEvent} */ { source, data }) => {
      if (source === opened && data?.ready) finish(true);
    };
    const timer = setTimeout(() => finish(false), READY_MS);
    addEventListener('message', onMessage);
  });
}

/** @param {Window} target @param {string} source @param {unknown[]} args @param {Transferable[]} [transfer] */
function run(target, source, args, transfer = []) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data.value));
    port1.onmessageerror = () => reject(new Error('The answer could not be deserialized.'));
    target.postMessage({ source, args }, '*', [port2, ...transfer]);
  });
}

/** The opener of places in a window. */
export class WindowPlaces {
  /** @type {Map<number, {target: Window, close: () => void}>} */
  #open = new Map();
  #last = 0;
  /** @type {Promise<unknown>} */
  #opening = Promise.resolve();

  /** One after the other: several new windows at once make each other wait. @param {Spec} spec @returns {Promise<number>} */
  open(spec) {
    const opened = this.#opening.then(() => this.#openNow(spec));
    this.#opening = opened.catch(() => {});
    return opened;
  }

  /** @param {Spec} spec @returns {Promise<number>} */
  async #openNow(spec) {
    const url = addressOf(spec);
    this.#last += 1;
    const id = this.#last;
    if (spec.kind === 'frame') {
      const frame = document.createElement('iframe');
      if (spec.allow !== undefined) frame.allow = spec.allow;
      if (spec.sandbox !== undefined) frame.setAttribute('sandbox', spec.sandbox);
      frame.src = url;
      const target = await ready(() => {
        document.body.append(frame);
        return frame.contentWindow;
      });
      this.#open.set(id, { target, close: () => frame.remove() });
    } else {
      /** @type {Window | null} */ let last = null;
      const target = await ready(() => (last = window.open(url)), () => last?.close());
      this.#open.set(id, { target, close: () => target.close() });
    }
    return id;
  }

  /** @param {number} id @param {string} source @param {unknown[]} args */
  run(id, source, args) {
    return run(this.#targetOf(id), source, args);
  }

  /** @param {number} id @param {unknown} value */
  async deliver(id, value) {
    this.#targetOf(id).postMessage({ deliver: true, value }, '*');
  }

  /** @param {number} id */
  async close(id) {
    this.#open.get(id)?.close();
    this.#open.delete(id);
  }

  /** The command line on the store of this run. @param {string[]} args */
  command(...args) {
    return /** @type {any} */ (window).cosCommand(args);
  }

  /** @param {number} id */
  #targetOf(id) {
    const place = this.#open.get(id);
    if (place === undefined) throw new Error('That place is closed.');
    return place.target;
  }
}

/**
 * Answers a worker's wishes with a window's places.
 * @param {MessagePort} port
 * @param {WindowPlaces} places
 */
export function servePlaces(port, places) {
  port.onmessage = async ({ data: { call, method, args } }) => {
    try {
      port.postMessage({ call, value: await /** @type {any} */ (places)[method](...args) });
    } catch (error) {
      port.postMessage({ call, error: String(error) });
    }
  };
}

/** The opener of places in a worker. @param {MessagePort} port @returns {WindowPlaces} */
export function placesBehind(port) {
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  const waiting = new Map();
  let last = 0;
  port.onmessage = ({ data: { call, value, error } }) => {
    const { resolve, reject } = /** @type {any} */ (waiting.get(call));
    waiting.delete(call);
    if (error === undefined) resolve(value);
    else reject(new Error(error));
  };
  const send = (/** @type {string} */ method) => (/** @type {unknown[]} */ ...args) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      port.postMessage({ call: last, method, args });
    });
  return /** @type {any} */ (Object.fromEntries(['open', 'run', 'deliver', 'close', 'command'].map((method) => [method, send(method)])));
}
