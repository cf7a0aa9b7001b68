/**
 * @file Where a bootstrapped worker believes to be: `self.location`, and what relative URLs are
 * relative to. May be imported by page/worker/main.js only.
 */

import {
  append, apply, construct, create, getPrototypeOf, getterOf, iterableOf, urlHref, URLCtor,
} from '../primordials.js';
import { standInForConstructor, standInForMethod } from '../stand-in.js';
import { patchMember } from '../second/patch.js';

const { isArray } = Array;
const scope = /** @type {any} */ (globalThis);
const { Request: NativeRequest, location } = scope;
const requestUrl = getterOf(NativeRequest.prototype, 'url');
const objectPrototype = Object.prototype;
const LOCATION_MEMBERS = ['href', 'origin', 'protocol', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];

/** The genuine location object stays; its getters tell of the script that runs. @param {string} url */
function impersonateLocation(url) {
  const parsed = /** @type {any} */ (new URLCtor(url));
  const prototypes = [/** @type {object} */ (getPrototypeOf(location))];
  for (let index = 0; index < LOCATION_MEMBERS.length; index += 1) {
    const name = LOCATION_MEMBERS[index];
    const text = parsed[name];
    patchMember(prototypes, name, (receiver, _args, original) => (receiver === location ? text : original()));
  }
  patchMember(prototypes, 'toString', (receiver, _args, original) => (receiver === location ? urlHref(parsed) : original()));
}

/** @param {unknown} value */
function isRequest(value) {
  try {
    requestUrl(value);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} base */
function createResolver(base) {
  /** @param {any} value @returns {string} as it was when it is no URL: the browser has the better error */
  const resolve = (value) => {
    const text = typeof value === 'string' ? value : `${value}`;
    try {
      return urlHref(new URLCtor(text, base));
    } catch {
      return text;
    }
  };
  /** @param {any[]} args @param {number} [position] the URL among the arguments */
  const resolveIn = (args, position = 0) => {
    if (args.length > position && !isRequest(args[position])) args[position] = resolve(args[position]);
    return args;
  };
  return { resolve, resolveIn };
}

/**
 * A request of a blob: script would say nothing of where it comes from.
 * @param {any[]} args of fetch() or Request
 * @param {string} base
 */
function addReferrer(args, base) {
  const referrer = { value: base, enumerable: true };
  if (args.length === 0 || isRequest(args[0])) return;
  const init = args[1];
  if (init === undefined || init === null) {
    args[1] = { __proto__: null, referrer: base };
    return;
  }
  const isPlain = typeof init === 'object' && getPrototypeOf(init) === objectPrototype;
  // Inherits, so that every member is still read from the page's object, once.
  if (isPlain && !('referrer' in init)) args[1] = create(init, { referrer });
}

/** @param {string} base */
function rebase(base) {
  const { resolve, resolveIn } = createResolver(base);

  for (const name of ['EventSource', 'WebSocket']) {
    standInForConstructor(name, (native, args, newTarget) => construct(native, resolveIn(args), newTarget));
  }
  standInForConstructor('Request', (native, args, newTarget) => {
    addReferrer(args, base);
    return construct(native, resolveIn(args), newTarget);
  });
  standInForMethod(scope, 'fetch', (native, self, args) => {
    addReferrer(args, base);
    return apply(native, self, resolveIn(args));
  });
  standInForMethod(scope, 'importScripts', (native, self, args) => {
    /** @type {string[]} */
    const urls = [];
    for (let index = 0; index < args.length; index += 1) append(urls, resolve(args[index]));
    return apply(native, self, urls);
  });
  standInForMethod(scope.XMLHttpRequest?.prototype ?? null, 'open', (native, self, args) => apply(native, self, resolveIn(args, 1)));
  standInForMethod(scope.Response, 'redirect', (native, self, args) => apply(native, self, resolveIn(args)));
  for (const name of ['add', 'match', 'matchAll', 'put', 'delete', 'keys']) {
    standInForMethod(scope.Cache?.prototype ?? null, name, (native, self, args) =>
      apply(native, self, args[0] === undefined ? args : resolveIn(args)));
  }
  standInForMethod(scope.CacheStorage?.prototype ?? null, 'match', (native, self, args) => apply(native, self, resolveIn(args)));
  standInForMethod(scope.Cache?.prototype ?? null, 'addAll', (native, self, args) => {
    const list = args[0];
    if (!isArray(list)) return apply(native, self, args);
    /** @type {unknown[]} */
    const items = [];
    for (let index = 0; index < list.length; index += 1) append(items, isRequest(list[index]) ? list[index] : resolve(list[index]));
    return apply(native, self, [iterableOf(items)]);
  });
}

/** @param {import('../second/workers.js').Plan} plan */
export function impersonate({ url, base }) {
  impersonateLocation(url);
  // Relative to a blob: script nothing resolves; there it stays the browser's own affair.
  if (base !== null) rebase(base);
}

