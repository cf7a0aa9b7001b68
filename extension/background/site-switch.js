/**
 * @file The hosts on whose pages the user wants nothing to do with the store: pages there, with all their frames, are not
 * allowed to use it, as if their own policy said so. A private window obeys what was switched elsewhere; what it switches
 * itself counts for it alone, and is forgotten with it. May be imported by background/ only.
 */

const KEY = 'switchedOff';
const PRIVATE_KEY = 'switched';

/** @typedef {import('./document-records.js').Area} Area */

/** @param {string} origin serialized */
const hostOf = (origin) => (URL.canParse(origin) ? new URL(origin).hostname : '');

export class SiteSwitch {
  #storage;
  #own;
  /** @type {Promise<Set<string>> | undefined} of an ordinary window, which alone writes them */ #hosts;

  /** @param {chrome.storage.StorageArea} storage of the profile @param {Area | null} own of a private window */
  constructor(storage, own) {
    this.#storage = storage;
    this.#own = own;
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
    const host = hostOf(origin);
    if (host === '') return;
    if (this.#own !== null) {
      await this.#own.set({ [PRIVATE_KEY]: { ...(await this.#ownSwitches()), [host]: off } });
      return;
    }
    const hosts = await this.#known();
    if (off) hosts.add(host);
    else hosts.delete(host);
    await this.#storage.set({ [KEY]: [...hosts].sort() });
  }

  async #known() {
    if (this.#own === null) return (this.#hosts ??= this.#kept());
    const hosts = await this.#kept();
    for (const [host, off] of Object.entries(await this.#ownSwitches())) {
      if (off) hosts.add(host);
      else hosts.delete(host);
    }
    return hosts;
  }

  /** @returns {Promise<Set<string>>} */
  async #kept() {
    const { [KEY]: hosts } = await this.#storage.get(KEY);
    return new Set(Array.isArray(hosts) ? hosts.map(String) : []);
  }

  /** @returns {Promise<Record<string, boolean>>} by host */
  async #ownSwitches() {
    return (await this.#own?.get(PRIVATE_KEY))?.[PRIVATE_KEY] ?? {};
  }
}
