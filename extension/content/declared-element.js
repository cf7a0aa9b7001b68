/**
 * @file One script or style sheet that declares `crossoriginstorage`: looks its hash up, and stores its bytes
 * when it had to come from the network. May be used by content/ only.
 */

import { put, takeFirst } from '../shared/entries.js';
import { hashesOf } from '../shared/integrity.js';
import { MAX_ORIGINS } from '../shared/names.js';
import { absoluteSheet, standsAlone } from './relocation.js';

/** @typedef {import('./connection.js').Connection} Connection */
/** @typedef {import('../shared/wire.js').Origins} Origins */
/** @typedef {HTMLScriptElement | HTMLLinkElement} Declaring */

/**
 * @param {string} text the attribute's value
 * @returns {Origins | undefined} undefined: same-site, also for a list that is no list of origins
 */
function parseScope(text) {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length === 1 && words[0] === '*') return '*';
  try {
    const urls = words.map((word) => new URL(word));
    const origins = [...new Set(urls.map(({ origin }) => origin))];
    const valid = urls.every(({ protocol }) => protocol === 'https:' || protocol === 'http:');
    return valid && origins.length > 0 && origins.length <= MAX_ORIGINS ? origins : undefined;
  } catch {
    return undefined;
  }
}

/** @param {Element} element @returns {RequestInit} how the element's own request goes out */
const requestInit = (element) => ({
  integrity: element.getAttribute('integrity') ?? '',
  mode: 'cors',
  credentials: element.getAttribute('crossorigin')?.toLowerCase() === 'use-credentials' ? 'include' : 'same-origin',
  // The element has just loaded it.
  cache: 'force-cache',
});

export class DeclaredElement {
  #connection;
  #hashes;
  #scope;

  /** @param {Connection} connection @param {Declaring} element @param {string} url */
  constructor(connection, element, url) {
    this.#connection = connection;
    this.element = element;
    this.url = url;
    this.#hashes = hashesOf(element.getAttribute('integrity') ?? '');
    this.#scope = parseScope(element.getAttribute('crossoriginstorage') ?? '');
  }

  /** @returns {Promise<File | undefined>} */
  #take() {
    return new Promise((resolve) => takeFirst(this.#connection, this.#hashes, resolve));
  }

  /** @returns {Promise<{url: string, exact: boolean} | undefined>} a blob: that the script may run from; undefined: not from the store */
  async script() {
    const file = await this.#take();
    if (file === undefined || !(await standsAlone(file, /** @type {HTMLScriptElement} */ (this.element).type))) return undefined;
    return { url: URL.createObjectURL(new Blob([file], { type: 'text/javascript' })), exact: true };
  }

  /** @returns {Promise<{url: string, exact: boolean} | undefined>} `exact`: byte for byte, as `integrity` says */
  async sheet() {
    const file = await this.#take();
    if (file === undefined) return undefined;
    const text = await file.text();
    const absolute = absoluteSheet(text, this.url);
    const exact = absolute === text;
    return { url: URL.createObjectURL(new Blob([exact ? file : absolute], { type: 'text/css' })), exact };
  }

  /** Stores what the element has loaded, from the browser's own cache. The document goes on meanwhile. */
  async store() {
    const [hash] = this.#hashes;
    if (this.#hashes.length !== 1) return;
    // Only a list is bounded by what the response says.
    if (Array.isArray(this.#scope)) await new Promise((resolve) => this.#connection.call({ op: 'watch' }, resolve));
    try {
      const response = await fetch(this.url, requestInit(this.element));
      if (response.status === 200) put(this.#connection, hash, this.#scope, await response.blob(), response.url);
    } catch {
      // The bytes were not those that the element declares; it has had its error.
    }
  }
}
