/**
 * @file Browsers start a worker from a script that they would refuse to import, one served as
 * text/plain or application/octet-stream. Such a script is fetched and imported from a blob:.
 * May be imported by page/worker/main.js only.
 */

import { BlobCtor, createObjectURL, includes, iterableOf, toLowerCase, uncurry } from '../primordials.js';

const { XMLHttpRequest: Request } = globalThis;
const open = uncurry(/** @type {(method: string, url: string, async: boolean) => void} */ (Request.prototype.open));
const send = uncurry(/** @type {() => void} */ (Request.prototype.send));

/** @param {string} type @param {string} options what X-Content-Type-Options says */
function mayRun(type, options) {
  if (includes(options, 'nosniff')) return false;
  return !includes(type, 'image/') && !includes(type, 'audio/') && !includes(type, 'video/') && !includes(type, 'text/csv');
}

/**
 * Synchronously, as the script it stands for runs before anything else does.
 * @param {string} url
 * @returns {string | undefined} the URL of a copy that can be imported
 */
export function fetchScript(url) {
  try {
    const request = new Request();
    open(request, 'GET', url, false);
    send(request);
    const header = (/** @type {string} */ name) => toLowerCase(request.getResponseHeader(name) ?? '');
    if (request.status < 200 || request.status > 299 || request.responseURL !== url.split('#', 1)[0]) return undefined;
    if (!mayRun(header('content-type'), header('x-content-type-options'))) return undefined;
    const text = /** @type {any} */ (iterableOf([request.responseText, `\n//# sourceURL=${url}`]));
    return createObjectURL(new BlobCtor(text, /** @type {any} */ ({ __proto__: null, type: 'text/javascript' })));
  } catch {
    return undefined;
  }
}
