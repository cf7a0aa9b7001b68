/**
 * @file What `import x from "…" with { integrity: "…", crossOriginStorage: "*" }` is to do, for browsers that refuse
 * such attributes.
 */
import { cosFetch } from './cos-fetch.js';
import { parseHash } from './hashes.js';

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

/**
 * What a browser does not take for an integrity, such as hexadecimal digits, it would not compare.
 * @param {string} given
 */
function integrityOf(given) {
  const { algorithm, value } = parseHash(given);
  const bytes = value.replace(/../g, (digits) => String.fromCharCode(Number.parseInt(digits, 16)));
  return `${algorithm.toLowerCase().replace('-', '')}-${btoa(bytes)}`;
}

/** @param {string} address */
function revoke(address) {
  if (address.startsWith('blob:')) URL.revokeObjectURL(address);
}

/** @type {Promise<boolean> | undefined} */
let blobsAllowed;

async function tryBlob() {
  const url = blobUrl('');
  try {
    await import(url);
    return true;
  } catch {
    return false;
  } finally {
    revoke(url);
  }
}

/** Whether the page's Content-Security-Policy lets a module come from a blob: address; asked once. */
function mayImportBlobs() {
  blobsAllowed ??= tryBlob();
  return blobsAllowed;
}

/** What a policy asks of scripts in the markup, it asks of what this adds to the document. */
const nonce = () => /** @type {HTMLScriptElement | null} */ (document.querySelector('script[nonce]'))?.nonce ?? '';

/**
 * Has the browser load a module with its integrity, ahead of its import: an import, also one of an import map, then takes what
 * was loaded, and not what the server says another time.
 * @param {string} href
 * @param {string} integrity
 */
async function loadChecked(href, integrity) {
  const link = document.createElement('link');
  if (!link.relList.supports('modulepreload')) {
    throw new DOMException(`This browser cannot check ${href}, which imports others or must keep its address.`, 'NotSupportedError');
  }
  Object.assign(link, { rel: 'modulepreload', href, integrity, crossOrigin: 'anonymous', nonce: nonce() });
  try {
    await new Promise((resolve, reject) => {
      link.onload = resolve;
      link.onerror = () => reject(new TypeError(`${href} could not be loaded with the integrity ${integrity}.`));
      document.head.append(link);
    });
  } finally {
    link.remove();
  }
}

/**
 * @param {string} href
 * @param {ModuleSource} source
 * @returns {Promise<string>} an address to import the module from: a blob: of checked bytes, or its own with the checked bytes loaded
 */
async function locate(href, { integrity, crossOriginStorage }) {
  const response = await cosFetch(href, { hash: integrity, origins: originsOf(crossOriginStorage), contentType: JAVASCRIPT });
  if (!response.ok) throw new TypeError(`${href} could not be loaded: ${response.status}.`);
  const text = await response.text();
  if (standsAlone(text) && (await mayImportBlobs())) return blobUrl(text);
  await loadChecked(href, integrityOf(integrity));
  return href;
}

/**
 * A module runs once, as any other does: the browser knows by its address what it has imported, also when that is
 * revoked. By the module's own address and integrity.
 * @type {Map<string, Promise<string>>}
 */
const addresses = new Map();

/** @param {ModuleSource} source */
function addressOf(source) {
  const { href } = new URL(source.url, document.baseURI);
  const key = `${source.integrity} ${href}`;
  const address = addresses.get(key) ?? locate(href, source);
  addresses.set(key, address);
  /** So that it may be tried again. */
  const forget = () => {
    if (addresses.get(key) === address) addresses.delete(key);
  };
  address.catch(forget);
  return { address, forget };
}

/** @type {import('./cos-import.d.ts').cosImport} */
export async function cosImport(url, options) {
  const { address, forget } = addressOf({ ...options, url });
  const located = await address;
  try {
    return await import(located);
  } catch (error) {
    forget();
    throw error;
  } finally {
    revoke(located);
  }
}

/** @param {string} specifier @param {string} address @returns {boolean} true also where nobody can tell, as in a program that was bundled */
function isMapped(specifier, address) {
  if (typeof import.meta.resolve !== 'function') return true;
  // What is relative in a map is relative to the document.
  const isRelative = /^\.{0,2}\//.test(specifier);
  try {
    return import.meta.resolve(isRelative ? new URL(specifier, document.baseURI).href : specifier) === address;
  } catch {
    return false;
  }
}

/** @type {import('./cos-import.d.ts').cosImportMap} */
export async function cosImportMap(sources) {
  const located = Object.entries(sources).map(async ([specifier, source]) => [specifier, await addressOf(source).address]);
  const entries = await Promise.all(located);
  const map = document.createElement('script');
  map.type = 'importmap';
  map.nonce = nonce();
  map.textContent = JSON.stringify({ imports: Object.fromEntries(entries) });
  document.head.append(map);
  const refused = entries.find(([specifier, address]) => !isMapped(specifier, address));
  if (refused === undefined) return;
  throw new DOMException(`The page takes no import map any more that says what '${refused[0]}' is: its Content-Security-Policy forbids it,`
    + ' or the browser allows none once modules were loaded, or the name has been imported already.', 'NotSupportedError');
}
