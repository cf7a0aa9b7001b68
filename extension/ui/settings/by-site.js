/**
 * @file Which sites stored files in this profile, how many and how large; a way to their files, and forgetting them.
 * May be imported by ui/settings/main.js only.
 */

import { formatBytes, formatNumber, shortOrigin } from '../format.js';
import { button, byId, make, text } from '../text.js';
import { ask, errorSentence } from './ask.js';

/** @typedef {{origin: string, entries: number, bytes: number}} Usage what an origin stored */

const PAGE = 25;
/** What the host gives at once. */
const MOST_AGAIN = 200;

/** @param {string} origin */
const hostOf = (origin) => new URL(origin).hostname;

export class SiteList {
  #list = byId('by-site-list');
  /** @type {Usage[]} */ #rows = [];
  /** @type {unknown} */ #next;
  #order = 'bytes';
  /** Hosts that are being forgotten, and all below them. @type {Set<string>} */ #going = new Set();
  /** An answer to an older question is dropped. */
  #generation = 0;

  /** @param {{showFiles: (origin: string) => void, forget: (host: string) => void}} actions */
  constructor(actions) {
    this.actions = actions;
    const order = /** @type {HTMLSelectElement} */ (byId('by-site-order'));
    order.addEventListener('change', () => {
      this.#order = order.value;
      this.#rows = [];
      void this.load();
    });
    byId('by-site-more').addEventListener('click', () => void this.#loadMore());
  }

  /** As many as are shown, as they are now. @param {string} [forgotten] host that has been */
  async load(forgotten = '') {
    this.#going.delete(forgotten);
    await this.#ask({ limit: Math.min(Math.max(PAGE, this.#rows.length), MOST_AGAIN) }, (rows) => {
      this.#rows = rows;
    });
    this.#render();
  }

  /** @param {string} host @param {boolean} going whether it is being forgotten */
  setGoing(host, going) {
    if (going) this.#going.add(host);
    else this.#going.delete(host);
    this.#render();
  }

  /** @param {string} host that is in the list again */
  focus(host) {
    this.#focusRow(Math.max(0, this.#shown.findIndex(({ origin }) => hostOf(origin) === host)));
  }

  /** @param {string} words */
  say(words) {
    byId('by-site-said').textContent = words;
  }

  async #loadMore() {
    const shown = this.#list.childElementCount;
    await this.#ask({ limit: PAGE, after: this.#next }, (rows) => this.#rows.push(...rows));
    this.#render();
    // The button may have gone, and who reads goes on where the new rows begin.
    this.#focusRow(shown);
  }

  /** @param {Record<string, unknown>} fields @param {(rows: Usage[]) => void} take */
  async #ask(fields, take) {
    this.#generation += 1;
    const generation = this.#generation;
    byId('by-site-error').textContent = '';
    try {
      const { origins, next } = await ask('origins', { order: this.#order, ...fields });
      if (generation !== this.#generation) return;
      this.#next = next;
      take(origins);
    } catch (error) {
      if (generation !== this.#generation) return;
      byId('by-site-error').textContent = errorSentence(error);
    }
  }

  get #shown() {
    return this.#rows.filter((row) => !this.#isGoing(row));
  }

  /** @param {Usage} usage */
  #isGoing({ origin }) {
    const host = hostOf(origin);
    return [...this.#going].some((going) => host === going || host.endsWith(`.${going}`));
  }

  #render() {
    const shown = this.#shown;
    const isEmpty = shown.length === 0 && this.#next === undefined;
    // Who is in the list stays there.
    const focused = this.#list.contains(document.activeElement) ? document.activeElement?.ariaLabel : undefined;
    this.#list.replaceChildren(...shown.map((row) => this.#row(row)));
    [...this.#list.querySelectorAll('button')].find(({ ariaLabel }) => ariaLabel === focused)?.focus();
    byId('by-site-none').hidden = !isEmpty;
    byId('by-site-tools').hidden = isEmpty;
    byId('by-site-more').hidden = this.#next === undefined;
  }

  /** @param {Usage} usage */
  #row({ origin, entries, bytes }) {
    const name = shortOrigin(origin);
    const show = button(text('showFiles'), () => this.actions.showFiles(origin));
    const forget = button(text('forget'), () => this.#forget(origin), 'danger');
    show.setAttribute('aria-label', text('showFilesOf', name));
    forget.setAttribute('aria-label', text('forgetFilesOf', name));
    return make('li', {}, make('span', { class: 'site' }, name),
      make('span', { class: 'figure quiet' }, entries === 1 ? text('filesCountOne') : text('filesCount', formatNumber(entries))),
      make('span', { class: 'figure' }, formatBytes(bytes)),
      make('span', { class: 'buttons' }, show, forget));
  }

  /** @param {string} origin */
  #forget(origin) {
    const place = this.#shown.findIndex((row) => row.origin === origin);
    this.setGoing(hostOf(origin), true);
    this.actions.forget(hostOf(origin));
    this.#focusRow(place);
  }

  /** The row in that place, or the last; without any the heading. @param {number} index */
  #focusRow(index) {
    const row = this.#list.children[Math.min(index, this.#list.childElementCount - 1)];
    (row?.querySelector('button') ?? byId('by-site-title')).focus();
  }
}
