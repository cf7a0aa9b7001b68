/**
 * What tests do inside a page. The functions given to `attempt` run in the page: they see nothing
 * of this module, and their errors come back as values, since an error that crosses into Node
 * loses its class.
 */
import { hashOf } from './bytes.mjs';

/** @typedef {import('playwright-core').Page | import('playwright-core').Frame} Target */
/** @typedef {import('./bytes.mjs').Hash} Hash */
/** @typedef {{name: string, message: string, isDOMException: boolean, isTypeError: boolean}} PageError */
/** @typedef {{value?: any, error?: PageError}} Outcome */

/**
 * @param {Target} target
 * @param {string | ((argument: any) => Promise<any>)} body an async function, or its source
 * @param {unknown} [argument]
 * @returns {Promise<Outcome>}
 */
export function attempt(target, body, argument) {
  // Without the API every use of it is a TypeError, which tests of validation would take for success.
  const source = `
    if (!navigator.crossOriginStorage) throw new Error('navigator.crossOriginStorage is missing on ' + location.href);
    return (${body})(argument).then((value) => ({ value }), (error) => ({ error: {
      name: String(error && error.name), message: String(error && error.message),
      isDOMException: error instanceof DOMException, isTypeError: error instanceof TypeError } }));`;
  return target.evaluate(/** @type {any} */ (new Function('argument', source)), argument);
}

/**
 * @param {Target} target
 * @param {Uint8Array} bytes
 * @param {string | string[]} [origins] absent: same-site
 * @param {Hash} [hash] when it is not the bytes' own
 * @returns {Promise<Outcome>}
 */
export function store(target, bytes, origins, hash = hashOf(bytes)) {
  return attempt(target, async (wish) => {
    const options = { create: true, ...(wish.origins !== undefined && { origins: wish.origins }) };
    const handle = await navigator.crossOriginStorage.getFileHandle(wish.hash, options);
    const writable = await handle.createWritable();
    await writable.write(wish.bytes);
    await writable.close();
  }, { bytes, hash, origins });
}

/**
 * @param {Target} target
 * @param {Hash} hash
 * @returns {Promise<Outcome>} name, size and digest of the file; or the error
 */
export function read(target, hash) {
  return attempt(target, async (wanted) => {
    const handle = await navigator.crossOriginStorage.getFileHandle(wanted);
    const file = await handle.getFile();
    const digest = new Uint8Array(await crypto.subtle.digest(wanted.algorithm, await file.arrayBuffer()));
    const hex = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return { name: file.name, size: file.size, digest: hex };
  }, hash);
}

/**
 * `getFileHandle` with any arguments; the handle stays in the page.
 * @param {Target} target
 * @param {unknown} hash
 * @param {unknown} [options]
 * @returns {Promise<Outcome>}
 */
export function request(target, hash, options) {
  return attempt(target, async ({ hash: given, options: rest }) => {
    const handle = await navigator.crossOriginStorage.getFileHandle(given, rest);
    return { kind: handle.kind, name: handle.name };
  }, { hash, options });
}

/**
 * Creates a handle for the bytes' hash and hands it to a function of the page.
 * @param {Target} target
 * @param {Uint8Array} bytes
 * @param {(handle: any, bytes: Uint8Array<ArrayBuffer>, extra: any) => Promise<any>} body
 * @param {{hash?: Hash, extra?: unknown}} [more]
 * @returns {Promise<Outcome>}
 */
export function withCreateHandle(target, bytes, body, { hash = hashOf(bytes), extra } = {}) {
  return attempt(target, `async (wish) => {
    const handle = await navigator.crossOriginStorage.getFileHandle(wish.hash, { create: true });
    return (${body})(handle, wish.bytes, wish.extra);
  }`, { hash, bytes, extra });
}
