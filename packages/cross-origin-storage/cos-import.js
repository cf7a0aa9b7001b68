/**
 * @file What `import x from "…" with { integrity: "…", crossOriginStorage: "*" }` is to do, for browsers that refuse
 * such attributes.
 */
import { cosFetch } from './cos-fetch.js';

/** @typedef {import('./cos-import.d.ts').ModuleSource} ModuleSource */

const JAVASCRIPT = 'text/javascript';

/** @param {string} [scope] as in the attribute: '' for the same site, '*', or origins with spaces between them */
function originsOf(scope = '') {
  const words = scope.split(/\s+/).filter((word) => word !== '');
  return words.length === 0 ? undefined : words.length === 1 && words[0] === '*' ? '*' : words;
}

/**
 * Whether a module may move to another address: it imports nothing, and does not ask for its own.
 * @param {string} text
 */
const standsAlone = (text) => !/\bimport\b|\bfrom\b/.test(text);

/** @param {string} text @returns {string} */
const blobUrl = (text) => URL.createObjectURL(new Blob([text], { type: JAVASCRIPT }));

/** @type {Promise<boolean> | undefined} */
let blobsAllowed;

/** Whether the page's Content-Security-Policy lets a module come from a blob: address; asked once. */
function mayImportBlobs() {
  const url = blobUrl('');
  blobsAllowed ??= import(url).then(() => true, () => false).finally(() => URL.revokeObjectURL(url));
  return blobsAllowed;
}

/**
 * @param {ModuleSource} source
 * @returns {Promise<string>} an address to import the module from: a blob: of checked bytes, or its own
 */
async function locate({ url, integrity, crossOriginStorage }) {
  const { href } = new URL(url, document.baseURI);
  const response = await cosFetch(href, { hash: integrity, origins: originsOf(crossOriginStorage), contentType: JAVASCRIPT });
  if (!response.ok) throw new TypeError(`${href} could not be loaded: ${response.status}.`);
  const text = await response.text();
  return standsAlone(text) && (await mayImportBlobs()) ? blobUrl(text) : href;
}

/** @type {import('./cos-import.d.ts').cosImport} */
export async function cosImport(url, options) {
  const address = await locate({ ...options, url });
  try {
    return await import(address);
  } finally {
    if (address.startsWith('blob:')) URL.revokeObjectURL(address);
  }
}

/** @type {import('./cos-import.d.ts').cosImportMap} */
export async function cosImportMap(sources) {
  const entries = Object.entries(sources).map(async ([specifier, source]) => [specifier, await locate(source)]);
  const map = document.createElement('script');
  map.type = 'importmap';
  map.textContent = JSON.stringify({ imports: Object.fromEntries(await Promise.all(entries)) });
  document.head.append(map);
}
