/**
 * @file The ceilings of resources that documents fetch by a declarative form with a list of origins: what the browser's own
 * record of the response said. Listens only while a document that has asked for it lives, since every
 * request of every page would otherwise wake the service worker. May be imported by background/ only.
 */

import { joinHeader } from './document-records.js';

/** Newer responses push out older ones: what is stored, is stored right after its response. */
const MAX_RESPONSES = 256;

/** A header without any origin: nothing but same-site is left of a list. */
const NOTHING = '';

export class ResourceCeilings {
  /** @type {Map<object, {documentId: string, seen: Map<string, string | null>}>} by who asked */ #watchers = new Map();
  #onResponse = this.#note.bind(this);

  /** @param {object} watcher @param {string} documentId */
  watch(watcher, documentId) {
    if (this.#watchers.has(watcher)) return;
    if (this.#watchers.size === 0) {
      // Also tells of responses from the HTTP cache, as onHeadersReceived does not.
      chrome.webRequest.onResponseStarted.addListener(
        this.#onResponse,
        { urls: ['<all_urls>'], types: ['xmlhttprequest', 'script', 'stylesheet'] },
        ['responseHeaders', 'extraHeaders'],
      );
    }
    this.#watchers.set(watcher, { documentId, seen: new Map() });
  }

  /** @param {object} watcher */
  forget(watcher) {
    this.#watchers.delete(watcher);
    if (this.#watchers.size === 0) chrome.webRequest.onResponseStarted.removeListener(this.#onResponse);
  }

  /**
   * @param {object} watcher
   * @param {string} url of the response
   * @returns {string | null} null: the response had no such header. One that nobody saw counts as one that names nobody.
   */
  of(watcher, url) {
    const ceiling = this.#watchers.get(watcher)?.seen.get(url);
    return ceiling === undefined ? NOTHING : ceiling;
  }

  /** @param {{documentId?: string, url: string, responseHeaders?: chrome.webRequest.HttpHeader[]}} details */
  #note({ documentId, url, responseHeaders = [] }) {
    for (const watcher of this.#watchers.values()) {
      if (watcher.documentId !== documentId) continue;
      const { seen } = watcher;
      seen.delete(url);
      seen.set(url, joinHeader(responseHeaders, 'cross-origin-storage-allow-origin'));
      if (seen.size > MAX_RESPONSES) {
        const [oldest] = seen.keys();
        seen.delete(oldest);
      }
    }
  }
}
