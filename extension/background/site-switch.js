/**
 * @file The hosts on whose pages the user wants nothing to do with the store: pages there, with all their frames, are not
 * allowed to use it, as if their own policy said so. What a private window switches is forgotten with it. May be imported
 * by background/ only.
 */

const KEY = 'switchedOff';

/** @param {string} origin serialized */
const hostOf = (origin) => (URL.canParse(origin) ? new URL(origin).hostname : '');

export class SiteSwitch {
  #storage;
  #isPrivate;
  /** @type {Promise<Set<string>> | undefined} */ #hosts;

  /** @param {chrome.storage.StorageArea} storage @param {boolean} isPrivate */
  constructor(storage, isPrivate) {
    this.#storage = storage;
    this.#isPrivate = isPrivate;
  }

  /** @param {string} origin of the page in the tab */
  async isOff(origin) {
    return (await this.#known()).has(hostOf(origin));
  }

  /** @returns {Promise<string[]>} hosts, in order */
  async list() {
    return [...(await this.#known())].sort();
  }

  /** @param {string} origin @param {boolean} off */
  async set(origin, off) {
    const hosts = await this.#known();
    const host = hostOf(origin);
    if (host === '') return;
    if (off) hosts.add(host);
    else hosts.delete(host);
    if (!this.#isPrivate) await this.#storage.set({ [KEY]: [...hosts].sort() });
  }

  #known() {
    this.#hosts ??= this.#storage.get(KEY).then(({ [KEY]: hosts }) => new Set(Array.isArray(hosts) ? hosts.map(String) : []));
    return this.#hosts;
  }
}
