/**
 * @file `url("…" integrity("…") cross-origin-storage(…))` in style sheets. The browser knows no such function and drops the
 * declaration it stands in; here it becomes an address that the browser knows. May be imported by
 * content/declared/ only.
 */

import { hashesOf } from '../../shared/integrity.js';
import { DECLARED_URL_MARK } from '../../shared/names.js';
import { DeclaredResource, parseScope } from './resource.js';
import { absoluteSheet } from './relocation.js';

/** @typedef {import('../connection.js').Connection} Connection */
/** @typedef {{text: string, before: string, url: string, modifiers: Map<string, string>}} Match */

const STRING = `"[^"\\\\\\n]*"|'[^'\\\\\\n]*'`;
const DECLARED_URL = new RegExp(`\\burl\\(\\s*(${STRING})((?:\\s+[a-z-]+\\((?:${STRING}|[^()"'])*\\))+)\\s*\\)`, 'gi');
const MODIFIER = new RegExp(`([a-z-]+)\\(((?:${STRING}|[^()"'])*)\\)`, 'gi');
const STRINGS = new RegExp(STRING, 'g');

/** @param {string} quoted */
const unquote = (quoted) => quoted.slice(1, -1);

/** @param {string} text @returns {string[]} */
const stringsIn = (text) => (text.match(STRINGS) ?? []).map(unquote);

/** @param {string} text the inside of cross-origin-storage() */
const scopeOf = (text) => parseScope(text.trim() === '*' ? ['*'] : stringsIn(text));

/** @type {Map<string, DeclaredResource[]>} by address: those that will be stored once the document has loaded them */
const awaited = new Map();
/** @type {PerformanceObserver | undefined} */
let loads;

/** A font or a picture is loaded when it is first used, if ever. @param {DeclaredResource} resource */
function storeWhenLoaded(resource) {
  awaited.set(resource.url, [...(awaited.get(resource.url) ?? []), resource]);
  if (loads !== undefined) return;
  loads = new PerformanceObserver((list) => {
    for (const { name } of list.getEntries()) {
      for (const loaded of awaited.get(name) ?? []) void loaded.store();
      awaited.delete(name);
    }
  });
  loads.observe({ type: 'resource', buffered: true });
}

/**
 * @param {Connection} connection
 * @param {string} base
 * @param {RegExpMatchArray} match
 * @returns {Promise<string>} what stands for it
 */
async function replacementOf(connection, base, [whole, address, modifiers]) {
  const parts = new Map([...modifiers.matchAll(MODIFIER)].map(([, name, inside]) => [name.toLowerCase(), inside]));
  const scope = parts.get('cross-origin-storage');
  const integrity = stringsIn(parts.get('integrity') ?? '').join(' ');
  const url = unquote(address);
  if (scope === undefined || hashesOf(integrity).length === 0 || !URL.canParse(url, base)) return whole;
  const resource = new DeclaredResource(connection, new URL(url, base).href, integrity, scopeOf(scope), parts.get('cross-origin') === 'use-credentials');
  const file = await resource.take();
  if (file !== undefined) return `url("${URL.createObjectURL(file)}")`;
  storeWhenLoaded(resource);
  return `url("${resource.url}")`;
}

/**
 * @param {Connection} connection
 * @param {string} text
 * @param {string} base
 * @returns {Promise<string>} the same text where nothing is declared in it
 */
export async function serveUrls(connection, text, base) {
  if (!text.includes(DECLARED_URL_MARK)) return text;
  const matches = [...text.matchAll(DECLARED_URL)];
  const replacements = await Promise.all(matches.map((match) => replacementOf(connection, base, match)));
  return text.replace(DECLARED_URL, () => /** @type {string} */ (replacements.shift()));
}

/**
 * A style sheet that is going to have a blob: address.
 * @param {Connection} connection
 * @param {string} text
 * @param {string} base
 */
export const moveSheet = async (connection, text, base) => absoluteSheet(await serveUrls(connection, text, base), base);
