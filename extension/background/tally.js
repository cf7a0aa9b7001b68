/**
 * @file What the store did for the document of each tab, for the popup and the number on the button, and how much this
 * profile did not have to download. Nothing of a private window is written down. May be imported by background/ only.
 */

import { addToDays, dayOf, readDays } from './days.js';

/**
 * @typedef {object} TabTally since the tab's document was loaded, its frames included
 * @property {number} found
 * @property {number} foundBytes of the files that were read
 * @property {number} stored
 * @property {number} storedBytes
 * @property {boolean | null} allowed whether the document may use the API; null: it has not asked
 * @property {boolean | null} workers whether its workers can have the API; null: not known
 */

/** @typedef {{files: number, bytes: number, since: number, days: import('./days.js').Day[], today: number}} Savings */

/** @returns {TabTally} */
export const emptyTally = () => ({ found: 0, foundBytes: 0, stored: 0, storedBytes: 0, allowed: null, workers: null });

/** What the button has room for. @param {number} found */
export const badgeText = (found) => (found === 0 ? '' : found > 999 ? '999+' : String(found));

/** By the user's clock. */
const today = () => dayOf(Date.now(), new Date().getTimezoneOffset());

/** A model of many parts is many files at once. */
const WRITE_AFTER_MS = 300;
const SAVINGS = 'savings';
const DAYS = 'days';
/** @param {number} tab */
const keyOf = (tab) => `tally:${tab}`;

export class Tally {
  #session;
  #local;
  /** @type {Map<number, Promise<TabTally>>} */ #tabs = new Map();
  /** @type {{files: number, bytes: number, stored: number}} not yet written */ #saved = { files: 0, bytes: 0, stored: 0 };
  /** @type {Set<number>} not yet written */ #changed = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {Promise<void>} one write at a time: each adds to what the last one left */ #writing = Promise.resolve();
  #badge;

  /**
   * @param {chrome.storage.StorageArea | null} session null in a private window, as the other
   * @param {chrome.storage.StorageArea | null} local
   * @param {(tab: number, text: string) => void} [badge]
   */
  constructor(session, local, badge = () => {}) {
    this.#session = session;
    this.#local = local;
    this.#badge = badge;
  }

  /** @param {number} tab @returns {Promise<TabTally>} */
  of(tab) {
    let tally = this.#tabs.get(tab);
    if (tally === undefined) this.#tabs.set(tab, (tally = this.#remembered(tab)));
    return tally;
  }

  /** Another document was loaded into the tab. @param {number} tab */
  reset(tab) {
    this.#tabs.set(tab, Promise.resolve(emptyTally()));
    this.#changed.delete(tab);
    void this.#session?.remove(keyOf(tab));
  }

  /** @param {number} tab */
  forget(tab) {
    this.#tabs.delete(tab);
    this.#changed.delete(tab);
    void this.#session?.remove(keyOf(tab));
  }

  /** @param {number} tab @param {boolean} allowed @param {boolean} workers */
  noteDocument(tab, allowed, workers) {
    return this.#change(tab, (tally) => Object.assign(tally, { allowed, workers }));
  }

  /** @param {number} tab */
  noteFound(tab) {
    return this.#change(tab, (tally) => {
      tally.found += 1;
      this.#badge(tab, badgeText(tally.found));
    });
  }

  /** A file came from the store that the page would have downloaded. @param {number} tab @param {number} bytes */
  noteRead(tab, bytes) {
    this.#saved = { ...this.#saved, files: this.#saved.files + 1, bytes: this.#saved.bytes + bytes };
    return this.#change(tab, (tally) => {
      tally.foundBytes += bytes;
    });
  }

  /** @param {number} tab @param {number} bytes */
  noteStored(tab, bytes) {
    this.#saved = { ...this.#saved, stored: this.#saved.stored + bytes };
    return this.#change(tab, (tally) => {
      tally.stored += 1;
      tally.storedBytes += bytes;
    });
  }

  /** @returns {Promise<Savings | null>} null in a private window, which keeps none */
  async savings() {
    await this.#write();
    return this.#local && this.#readSavings(this.#local);
  }

  async forgetSavings() {
    await this.#write();
    await this.#local?.remove([SAVINGS, DAYS]);
  }

  /** @param {chrome.storage.StorageArea} local @returns {Promise<Savings>} */
  async #readSavings(local) {
    const { [SAVINGS]: known, [DAYS]: days } = /** @type {any} */ (await local.get([SAVINGS, DAYS]));
    const since = Number(known?.since) || Date.now();
    return { files: Number(known?.files) || 0, bytes: Number(known?.bytes) || 0, since, days: readDays(days), today: today() };
  }

  #write() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#writeNow()).catch((error) => console.error('cos: what was counted could not be kept', error));
    return this.#writing;
  }

  async #writeNow() {
    const tabs = [...this.#changed];
    const { files, bytes, stored } = this.#saved;
    this.#changed.clear();
    this.#saved = { files: 0, bytes: 0, stored: 0 };
    for (const tab of tabs) await this.#session?.set({ [keyOf(tab)]: await this.of(tab) });
    if (this.#local === null || (files === 0 && stored === 0)) return;
    const before = await this.#readSavings(this.#local);
    await this.#local.set({
      [SAVINGS]: { files: before.files + files, bytes: before.bytes + bytes, since: before.since },
      [DAYS]: addToDays(before.days, { day: before.today, saved: bytes, stored }),
    });
  }

  /** @param {number} tab @param {(tally: TabTally) => void} change */
  async #change(tab, change) {
    const tally = await this.of(tab);
    change(tally);
    this.#changed.add(tab);
    this.#timer ??= setTimeout(() => void this.#write(), WRITE_AFTER_MS);
  }

  /** A service worker that was stopped meanwhile knows from the session's storage. @param {number} tab @returns {Promise<TabTally>} */
  async #remembered(tab) {
    const { [keyOf(tab)]: known } = /** @type {any} */ ((await this.#session?.get(keyOf(tab))) ?? {});
    return { ...emptyTally(), ...known };
  }
}
