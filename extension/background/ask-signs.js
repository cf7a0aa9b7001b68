/**
 * @file Ask mode's sign on the toolbar button: a site in the tab would have found a file if the user had allowed it to. The
 * host is asked when the page has its answer, and only while ask mode is on. May be imported by background/ only.
 */

import { isMiss } from './refusals.js';

/** @typedef {import('./refusals.js').Refusal} Refusal */

const UNDECIDED = 'ask-undecided';

export class AskSigns {
  #host;
  #show;
  #asking = false;
  /** @type {Map<number, Set<string>>} the origins that wait for an answer, by tab */ #tabs = new Map();

  /**
   * @param {import('./host-connection.js').HostConnection} host
   * @param {(tab: number, waits: boolean) => void} show
   */
  constructor(host, show) {
    this.#host = host;
    this.#show = show;
  }

  /** Whether ask mode is on, as the host has just said. @param {boolean} asking */
  set asking(asking) {
    const ended = this.#asking && !asking;
    this.#asking = asking;
    if (!ended) return;
    for (const [tab, origins] of this.#tabs) if (origins.size > 0) this.#show(tab, false);
    this.#tabs.clear();
  }

  /** @param {number} tab */
  waits(tab) {
    return (this.#tabs.get(tab)?.size ?? 0) > 0;
  }

  /** @param {number} tab @param {Refusal} refusal of which the page knows already */
  async consider(tab, refusal) {
    const { caller, hash } = refusal;
    if (!this.#asking || !isMiss(refusal) || caller === null) return;
    const origins = this.#tabs.get(tab) ?? new Set();
    this.#tabs.set(tab, origins);
    if (origins.has(caller.origin)) return;
    const { found, reason } = await this.#host.request('ui.why', { caller, hash }).catch(() => ({ found: true, reason: '' }));
    // The tab may show another page by now.
    if (found || reason !== UNDECIDED || this.#tabs.get(tab) !== origins) return;
    origins.add(caller.origin);
    this.#show(tab, true);
  }

  /** The user has decided about a site. */
  async recheck() {
    for (const [tab, origins] of this.#tabs) {
      if (origins.size === 0) continue;
      for (const origin of [...origins]) {
        const { ask, decision } = await this.#host.request('ui.site', { site: origin }).catch(() => ({ ask: true, decision: null }));
        if (!ask || decision === 'allowed' || decision === 'blocked') origins.delete(origin);
      }
      if (origins.size === 0) this.#show(tab, false);
    }
  }

  /** Another document was loaded into the tab, or the tab was closed. @param {number} tab */
  forget(tab) {
    this.#tabs.delete(tab);
  }
}
