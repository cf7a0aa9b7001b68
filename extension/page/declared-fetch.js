/**
 * @file `fetch(url, {integrity, crossOriginStorage})`: served from the store where the bytes are there, else fetched
 * as ever and stored. Whatever has no `crossOriginStorage` member goes to the browser untouched.
 * May be imported by the entries of page/ only.
 *
 * A response from the store and one from the network come out of one function here, so that they have one shape:
 * the response's URL, type, status and the headers that `contentType` decides. Which of the two it was shows in the
 * time that it took and in the server's other headers.
 */

import { domError } from './errors.js';
import { patchMember } from './patch.js';
import {
  addListener, apply, argument, blobSize, getterOf, own, PromiseCtor, promiseThen, removeListener, setUrlHash, uncurry, urlHref, urlOrigin, URLCtor,
  WeakMapCtor, weakMapGet, weakMapSet,
} from './primordials.js';
import { standInForMethod } from './stand-in.js';
import { validateOrigins } from './validation.js';
import { isObject, iteratorMethod, toStringOrStrings } from './webidl.js';
import { put, takeFirst } from '../shared/entries.js';
import { hashesOf } from '../shared/integrity.js';

/** @typedef {import('./channel.js').Channel} Channel */
/** @typedef {import('../shared/wire.js').Origins} Origins */
/** @typedef {{origins: Origins | undefined, contentType: string | undefined}} Wish */
/** @typedef {{url: string, type: string}} Appearance what a response of ours says of where it comes from */

const { Request: RequestCtor, Response: ResponseCtor, Headers: HeadersCtor, origin } = globalThis;
const requestMethod = getterOf(RequestCtor.prototype, 'method');
const requestMode = getterOf(RequestCtor.prototype, 'mode');
const requestUrl = getterOf(RequestCtor.prototype, 'url');
const requestIntegrity = getterOf(RequestCtor.prototype, 'integrity');
const requestSignal = getterOf(RequestCtor.prototype, 'signal');
const isAborted = getterOf(AbortSignal.prototype, 'aborted');
const abortReason = getterOf(AbortSignal.prototype, 'reason');
const responseUrl = getterOf(ResponseCtor.prototype, 'url');
const responseType = getterOf(ResponseCtor.prototype, 'type');
const responseStatus = getterOf(ResponseCtor.prototype, 'status');
const responseHeaders = getterOf(ResponseCtor.prototype, 'headers');
const readBlob = uncurry(ResponseCtor.prototype.blob);
const setHeader = uncurry(HeadersCtor.prototype.set);

/** @param {unknown} value '' stands for same-site, as the attribute without a value does */
const toOrigins = (value) => (value === '' ? undefined : validateOrigins(toStringOrStrings(value)));

/**
 * (DOMString or sequence<DOMString> or dictionary)
 * @param {any} value
 * @returns {Wish}
 */
function toWish(value) {
  if (!isObject(value) || iteratorMethod(value) !== undefined) return { origins: toOrigins(value), contentType: undefined };
  const { contentType, origins } = /** @type {any} */ (value);
  return {
    contentType: contentType === undefined ? undefined : `${contentType}`,
    origins: origins === undefined ? undefined : toOrigins(origins),
  };
}

const appearances = new WeakMapCtor();
let patched = false;

function patchResponses() {
  if (patched) return;
  patched = true;
  const prototypes = [ResponseCtor.prototype];
  const patchText = (/** @type {keyof Appearance} */ name) =>
    patchMember(prototypes, name, (receiver, _args, original) => own(weakMapGet(appearances, receiver), name) ?? original());
  patchText('url');
  patchText('type');
  patchMember(prototypes, 'clone', (receiver, _args, original) => {
    const copy = original();
    const appearance = weakMapGet(appearances, receiver);
    if (appearance !== undefined) weakMapSet(appearances, copy, appearance);
    return copy;
  });
}

/**
 * @param {Blob} bytes
 * @param {Headers} headers
 * @param {Appearance} appearance
 */
function present(bytes, headers, appearance) {
  patchResponses();
  const response = new ResponseCtor(bytes, /** @type {any} */ ({ __proto__: null, status: 200, headers }));
  weakMapSet(appearances, response, appearance);
  return response;
}

/** @param {Wish} wish @param {Headers} headers */
function applyContentType({ contentType }, headers) {
  if (contentType !== undefined) setHeader(headers, 'Content-Type', contentType);
}

/** @param {Request} request @param {Wish} wish @param {File} file */
function presentFile(request, wish, file) {
  const url = new URLCtor(requestUrl(request));
  setUrlHash(url, '');
  const headers = new HeadersCtor();
  applyContentType(wish, headers);
  setHeader(headers, 'Content-Length', `${blobSize(file)}`);
  return present(file, headers, { url: urlHref(url), type: urlOrigin(url) === origin ? 'basic' : 'cors' });
}

/**
 * @param {Channel} channel
 * @param {Promise<Response>} fetched
 * @param {import('../shared/wire.js').Hash[]} hashes
 * @param {Wish} wish
 * @param {(response: Response) => void} resolve
 * @param {(error: unknown) => void} reject
 */
function storeAndPresent(channel, fetched, hashes, wish, resolve, reject) {
  promiseThen(fetched, (/** @type {Response} */ response) => {
    if (responseStatus(response) !== 200) {
      resolve(response);
      return;
    }
    const appearance = { url: responseUrl(response), type: responseType(response) };
    const headers = new HeadersCtor(responseHeaders(response));
    applyContentType(wish, headers);
    promiseThen(readBlob(response), (/** @type {Blob} */ bytes) => {
      // The browser has compared the digest. Which of several it was, it does not say.
      if (hashes.length === 1) put(channel, 'fetch', hashes[0], wish.origins, bytes, appearance.url);
      resolve(present(bytes, headers, appearance));
    }, reject);
  }, reject);
}

/**
 * @param {AbortSignal} signal
 * @param {(reason: unknown) => void} reject
 * @returns {() => void} to be called when the signal does not matter any more
 */
function rejectOnAbort(signal, reject) {
  const onAbort = () => reject(abortReason(signal) ?? domError('AbortError', 'The fetch was aborted.'));
  if (isAborted(signal)) onAbort();
  addListener(signal, 'abort', onAbort);
  return () => removeListener(signal, 'abort', onAbort);
}

/**
 * @param {Channel} channel
 * @param {(args: any[]) => Promise<Response>} fetchAsEver
 * @param {any[]} args
 * @param {unknown} option
 */
function fetchDeclared(channel, fetchAsEver, args, option) {
  return new PromiseCtor((resolve, reject) => {
    const wish = toWish(option);
    // Read once, with the errors that fetch() itself would have.
    const request = new RequestCtor(argument(args), argument(args, 1));
    const hashes = hashesOf(requestIntegrity(request));
    if (hashes.length === 0 || requestMethod(request) !== 'GET' || requestMode(request) === 'no-cors') {
      promiseThen(fetchAsEver([request]), resolve, reject);
      return;
    }
    const signal = requestSignal(request);
    const forget = rejectOnAbort(signal, reject);
    takeFirst(channel, 'fetch', hashes, (file) => {
      forget();
      if (isAborted(signal)) return;
      if (file !== undefined) {
        resolve(presentFile(request, wish, file));
        return;
      }
      const goOn = () => storeAndPresent(channel, fetchAsEver([request]), hashes, wish, resolve, reject);
      // Only a list is bounded by what the response says.
      if (typeof wish.origins === 'object') channel.call({ op: 'watch' }, goOn);
      else goOn();
    });
  });
}

/**
 * Must be called before any script of the page runs.
 * @param {Channel} channel that look-ups and writes go through
 */
export function declareFetch(channel) {
  standInForMethod(globalThis, 'fetch', (native, self, args) => {
    const init = argument(args, 1);
    let option;
    try {
      option = isObject(init) ? /** @type {any} */ (init).crossOriginStorage : undefined;
    } catch (error) {
      return new PromiseCtor((_resolve, reject) => reject(error));
    }
    if (option === undefined) return apply(native, self, args);
    return fetchDeclared(channel, (list) => apply(native, self, list), args, option);
  });
}
