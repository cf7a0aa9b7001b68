/**
 * @file What the store did for the pages of each tab, for the popup and the number on the button, and how much this
 * profile did not have to download. Nothing of a private window is written down. May be imported by background/ only.
 */

import { addToDays, dayOf, readDays } from './days.js';
import { PageStates } from './pages.js';

/** @typedef {import('./pages.js').Place} Place */

/**
 * @typedef {object} PageTally since the page was loaded, its frames included
 * @property {number} found
 * @property {number} foundBytes of the files that were read
 * @property {number} stored
 * @property {number} storedBytes
 * @property {boolean | null} allowed whether the page may use the API; null: it has not asked
 * @property {boolean | null} workers whether its workers can have the API; null: not known
 */

/** @typedef {{files: number, bytes: number, since: number, days: import('./days.js').Day[], today: number}} Savings */

/** @typedef {{tally: PageTally, counted: Set<string>}} PageState */

/** @returns {PageTally} */
const emptyTally = () => ({ found: 0, foundBytes: 0, stored: 0, storedBytes: 0, allowed: null, workers: null });

/** What the button has room for. @param {number} found */
export const badgeText = (found) => (found === 0 ? '' : found > 999 ? '999+' : String(found));

/** By the user's clock. */
const today = () => dayOf(Date.now(), new Date().getTimezoneOffset());

/** Files of one page that are known to have been counted. Of more, some are counted again. */
const MOST_COUNTED = 200;

/**
 * A file counts once for each document: it would have been downloaded once.
 * @param {PageState} state
 * @param {'found' | 'read'} what
 * @param {Place} place
 * @param {string} digest
 */
function isNew({ counted }, what, { document }, digest) {
  // Ends of them, since they are written down; that two of a page agree is as good as impossible.
  const key = `${what} ${document.slice(-8)} ${digest.slice(-16)}`;
  if (counted.has(key)) return false;
  counted.add(key);
  if (counted.size > MOST_COUNTED) counted.delete(counted.values().next().value ?? '');
  return true;
}

/** @type {{read: (kept: any) => PageState, write: (state: PageState) => unknown}} */
const FORM = {
  read: (kept) => ({ tally: { ...emptyTally(), ...kept?.tally }, counted: new Set(kept?.counted) }),
  write: ({ tally, counted }) => ({ tally, counted: [...counted] }),
};

/** A model of many parts is many files at once. */
const WRITE_AFTER_MS = 300;
const SAVINGS = 'savings';
const DAYS = 'days';

export class Tally {
  /** @type {PageStates<PageState>} */ #pages;
  #local;
  /** @type {{files: number, bytes: number, stored: number}} not yet written */ #saved = { files: 0, bytes: 0, stored: 0 };
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {Promise<void>} one write at a time: each adds to what the last one left */ #writing = Promise.resolve();
  #show;

  /**
   * @param {chrome.storage.StorageArea | null} session null in a private window, as the other
   * @param {chrome.storage.StorageArea | null} local
   * @param {(tab: number, page: string, found: number) => void} [show] called when a page has found another file
   */
  constructor(session, local, show = () => {}) {
    this.#pages = new PageStates(session, 'tally', FORM);
    this.#local = local;
    this.#show = show;
  }

  /** @param {number} tab @param {string} page @returns {Promise<PageTally>} */
  async of(tab, page) {
    return (await this.#pages.of(tab, page)).tally;
  }

  /** @param {number} tab */
  forget(tab) {
    this.#pages.forget(tab);
  }

  /** @param {Place} place @param {boolean} allowed @param {boolean} workers */
  noteVerdict(place, allowed, workers) {
    return this.#change(place, ({ tally }) => Object.assign(tally, { allowed, workers }));
  }

  /** @param {Place} place @param {string} digest */
  noteFound(place, digest) {
    return this.#change(place, (state) => {
      if (!isNew(state, 'found', place, digest)) return;
      state.tally.found += 1;
      this.#show(place.tab, place.page, state.tally.found);
    });
  }

  /** A file came from the store that the page would have downloaded. @param {Place} place @param {string} digest @param {number} bytes */
  noteRead(place, digest, bytes) {
    return this.#change(place, (state) => {
      if (!isNew(state, 'read', place, digest)) return;
      this.#saved = { ...this.#saved, files: this.#saved.files + 1, bytes: this.#saved.bytes + bytes };
      state.tally.foundBytes += bytes;
    });
  }

  /** @param {Place} place @param {number} bytes */
  noteStored(place, bytes) {
    return this.#change(place, ({ tally }) => {
      this.#saved = { ...this.#saved, stored: this.#saved.stored + bytes };
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
    const { files, bytes, stored } = this.#saved;
    this.#saved = { files: 0, bytes: 0, stored: 0 };
    if (this.#local !== null && (files !== 0 || stored !== 0)) {
      const before = await this.#readSavings(this.#local);
      await this.#local.set({
        [SAVINGS]: { files: before.files + files, bytes: before.bytes + bytes, since: before.since },
        [DAYS]: addToDays(before.days, { day: before.today, saved: bytes, stored }),
      });
    }
    await this.#pages.flush();
  }

  /** @param {Place} place @param {(state: PageState) => void} change */
  async #change({ tab, page }, change) {
    change(await this.#pages.changing(tab, page));
    this.#timer ??= setTimeout(() => void this.#write(), WRITE_AFTER_MS);
  }
}

/** Counts for one document. */
export class DocumentTally {
  #tally;
  #place;

  /** @param {Tally} tally @param {Promise<Place>} place */
  constructor(tally, place) {
    this.#tally = tally;
    this.#place = place;
  }

  /** What holds for a page is what holds for its top-level document. @param {boolean} allowed @param {boolean} workers */
  async noteVerdict(allowed, workers) {
    const place = await this.#place;
    if (place.document === place.page) await this.#tally.noteVerdict(place, allowed, workers);
  }

  /** @param {string} digest */
  async noteFound(digest) {
    await this.#tally.noteFound(await this.#place, digest);
  }

  /** @param {string} digest @param {number} bytes */
  async noteRead(digest, bytes) {
    await this.#tally.noteRead(await this.#place, digest, bytes);
  }

  /** @param {number} bytes */
  async noteStored(bytes) {
    await this.#tally.noteStored(await this.#place, bytes);
  }
}
