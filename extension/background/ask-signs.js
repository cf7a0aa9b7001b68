/**
 * @file Ask mode's sign on the toolbar button: a site in the tab would have found a file if the user had allowed it to. The
 * host is asked when the page has its answer, and only while ask mode is on. May be imported by background/ only.
 */

import { isMiss } from './refusals.js';

/** @typedef {import('./refusals.js').Refusal} Refusal */
/** @typedef {import('./document-records.js').Area} Area */

/** Whether ask mode is on, for a background that was stopped and has no host yet. */
const KEY = 'asking';

const UNDECIDED = 'ask-undecided';

/** Files that an origin's documents are asked about in one tab, and such origins. */
const MOST_FILES = 50;
const MOST_ORIGINS = 50;

/** Not right after the page's answer, and not at a moment that a page knows. */
const atLeisure = () => new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 1500));

/** @typedef {{asked: Set<string>, waits: boolean}} Asking what was asked about for one origin, and whether it waits for an answer */

export class AskSigns {
  #host;
  #show;
  #area;
  #leisure;
  /** @type {boolean | undefined} undefined: no host has told this background */ #asking;
  /** @type {Map<number, Map<string, Asking>>} by tab and origin */ #tabs = new Map();

  /**
   * @param {import('./host-connection.js').HostConnection} host
   * @param {(tab: number, waits: boolean) => void} show
   * @param {Area} area for the session
   * @param {() => Promise<unknown>} leisure
   */
  constructor(host, show, area, leisure = atLeisure) {
    this.#area = area;
    this.#host = host;
    this.#show = show;
    this.#leisure = leisure;
  }

  /** Whether ask mode is on, as the host has just said. @param {boolean} asking */
  set asking(asking) {
    if (asking === this.#asking) return;
    this.#asking = asking;
    void this.#area.set({ [KEY]: asking }).catch(() => {});
    if (asking) return;
    for (const tab of this.#tabs.keys()) if (this.waits(tab)) this.#show(tab, false);
    this.#tabs.clear();
  }

  async #isOn() {
    if (this.#asking !== undefined) return this.#asking;
    const { [KEY]: asking } = await this.#area.get(KEY);
    return this.#asking ?? asking === true;
  }

  /** @param {number} tab */
  waits(tab) {
    return [...(this.#tabs.get(tab)?.values() ?? [])].some(({ waits }) => waits);
  }

  /**
   * Each file is asked about once, whatever the answer to others was: what this takes of the host's time must not hang on
   * what is stored, or a page could find that out by how long its next answers take.
   * @param {number} tab
   * @param {Refusal} refusal of which the page knows already
   */
  async consider(tab, refusal) {
    const { caller, hash } = refusal;
    if (!isMiss(refusal) || caller === null || hash === null || !(await this.#isOn())) return;
    const origins = this.#tabs.get(tab) ?? new Map();
    this.#tabs.set(tab, origins);
    const site = origins.get(caller.origin) ?? { asked: new Set(), waits: false };
    if (site.asked.has(hash.value) || site.asked.size >= MOST_FILES || (site.asked.size === 0 && origins.size >= MOST_ORIGINS)) return;
    site.asked.add(hash.value);
    origins.set(caller.origin, site);
    // The tab may show another page afterwards, and the user may have decided.
    const isPast = () => this.#tabs.get(tab) !== origins || origins.get(caller.origin) !== site;
    await this.#leisure();
    if (isPast()) return;
    const { found, reason } = await this.#host.request('ui.why', { caller, hash }).catch(() => ({ found: true, reason: '' }));
    if (found || reason !== UNDECIDED || site.waits || isPast()) return;
    site.waits = true;
    this.#show(tab, true);
  }

  /** The user has decided about a site. */
  async recheck() {
    for (const [tab, origins] of this.#tabs) {
      if (!this.waits(tab)) continue;
      for (const [origin, { waits }] of [...origins]) {
        if (!waits) continue;
        const { ask, decision } = await this.#host.request('ui.site', { site: origin }).catch(() => ({ ask: true, decision: null }));
        if (!ask || decision === 'allowed' || decision === 'blocked') origins.delete(origin);
      }
      if (this.#tabs.get(tab) === origins && !this.waits(tab)) this.#show(tab, false);
    }
  }

  /** Another document was loaded into the tab, or the tab was closed. @param {number} tab */
  forget(tab) {
    this.#tabs.delete(tab);
  }
}
