/**
 * @file Caches whose responses are entries of cross-origin storage. Which request an entry answers is the site's own
 * affair, kept in an ordinary cache of its origin; the bytes are in the store, under their hash.
 * May be imported by page/caches/main.js only.
 */

/** @typedef {{algorithm: string, value: string}} Hash */
/**
 * @typedef {object} Store
 * @property {(hash: any, options?: any) => Promise<FileSystemFileHandle>} find
 * @property {(name: string) => Promise<Cache>} openIndex
 */

const HASH_HEADER = 'x-cross-origin-storage-hash';

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
    if (!response.ok || response.status === 206) throw new TypeError('Only a complete response with a file can be stored.');
    const headers = new Headers(response.headers);
    const bytes = await response.arrayBuffer();
    const hash = await hashOf(bytes);
    const writable = await (await this.#store.find(hash, { create: true, origins: '*' })).createWritable();
    await writable.write(bytes);
    await writable.close();
    headers.set(HASH_HEADER, hash.value);
    await this.#index.put(request, new Response(null, { headers }));
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
    const known = await this.#index.match(request, options);
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
  keys(request, options) {
    return this.#index.keys(request, options);
  }

  /** Takes the request off this cache; the entry stays for those who use it. @param {RequestInfo | URL} request @param {CacheQueryOptions} [options] */
  delete(request, options) {
    return this.#index.delete(request, options);
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
