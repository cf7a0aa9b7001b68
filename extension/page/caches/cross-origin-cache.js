/**
 * @file Caches whose responses are entries of cross-origin storage. Which request an entry answers is the site's own
 * affair, kept in an ordinary cache of its origin; the bytes are in the store, under their hash. The page's own
 * `caches.match()`, and its service worker's, look into every cache: so requests are kept under addresses that nobody
 * asks for, else such a question would be answered with an empty file. May be imported by page/caches/main.js only.
 */

/** @typedef {{algorithm: string, value: string}} Hash */
/**
 * @typedef {object} Store
 * @property {(hash: any, options?: any) => Promise<FileSystemFileHandle>} find
 * @property {(name: string) => Promise<Cache>} openIndex
 */

const HASH_HEADER = 'x-cross-origin-storage-hash';
/** No site has such a name, now or ever (RFC 6761). */
const INDEX_ORIGIN = 'https://cross-origin-storage.invalid';

/** Path and query stay what they are, for `ignoreSearch`. @param {string} address @returns {string} */
function indexAddress(address) {
  const { protocol, origin, pathname, search } = new URL(address);
  if (protocol !== 'https:' && protocol !== 'http:') throw new TypeError(`A request of the scheme ${protocol} cannot be stored.`);
  return `${INDEX_ORIGIN}/${encodeURIComponent(origin)}${pathname}${search}`;
}

/** @param {RequestInfo | URL} request @returns {Request} */
const requestOf = (request) => (request instanceof Request ? request : new Request(request));

/** @param {RequestInfo | URL} request @returns {Request} */
function toIndex(request) {
  const { url, method, headers } = requestOf(request);
  return new Request(indexAddress(url), { method, headers });
}

/** @param {Request} request @returns {Request} */
function fromIndex({ url, headers }) {
  const { pathname, search } = new URL(url);
  const [, origin] = pathname.split('/', 2);
  return new Request(`${decodeURIComponent(origin)}${pathname.slice(origin.length + 1)}${search}`, { headers });
}

/** What an ordinary cache would not take, before anything is stored. @param {Request} request @param {Response} response */
function checkStorable({ method }, response) {
  if (method !== 'GET') throw new TypeError(`A request of the method ${method} cannot be stored.`);
  if (!response.ok || response.status === 206) throw new TypeError('Only a complete response with a file can be stored.');
  const varies = (response.headers.get('vary') ?? '').split(',').some((name) => name.trim() === '*');
  if (varies) throw new TypeError('A response with "Vary: *" cannot be stored.');
}

/** @param {ArrayBuffer} bytes @returns {Promise<Hash>} */
async function hashOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return { algorithm: 'SHA-256', value: [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
}

/** @param {File} file @param {Headers} headers */
function responseOf(file, headers) {
  headers.delete(HASH_HEADER);
  headers.set('content-length', String(file.size));
  return new Response(file, { headers });
}

/** The provider's side: files what it is given under its hash, for every site that may find it. */
export class CrossOriginCache {
  #store;
  #index;

  /** @param {Store} store @param {Cache} index */
  constructor(store, index) {
    this.#store = store;
    this.#index = index;
  }

  /** @param {RequestInfo | URL} request @param {Response} response */
  async put(request, response) {
    const wanted = requestOf(request);
    const key = toIndex(wanted);
    checkStorable(wanted, response);
    const headers = new Headers(response.headers);
    const bytes = await response.arrayBuffer();
    const hash = await hashOf(bytes);
    const writable = await (await this.#store.find(hash, { create: true, origins: '*' })).createWritable();
    await writable.write(bytes);
    await writable.close();
    headers.set(HASH_HEADER, hash.value);
    await this.#index.put(key, new Response(null, { headers }));
  }

  /** @param {RequestInfo | URL} request */
  async add(request) {
    const wanted = new Request(request);
    await this.put(wanted, await fetch(wanted.clone()));
  }

  /** @param {Iterable<RequestInfo | URL>} requests */
  async addAll(requests) {
    await Promise.all([...requests].map((request) => this.add(request)));
  }

  /** @param {RequestInfo | URL} request @param {CacheQueryOptions} [options] */
  async match(request, options) {
    const known = await this.#index.match(toIndex(request), options);
    const value = known?.headers.get(HASH_HEADER);
    if (known === undefined || !value) return undefined;
    try {
      const handle = await this.#store.find({ algorithm: 'SHA-256', value });
      return responseOf(await handle.getFile(), new Headers(known.headers));
    } catch {
      // Evicted or cleared: as an ordinary cache, whose entries may go at any time.
      return undefined;
    }
  }

  /** @param {RequestInfo | URL} [request] @param {CacheQueryOptions} [options] */
  async keys(request, options) {
    const known = await this.#index.keys(request === undefined ? undefined : toIndex(request), options);
    return known.map(fromIndex);
  }

  /** Takes the request off this cache; the entry stays for those who use it. @param {RequestInfo | URL} request @param {CacheQueryOptions} [options] */
  async delete(request, options) {
    return this.#index.delete(toIndex(request), options);
  }

  get [Symbol.toStringTag]() {
    return 'CrossOriginCache';
  }
}

/**
 * The consumer's side: what is stored under a hash, whoever stored it, if this site may find it. Where the user wants to be
 * asked (the setting `gates.ask`), that is answered first.
 * @param {Store} store
 * @param {any} hash as getFileHandle() takes it, or SHA-256 in hexadecimal digits
 * @returns {Promise<{match: () => Promise<Response>}>}
 */
export async function requestCache(store, hash) {
  const handle = await store.find(typeof hash === 'string' ? { algorithm: 'SHA-256', value: hash } : hash);
  return { match: async () => responseOf(await handle.getFile(), new Headers()) };
}
