/**
 * @file One resource that the document declares with integrity and a scope: looks its hash up, and stores its bytes
 * when it had to come from the network. May be imported by content/declared/ only.
 */

import { put, takeFirst } from '../../shared/entries.js';
import { hashesOf } from '../../shared/integrity.js';
import { MAX_ORIGINS } from '../../shared/names.js';
import { inTime, PATIENCE_MS } from '../../shared/patience.js';

/** @typedef {import('../connection.js').Connection} Connection */
/** @typedef {import('../../shared/wire.js').Origins} Origins */

/**
 * @param {string[]} words
 * @returns {Origins | undefined} undefined: same-site, also for a list that is no list of origins
 */
export function parseScope(words) {
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

export class DeclaredResource {
  #connection;
  #integrity;
  #hashes;
  #scope;
  #credentials;

  /**
   * @param {Connection} connection
   * @param {string} url
   * @param {string} integrity
   * @param {Origins | undefined} scope
   * @param {boolean} [withCredentials] whether a request to another origin carries the user's cookies
   */
  constructor(connection, url, integrity, scope, withCredentials = false) {
    this.#connection = connection;
    this.url = url;
    this.#integrity = integrity;
    this.#hashes = hashesOf(integrity);
    this.#scope = scope;
    this.#credentials = /** @type {RequestCredentials} */ (withCredentials ? 'include' : 'same-origin');
  }

  /** @returns {Promise<File | undefined>} undefined also when the store keeps the document waiting */
  take() {
    return new Promise((resolve) => {
      inTime(setTimeout, PATIENCE_MS, (done) => takeFirst(this.#connection, 'markup', this.#hashes, done), resolve);
    });
  }

  /** Stores what the document has just loaded, from the browser's own cache. The document goes on meanwhile. */
  async store() {
    const [hash] = this.#hashes;
    if (this.#hashes.length !== 1) return;
    // Only a list is bounded by what the response says.
    if (Array.isArray(this.#scope)) await new Promise((resolve) => this.#connection.call({ op: 'watch' }, resolve));
    try {
      const response = await fetch(this.url, {
        integrity: this.#integrity, mode: 'cors', credentials: this.#credentials, cache: 'force-cache',
      });
      if (response.status === 200) put(this.#connection, 'markup', hash, this.#scope, await response.blob(), response.url);
    } catch {
      // The bytes were not those that the document declares, or may not be read by it.
    }
  }
}

/**
 * @param {Connection} connection
 * @param {import('../declaration.js').Declaration} declaration
 */
export function resourceOf(connection, { url, integrity, scope, withCredentials }) {
  const words = scope.split(/\s+/).filter((word) => word !== '');
  return new DeclaredResource(connection, url, integrity, parseScope(words), withCredentials);
}
