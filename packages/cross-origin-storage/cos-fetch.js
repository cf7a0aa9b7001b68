/** @file A fetch for files whose hash is known, which uses Cross-Origin Storage where it is there. */
import { createDigest, parseHash } from './hashes.js';
import { StoreCopy } from './store-copy.js';

/** @typedef {import('./cos-fetch.d.ts').CosFetchInit} CosFetchInit */
/** @typedef {import('./hashes.js').Hash} Hash */

/** @returns {CrossOriginStorageManager | undefined} */
const storage = () => globalThis.navigator?.crossOriginStorage;

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal | null | undefined} signal
 * @returns {Promise<T>} rejects when the signal is aborted, whatever becomes of the promise
 */
async function unlessAborted(promise, signal) {
  if (!signal) return promise;
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
  });
  return Promise.race([promise, /** @type {Promise<never>} */ (aborted)]).finally(() => signal.removeEventListener('abort', stop));
}

/** @param {Hash} hash @returns {Promise<File | null>} null for every reason there may be */
async function find(hash) {
  try {
    return (await (await storage()?.getFileHandle(hash))?.getFile()) ?? null;
  } catch {
    return null;
  }
}

/**
 * @param {File} file
 * @param {CosFetchInit} init
 */
function stored(file, { contentType, signal, onprogress }) {
  onprogress?.({ source: 'store', loaded: file.size, total: file.size });
  const headers = new Headers({ 'content-length': String(file.size), ...(contentType && { 'content-type': contentType }) });
  // As a body by itself the file never passes through the page's memory.
  const body = signal ? file.stream().pipeThrough(new TransformStream(), { signal }) : file;
  return new Response(body, { headers });
}

/** @param {Response} response @returns {number | undefined} the size of its body, which is decoded already */
function sizeOf({ headers }) {
  const length = headers.get('content-length');
  return length === null || headers.has('content-encoding') ? undefined : Number(length);
}

/**
 * @param {Response} response
 * @param {string | undefined} contentType
 */
function headersFor(response, contentType) {
  const headers = new Headers(response.headers);
  if (headers.has('content-encoding')) {
    headers.delete('content-encoding');
    headers.delete('content-length');
  }
  if (contentType) headers.set('content-type', contentType);
  return headers;
}

/** Browsers give some of these a body that has no bytes, and take none for them. */
const WITHOUT_BODY = new Set([204, 205]);

/** @param {Hash} hash */
const wrongBytes = ({ algorithm, value }) => new DOMException(`The file does not have the ${algorithm} digest ${value}.`, 'DataError');

/** An answer without a body is an empty file. @param {Hash} hash */
async function checkEmpty(hash) {
  if ((await createDigest(hash.algorithm).digest()) !== hash.value) throw wrongBytes(hash);
}

/**
 * The bytes of a download, at the pace at which they are used. The last piece is held back until all are known to be
 * right, so that nobody ever has a whole file of wrong bytes.
 * @param {ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>} reader
 * @param {Hash | null} expected null: not to be checked
 * @param {(bytes: Uint8Array<ArrayBuffer>) => void} pass
 */
async function* checked(reader, expected, pass) {
  const digest = expected && createDigest(expected.algorithm);
  /** @type {Uint8Array<ArrayBuffer> | undefined} */
  let held;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const bytes = next.value;
    digest?.update(bytes);
    pass(bytes);
    if (held) yield held;
    held = bytes;
  }
  if (expected && (await digest?.digest()) !== expected.value) throw wrongBytes(expected);
  if (held) yield held;
}

/**
 * @param {Hash} hash
 * @param {CosFetchInit} init
 */
function copyFor(hash, { origins, onstored = () => {} }) {
  const options = { create: true, ...(origins !== undefined && { origins }) };
  const ask = async () => {
    const handle = await storage()?.getFileHandle(hash, options);
    if (!handle) throw new DOMException('This browser has no Cross-Origin Storage here.', 'NotSupportedError');
    return handle;
  };
  return new StoreCopy(ask, onstored);
}

/**
 * @param {Response} response
 * @param {Hash} hash
 * @param {CosFetchInit} init
 */
function fetched(response, hash, init) {
  const { verify = true, contentType, onprogress } = init;
  const copy = copyFor(hash, init);
  const total = sizeOf(response);
  let loaded = 0;
  /** @type {ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>} */
  const reader = /** @type {any} */ (response.body).getReader();
  const pieces = checked(reader, verify ? hash : null, (bytes) => {
    copy.add(bytes);
    loaded += bytes.length;
    // Of another origin's file the browser does not tell that it came compressed.
    onprogress?.({ source: 'network', loaded, total: total !== undefined && loaded > total ? undefined : total });
  });
  const body = new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (value) controller.enqueue(value);
        if (!done) return;
        copy.complete();
        controller.close();
      } catch (error) {
        copy.abandon(error);
        controller.error(error);
      }
    },
    cancel(reason) {
      copy.abandon(reason);
      return reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
  const { status, statusText } = response;
  return new Response(body, { status, statusText, headers: headersFor(response, contentType) });
}

/** @param {string | URL | Request} url @param {CosFetchInit} init */
const asksForPart = (url, { headers }) => new Headers(headers ?? (url instanceof Request ? url.headers : {})).has('range');

/** @type {typeof import('./cos-fetch.d.ts').cosFetch} */
export async function cosFetch(url, init) {
  const { hash: given, origins, contentType, verify, onprogress, onstored, ...fetchInit } = init;
  const hash = parseHash(given);
  // As fetch() has it: a signal beside a request takes the place of the request's own, and null of any.
  const signal = init.signal === undefined && url instanceof Request ? url.signal : init.signal;
  const file = await unlessAborted(find(hash), signal);
  if (file) return stored(file, { ...init, signal });
  const response = await fetch(url, fetchInit);
  // An error page, or the part of the file that was asked for, is the caller's to deal with.
  if (!response.ok || (response.status === 206 && asksForPart(url, init))) return response;
  if (response.body && !WITHOUT_BODY.has(response.status)) return fetched(response, hash, init);
  if (verify ?? true) await checkEmpty(hash);
  return response;
}
