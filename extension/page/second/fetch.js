/**
 * @file What fetch() gives for the option `crossOriginStorage`: the file from the store where it is there, else what the
 * network gives, which is then stored. May be imported by the entries of page/ only.
 *
 * A response from the store and one from the network come out of one function here, so that they have one shape:
 * the response's URL, type, status and the headers that `contentType` decides. Which of the two it was shows in the
 * time that it took and in the server's other headers.
 */

import { domError } from '../errors.js';
import {
  abortReason, HeadersCtor, isAborted, ownOrigin, readBlob, requestIntegrity, requestMethod, requestMode, requestSignal, requestUrl, ResponseCtor,
  responseHeaders, responsePrototype, responseStatus, responseType, responseUrl, setHeader, startTimer,
} from '../fetch-primordials.js';
import {
  addListener, blobSize, own, promiseThen, removeListener, setUrlHash, urlHref, urlOrigin, URLCtor, WeakMapCtor, weakMapGet, weakMapSet,
} from '../primordials.js';
import { put, takeFirst } from '../../shared/entries.js';
import { hashesOf } from '../../shared/integrity.js';
import { inTime } from '../../shared/patience.js';
import { patchMember } from './patch.js';

/** @typedef {import('../channel.js').Channel} Channel */
/** @typedef {import('../declared-fetch.js').DeclaredFetch} DeclaredFetch */
/** @typedef {import('../declared-fetch.js').Wish} Wish */
/** @typedef {{url: string, type: string}} Appearance what a response of ours says of where it comes from */

/** For the bytes of a file that was found, and for a worker, whose calls wait for its page. */
export const LONG_PATIENCE_MS = 60_000;

const appearances = new WeakMapCtor();
let patched = false;

function patchResponses() {
  if (patched) return;
  patched = true;
  const prototypes = [responsePrototype];
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
  return present(file, headers, { url: urlHref(url), type: urlOrigin(url) === ownOrigin ? 'basic' : 'cors' });
}

/**
 * @param {Channel} channel
 * @param {DeclaredFetch} declared
 * @param {import('../../shared/wire.js').Hash[]} hashes
 */
function storeAndPresent(channel, { wish, fetchAsEver, resolve, reject }, hashes) {
  promiseThen(fetchAsEver(), (/** @type {Response} */ response) => {
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
 * @param {Channel} channel that look-ups and writes go through
 * @param {DeclaredFetch} declared
 * @param {number} patience in ms, of a look-up
 */
export function serveFetch(channel, declared, patience) {
  const { request, wish, fetchAsEver, resolve, reject } = declared;
  const hashes = hashesOf(requestIntegrity(request));
  if (hashes.length === 0 || requestMethod(request) !== 'GET' || requestMode(request) === 'no-cors') {
    promiseThen(fetchAsEver(), resolve, reject);
    return;
  }
  const signal = requestSignal(request);
  const forget = rejectOnAbort(signal, reject);
  const take = (/** @type {(file: File | undefined) => void} */ done, /** @type {(ms: number) => void} */ extend) =>
    takeFirst(channel, 'fetch', hashes, done, () => extend(LONG_PATIENCE_MS));
  inTime(startTimer, patience, take, (/** @type {File | undefined} */ file) => {
    forget();
    if (isAborted(signal)) return;
    if (file !== undefined) {
      resolve(presentFile(request, wish, file));
      return;
    }
    const goOn = () => storeAndPresent(channel, declared, hashes);
    // Only a list is bounded by what the response says.
    if (typeof wish.origins === 'object') inTime(startTimer, patience, (done) => channel.call({ op: 'watch' }, done), goOn);
    else goOn();
  });
}
