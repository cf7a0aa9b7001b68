/** What subtests know of where they run, and what they have in common. */
import { digest, generate, listedFile, LISTED_FILES } from './bytes.js';
import { assert_equals } from './harness.js';

/** @typedef {import('./harness.js').Test} Test */
/** @typedef {import('./places.js').Spec} Spec */
/** @typedef {{algorithm: string, value: string}} Hash */
/** @typedef {{context: string, section: string, origins: Record<string, string>}} Config */

/** @type {Config} */
export let config = { context: '', section: '', origins: {} };
/** @type {import('./places.js').WindowPlaces} */
let places;
let listed = 0;

/** @param {Config} given @param {import('./places.js').WindowPlaces} opener */
export function begin(given, opener) {
  config = given;
  places = opener;
}

export const in_window = () => config.context === 'window';
export const in_dedicated_worker = () => config.context === 'dedicated worker';

/** @returns {any} */
export const storage = () => /** @type {any} */ (navigator).crossOriginStorage;

/** Bytes that no other subtest and no other context has. @param {string} word @param {number} [size] */
export const bytes_of = (word, size = 300) => generate(`${config.section} ${config.context} ${word}`, Math.max(size, 1));

/** Bytes that are on the Public Hash List, new ones each time. */
export function listed_bytes() {
  assert_equals(listed < LISTED_FILES, true, 'there are enough listed files');
  listed += 1;
  return listedFile(config.context, listed - 1);
}

export const hash_of = digest;

/** @param {string} word */
export const unknown_hash = (word) => hash_of(bytes_of(`unknown: ${word}`));

/**
 * @param {BufferSource | Blob | string} data
 * @param {Hash} hash
 * @param {string | string[]} [origins]
 */
export async function write_new(data, hash, origins) {
  const handle = await storage().getFileHandle(hash, { create: true, ...(origins === undefined ? {} : { origins }) });
  const writable = await handle.createWritable();
  await writable.write(data);
  await writable.close();
  return handle;
}

/** @param {Uint8Array<ArrayBuffer>} bytes @param {string | string[]} [origins] @returns {Promise<Hash>} */
export async function store(bytes, origins) {
  const hash = await hash_of(bytes);
  await write_new(bytes, hash, origins);
  return hash;
}

/** A stored entry's bytes, hash and a handle that found it. @param {string} word @param {number} [size] */
export async function stored(word, size) {
  const bytes = bytes_of(word, size);
  const hash = await store(bytes);
  return { bytes, hash, handle: await storage().getFileHandle(hash) };
}

/** A handle for writing, and the bytes that it is for. @param {string} word @param {number} [size] */
export async function for_writing(word, size) {
  const bytes = bytes_of(word, size);
  const hash = await hash_of(bytes);
  return { bytes, hash, handle: await storage().getFileHandle(hash, { create: true }) };
}

/**
 * A writable that does not outlive its subtest: an origin may have few of them.
 * @param {Test} t
 * @param {string} word
 * @returns {Promise<any>}
 */
export async function new_writable(t, word) {
  const writable = await (await for_writing(word)).handle.createWritable();
  t.add_cleanup(() => writable.abort().catch(() => {}));
  return writable;
}

/** A writable of the browser's own, to compare with. @param {Test} t @returns {Promise<any>} */
export async function native_writable(t) {
  const root = await navigator.storage.getDirectory();
  const handle = /** @type {any} */ (await root.getFileHandle(`native ${Math.random()}`, { create: true }));
  const writable = await handle.createWritable();
  t.add_cleanup(async () => {
    await writable.abort().catch(() => {});
    await handle.remove();
  });
  return writable;
}

/** @param {Hash} hash @returns {Promise<Uint8Array<ArrayBuffer>>} */
export async function bytes_in_store(hash) {
  const file = await (await storage().getFileHandle(hash)).getFile();
  return new Uint8Array(await file.arrayBuffer());
}

/** Another document, whose functions run there. */
class Place {
  /** @param {number} id */
  constructor(id) {
    this.id = id;
  }

  /** @param {Function} body @param {...unknown} args @returns {Promise<any>} */
  run(body, ...args) {
    return places.run(this.id, String(body), args);
  }

  /** @param {unknown} value which the place gets as a message */
  deliver(value) {
    return places.deliver(this.id, value);
  }

  /** What it was delivered, waiting for so many. @param {number} count @returns {Promise<{type: string, data: any}[]>} */
  received(count) {
    return this.run(async (/** @type {number} */ wanted) => {
      // @ts-expect-error A name of executor.js.
      while (received.length < wanted) await new Promise((resolve) => setTimeout(resolve, 5));
      // @ts-expect-error A name of executor.js.
      return received.map(({ type, data }) => ({ type, data: `${data}` }));
    }, count);
  }

  /** @param {Hash} hash @returns {Promise<string>} 'found' or the name of an error */
  read(hash) {
    return this.run('(hash) => read(hash)', hash);
  }

  /** @param {Uint8Array} bytes @param {unknown} [origins] @returns {Promise<string>} 'stored' or the name of an error */
  store(bytes, origins) {
    return this.run('(bytes, origins) => store(bytes, origins)', bytes, origins);
  }

  close() {
    return places.close(this.id);
  }
}

/** @param {Test | null} t whose end closes the place; null: it stays @param {Spec} spec */
export async function open_place(t, spec) {
  const place = new Place(await places.open(spec));
  t?.add_cleanup(() => place.close());
  return place;
}

/** @type {Map<string, Promise<Place>>} */
const windows = new Map();

/** The window of a site, the same for all subtests. @param {string} name @returns {Promise<Place>} */
export function site(name) {
  const known = windows.get(name) ?? open_place(null, { origin: config.origins[name] });
  windows.set(name, known);
  known.catch(() => windows.delete(name));
  return known;
}

/** @param {string} name */
export const origin_of = (name) => config.origins[name];

/** @param {...string} args of the command line @returns {Promise<string>} what it printed */
export const command = (...args) => places.command(...args);

/** @param {string} path of the suite @param {Record<string, string>} [headers] */
export function url_of(path, headers = {}, origin = config.origins.a) {
  const url = new URL(`/conformance/${path}`, origin);
  for (const [name, value] of Object.entries(headers)) url.searchParams.append('h', `${name}: ${value}`);
  return url.href;
}
