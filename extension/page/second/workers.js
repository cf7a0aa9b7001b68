/**
 * @file Dedicated workers that have the API. A worker's realm can be reached only by being its
 * first script: `Worker` is replaced by a constructor that starts a small blob: script, which
 * installs the API (worker/main.js) and then runs the page's own script.
 * Used in windows and, for nested workers, in workers; may be imported by the entries of page/ only.
 *
 * A worker that was started so is not quite what the browser would have made (extension/README.md
 * lists the differences). So nothing is replaced in a page that never calls the API, and whatever
 * is not plainly understood here goes to the browser's own constructor untouched.
 */

import { ownOrigin } from '../fetch-primordials.js';
import {
  addListener, apply, BlobCtor, blobSize, construct, createObjectURL, dispatch, EventCtor, hasOwn, iterableOf, makeChannel, mapDelete,
  mapGet, mapSet, MapCtor, messageData, NativeWorker, own, postToWorker, revokeObjectURL, setAdd, SetCtor, setDelete,
  setHas, setOnMessage, toJSON, urlHref, urlOrigin, urlProtocol, URLCtor, WeakMapCtor,
  weakMapGet, weakMapSet,
} from '../primordials.js';
import { createRelay } from './relay.js';
import { standInForConstructor, standInForMethod } from '../stand-in.js';
import { WORKER_PLAN } from '../../shared/names.js';
import { isObject } from '../webidl.js';

/** @typedef {import('../channel.js').Channel} Channel */
/** @typedef {{url: string, base: string | null, classic: boolean, boot: string}} Plan what the bootstrap is told */
/** @typedef {{credentials: unknown, name: unknown, type: unknown}} Options */
/**
 * @typedef {object} Place where workers are constructed
 * @property {() => string | null} base what relative URLs are relative to; null: to nothing
 * @property {() => boolean} hinders whether a worker started now must be left as it is
 */

/** @param {string} text */
const scriptUrl = (text) =>
  createObjectURL(new BlobCtor(/** @type {any} */ (iterableOf([text])), /** @type {any} */ ({ __proto__: null, type: 'text/javascript' })));

/**
 * The page's own blob: URLs. A page may revoke one right after `new Worker(url)`; the bootstrap
 * loads it a little later, so that revocation waits until it has.
 */
class BlobUrls {
  #known = new SetCtor();
  #loading = new MapCtor();
  #revoked = new SetCtor();

  watch() {
    standInForMethod(URLCtor, 'createObjectURL', (native, self, args) => {
      const url = apply(native, self, args);
      try {
        blobSize(args[0]);
        setAdd(this.#known, url);
      } catch {
        // A MediaSource: nothing that a worker could run.
      }
      return url;
    });
    standInForMethod(URLCtor, 'revokeObjectURL', (native, self, args) => {
      const url = args[0];
      if (typeof url === 'string') setDelete(this.#known, url);
      if (typeof url === 'string' && mapGet(this.#loading, url) !== undefined) setAdd(this.#revoked, url);
      else apply(native, self, args);
    });
  }

  /** @param {string} url @returns {boolean} made here as an object URL of a Blob, and not revoked */
  has(url) {
    return setHas(this.#known, url);
  }

  /** @param {string} url */
  hold(url) {
    mapSet(this.#loading, url, (mapGet(this.#loading, url) ?? 0) + 1);
  }

  /** @param {string} url */
  letGo(url) {
    const users = mapGet(this.#loading, url);
    if (users > 1) {
      mapSet(this.#loading, url, users - 1);
      return;
    }
    mapDelete(this.#loading, url);
    if (!setHas(this.#revoked, url)) return;
    setDelete(this.#revoked, url);
    revokeObjectURL(url);
  }
}

/**
 * @param {unknown} value
 * @returns {string | undefined} undefined for what only the browser should convert
 */
function urlText(value) {
  if (typeof value === 'string') return value;
  try {
    return urlHref(value);
  } catch {
    return undefined;
  }
}

/**
 * @param {any} value
 * @returns {Options | undefined}
 */
function readOptions(value) {
  if (value === undefined || value === null) return { credentials: undefined, name: undefined, type: undefined };
  if (!isObject(value)) return undefined;
  const { credentials, name, type } = /** @type {any} */ (value);
  return type === undefined || type === 'classic' || type === 'module' ? { credentials, name, type } : undefined;
}

/**
 * @param {Place} place
 * @param {BlobUrls} blobs
 * @param {unknown} given the constructor's first argument
 * @returns {{url: string, base: string | null} | undefined}
 */
function findScript(place, blobs, given) {
  const text = urlText(given);
  if (text === undefined || place.hinders()) return undefined;
  const base = place.base();
  try {
    const url = base === null ? new URLCtor(text) : new URLCtor(text, base);
    const href = urlHref(url);
    const protocol = urlProtocol(url);
    if (protocol === 'blob:') return blobs.has(href) ? { url: href, base: null } : undefined;
    // A script of another origin is refused by the browser, and a data: one has an origin of its own.
    return (protocol === 'https:' || protocol === 'http:') && urlOrigin(url) === ownOrigin ? { url: href, base: href } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {Plan} plan
 * @returns {{main: string, parts: string[]}} blob: URLs of the script to start and of what it loads
 */
function writeBootstrap(plan) {
  const assignment = `globalThis.${WORKER_PLAN}=${toJSON({ __proto__: null, ...plan })}`;
  if (plan.classic) return { main: scriptUrl(`${assignment};importScripts(${toJSON(plan.boot)})`), parts: [] };
  // Static imports run in their order before any message arrives, and an error of the page's own
  // script is then an error of this worker, as it would have been.
  const part = scriptUrl(assignment);
  const imports = `import ${toJSON(part)};import ${toJSON(plan.boot)};import ${toJSON(plan.url)};`;
  return { main: scriptUrl(imports), parts: [part] };
}

/**
 * @param {Channel} channel that the workers' calls go through
 * @param {string} boot URL of worker/main.js, alive as long as this realm
 * @param {Place} place
 */
export function wrapWorkers(channel, boot, place) {
  // What the page has put there is the page's to run.
  if (typeof NativeWorker !== 'function' || globalThis.Worker !== NativeWorker || !hasOwn(globalThis, 'Worker')) return;
  const blobs = new BlobUrls();
  /** What to do when a worker is terminated. */
  const ends = new WeakMapCtor();
  let refused = false;

  /** @param {Worker} worker @param {Plan} plan @param {string[]} parts */
  function attend(worker, plan, parts) {
    const { port1, port2 } = makeChannel();
    const relay = createRelay(channel, port1);
    let loading = true;
    blobs.hold(plan.url);
    const finishLoading = () => {
      if (!loading) return;
      loading = false;
      for (let index = 0; index < parts.length; index += 1) revokeObjectURL(parts[index]);
      blobs.letGo(plan.url);
    };
    weakMapSet(ends, worker, () => {
      finishLoading();
      relay.abandon();
    });
    setOnMessage(port1, (event) => {
      const message = messageData(event);
      const state = own(message, 'state');
      if (state === undefined) {
        relay.forward(message);
        return;
      }
      finishLoading();
      // What the browser does when it cannot load a worker's script.
      if (state === 'failed') dispatch(worker, new EventCtor('error', /** @type {any} */ ({ __proto__: null, cancelable: true })));
    });
    // The first message of all, before the page has its hands on the worker.
    postToWorker(worker, null, iterableOf([port2]));
    addListener(worker, 'error', (/** @type {any} */ event) => {
      // No ErrorEvent: the blob: script did not load, so there is a policy that nobody told of.
      if (loading && plan.classic && event.message === undefined) refused = true;
      finishLoading();
    });
  }

  standInForConstructor('Worker', (native, args, newTarget) => {
    const found = refused ? undefined : findScript(place, blobs, args[0]);
    const options = found && readOptions(args[1]);
    if (found === undefined || options === undefined) return construct(native, args, newTarget);
    const plan = { ...found, classic: options.type !== 'module', boot };
    const { main, parts } = writeBootstrap(plan);
    const worker = construct(native, [main, { __proto__: null, ...options }], newTarget);
    revokeObjectURL(main);
    attend(worker, plan, parts);
    return worker;
  });
  standInForMethod(NativeWorker.prototype, 'terminate', (native, self, args) => {
    apply(native, self, args);
    weakMapGet(ends, self)?.();
  });
  blobs.watch();
}

/**
 * @param {Channel} channel
 * @param {string} source of worker/main.js
 * @param {Place} place
 */
export function wrapWorkersWith(channel, source, place) {
  wrapWorkers(channel, scriptUrl(source), place);
}
