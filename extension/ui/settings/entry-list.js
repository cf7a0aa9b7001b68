/**
 * @file The list of files: thousands of rows, of which those in view exist. More of them are asked for when the end comes
 * near. May be imported by ui/settings/main.js only.
 */

import { formatAgo, formatBytes, formatNumber, shortOrigin } from '../format.js';
import { byId, make, text } from '../text.js';
import { ask, keyOf } from './ask.js';
import { useWords, wordsOf } from './entry-words.js';
import { rowAfterKey, scrollTopFor, visibleRange } from './virtual-range.js';

/** @typedef {import('./ask.js').Entry} Entry */

const ROW_HEIGHT = 56;
/** What is in view is asked for first, so that it is there soon. */
const FIRST_PAGE = 30;
const PAGE = 200;
/** Rows before the end at which more are asked for. */
const AHEAD = 100;

export class EntryList {
  #box = byId('entries');
  #space = byId('entries-space');
  /** @type {Entry[]} */ #rows = [];
  /** @type {Entry[]} without those that are being deleted */ #shown = [];
  /** @type {Set<string>} */ #deleting = new Set();
  /** @type {unknown} */ #next;
  /** Whether the rows answer an older question: they stay in view until the new one is answered. */
  #isStale = false;
  #loading = false;
  /** The rows that exist, by their place. @type {Map<number, HTMLElement>} */ #made = new Map();
  /** Files in the store, of which the list may have some only. */
  #total = 0;
  /** What is asked for, by `origin` what that one stored; an answer to an older question is dropped. */
  #question = { order: 'read', search: '', origin: '' };
  #active = -1;
  /** The active row's entry: it stays active where another question or order moves it. */
  #activeKey = '';
  #chosen = '';

  /**
   * @param {{choose: (entry: Entry, moveFocus: boolean) => void, remove: (entry: Entry) => void, fail: (error: unknown) => void,
   *   succeed: () => void}} actions `fail` and `succeed`: what becomes of asking for rows
   */
  constructor(actions) {
    this.actions = actions;
    this.#box.addEventListener('scroll', () => this.#render());
    this.#box.addEventListener('keydown', (event) => this.#onKey(event));
    this.#box.addEventListener('click', (event) => this.#onClick(event));
    new ResizeObserver(() => this.#render()).observe(this.#box);
  }

  get isAtTop() {
    return this.#box.scrollTop === 0;
  }

  /** @param {number} total */
  setTotal(total) {
    this.#total = total;
    this.#showCount();
  }

  focus() {
    (this.#box.hidden ? byId('entries-none') : this.#box).focus();
  }

  /** @param {{order?: string, search?: string, origin?: string}} [wish] absent: the same once more */
  async load(wish = {}) {
    this.#question = { ...this.#question, ...wish };
    const { origin } = this.#question;
    byId('files-of').hidden = origin === '';
    byId('files-of-site').textContent = origin === '' ? '' : text('filesOfSite', shortOrigin(origin));
    this.#isStale = true;
    this.#next = undefined;
    this.#loading = false;
    this.#box.scrollTop = 0;
    await this.#loadMore();
  }

  /** Chooses that entry and brings it into view. @param {string} key @returns {boolean} false: it is not among the rows so far */
  reveal(key) {
    const index = this.#shown.findIndex((row) => keyOf(row.hash) === key);
    if (index < 0) return false;
    this.#setActive(index);
    this.#box.scrollTop = scrollTopFor(index, this.#view());
    this.#choose(false);
    return true;
  }

  /** @param {string} key @param {boolean} deleting */
  setDeleting(key, deleting) {
    if (deleting) this.#deleting.add(key);
    else this.#deleting.delete(key);
    this.#refresh();
  }

  /** The entry has gone for good. @param {string} key */
  drop(key) {
    this.#rows = this.#rows.filter((row) => keyOf(row.hash) !== key);
    this.setDeleting(key, false);
  }

  /** @param {Entry} entry that has changed */
  update(entry) {
    const index = this.#rows.findIndex((row) => keyOf(row.hash) === keyOf(entry.hash));
    if (index >= 0) this.#rows[index] = entry;
    this.#refresh();
  }

  async #loadMore() {
    if (this.#loading) return;
    this.#loading = true;
    const question = this.#question;
    this.#box.setAttribute('aria-busy', 'true');
    try {
      // A search may pass many files before it finds one.
      do {
        const { entries, next } = await ask('entries', { ...question, origin: question.origin || undefined, after: this.#next, limit: this.#isStale ? FIRST_PAGE : PAGE });
        if (question !== this.#question) return;
        // Rows that are followed by more stay as they are; the last ones know that the list has ended.
        const anew = this.#isStale || next === undefined;
        if (this.#isStale) this.#forgetRows();
        this.#rows.push(...entries);
        this.#next = next;
        this.#refresh(anew);
      } while (this.#next !== undefined && this.#isNearEnd());
      this.actions.succeed();
    } catch (error) {
      if (question !== this.#question) return;
      this.#next = undefined;
      this.actions.fail(error);
    }
    this.#loading = false;
    this.#box.setAttribute('aria-busy', 'false');
    this.#showCount();
  }

  #forgetRows() {
    this.#rows = [];
    this.#active = -1;
    this.#isStale = false;
  }

  #isNearEnd() {
    return this.#range().end + AHEAD > this.#shown.length;
  }

  #range() {
    return visibleRange({ ...this.#view(), count: this.#shown.length });
  }

  #view() {
    return { scrollTop: this.#box.scrollTop, viewHeight: this.#box.clientHeight, rowHeight: ROW_HEIGHT };
  }

  /** @param {boolean} [anew] */
  #refresh(anew = true) {
    this.#shown = this.#rows.filter((row) => !this.#deleting.has(keyOf(row.hash)));
    const place = this.#shown.findIndex((row) => keyOf(row.hash) === this.#activeKey);
    // A row that was deleted leaves its place to the next one.
    this.#setActive(place >= 0 ? place : Math.min(this.#active, this.#shown.length - 1));
    this.#space.style.height = `${this.#shown.length * ROW_HEIGHT}px`;
    this.#showCount();
    this.#render(anew);
  }

  /** @param {number} index */
  #setActive(index) {
    this.#active = index;
    this.#activeKey = index < 0 ? '' : keyOf(this.#shown[index].hash);
  }

  #showCount() {
    const count = this.#shown.length;
    const more = this.#next !== undefined;
    const isEmpty = count === 0 && !this.#loading;
    const isSearch = this.#question.search !== '' || this.#question.origin !== '';
    const none = byId('entries-none');
    // Who is in the list stays there, also when it becomes empty and is filled again.
    const hadFocus = document.activeElement === this.#box || document.activeElement === none;
    none.hidden = !isEmpty;
    none.textContent = text(isSearch ? 'filesNotFound' : 'filesNone');
    this.#box.hidden = isEmpty;
    if (hadFocus) this.focus();
    // Nothing to search, to sort and to choose from.
    byId('files').classList.toggle('nothing', isEmpty && !isSearch);
    byId('entries-count').textContent = more && isSearch ? text('filesCountMore', formatNumber(count))
      : count === 1 ? text('filesCountOne')
        : text('filesCount', formatNumber(more ? Math.max(count, this.#total - this.#deleting.size) : count));
  }

  /** @param {boolean} [anew] whether entries have changed or moved */
  #render(anew = false) {
    const { first, end } = this.#range();
    for (const [index, row] of this.#made) {
      if (!anew && index >= first && index < end) continue;
      row.remove();
      this.#made.delete(index);
    }
    // From the end, so that each new row has its place before the one that follows it.
    for (let index = end - 1, next = null; index >= first; index -= 1) {
      let row = this.#made.get(index);
      if (row === undefined) {
        this.#made.set(index, (row = this.#row(index)));
        this.#space.insertBefore(row, next);
      }
      row.classList.toggle('active', index === this.#active);
      row.setAttribute('aria-selected', String(keyOf(this.#shown[index].hash) === this.#chosen));
      next = /** @type {HTMLElement | null} */ (row);
    }
    if (this.#active >= first && this.#active < end) this.#box.setAttribute('aria-activedescendant', `entry-${this.#active}`);
    else this.#box.removeAttribute('aria-activedescendant');
    if (this.#next !== undefined && this.#isNearEnd()) void this.#loadMore();
  }

  /** @param {number} index */
  #row(index) {
    const entry = this.#shown[index];
    const state = entry.damaged ? 'stateDamaged' : entry.pinned ? 'statePinned' : '';
    const { title, part } = wordsOf(entry);
    const row = make('div', {
      role: 'option',
      id: `entry-${index}`,
      class: 'row',
      'data-index': String(index),
      'aria-posinset': String(index + 1),
      'aria-setsize': this.#next === undefined ? String(this.#shown.length) : '-1',
    },
    make('span', { class: `swatch kind-${entry.kind}`, 'aria-hidden': 'true' }),
    make('span', { class: 'title' }, title, ...(part === '' ? [] : [' ', make('span', { class: 'part' }, part)]),
      ...(state === '' ? [] : [' ', make('span', { class: `tag ${state}` }, text(state))])),
    make('span', { class: 'size' }, formatBytes(entry.size)),
    make('span', { class: 'about' }, useWords(entry).join(' · ')),
    make('span', { class: 'when' }, formatAgo(entry.lastRead, Date.now())));
    row.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
    return row;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const entry = this.#shown[this.#active];
    if (event.key === 'Enter' && entry) this.#choose(true);
    else if (event.key === ' ' && entry) this.#choose(false);
    else if (event.key === 'Delete' && entry) this.actions.remove(entry);
    else {
      const pageRows = Math.floor(this.#box.clientHeight / ROW_HEIGHT) - 1;
      const index = rowAfterKey(event.key, { active: this.#active, count: this.#shown.length, pageRows });
      if (index === undefined) return;
      this.#setActive(index);
      this.#box.scrollTop = scrollTopFor(index, this.#view());
      this.#render();
    }
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const row = /** @type {HTMLElement} */ (event.target).closest('[role=option]');
    if (row === null) return;
    this.#setActive(Number(row.getAttribute('data-index')));
    this.#choose(false);
  }

  /** @param {boolean} moveFocus */
  #choose(moveFocus) {
    const entry = this.#shown[this.#active];
    this.#chosen = keyOf(entry.hash);
    this.#render();
    this.actions.choose(entry, moveFocus);
  }
}
