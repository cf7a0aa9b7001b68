/**
 * @file What the documents of each page asked for and were not given, for the popup. Noted when the page has its answer, in
 * memory and for the browser's session; why a read missed is asked of the host only when the user wants to know. Nothing
 * of it may reach a document's port. May be imported by background/ only.
 */

import { PageStates } from './pages.js';

/** @typedef {import('./pages.js').Place} Place */
/** @typedef {import('../shared/wire.js').Hash} Hash */
/** @typedef {import('../shared/wire.js').Request} Request */
/** @typedef {ReturnType<import('./caller.js').Caller['describe']>} CallerDescription */

/**
 * @typedef {object} Refusal
 * @property {'read' | 'write' | 'other'} what
 * @property {Hash | null} hash null for a request that was malformed, or from a document that may not ask at all
 * @property {CallerDescription | null} caller null for such a document
 * @property {string} error the page's: its name
 */

/** @typedef {{refusals: Refusal[], more: boolean}} PageRefusals `more`: there were others, longer ago */

/**
 * @typedef {object} ExplainedRefusal for the user's eyes
 * @property {Refusal['what']} what
 * @property {Hash | null} hash
 * @property {string} origin of the document; may be empty
 * @property {string} error
 * @property {string} reason why a read would miss now: the host's word for it; `found` if it would not, `unreachable` if nobody
 *   knows. Empty for what is no miss
 * @property {string} sentence
 * @property {string} name what the Public Hash List calls the file; may be empty
 */

const MOST = 50;
const MISS = 'NotFoundError';
/** A page that misses one file misses many. */
const WRITE_AFTER_MS = 300;

/** @typedef {{known: Map<string, Refusal>, more: boolean}} PageState */

/** @param {Refusal} refusal */
const keyOf = ({ what, hash, caller, error }) =>
  [what, error, hash?.algorithm, hash?.value, caller?.origin, caller?.topLevelOrigin].join(' ');

/** @param {PageState} state @param {Refusal} refusal */
function add(state, refusal) {
  const key = keyOf(refusal);
  state.known.delete(key);
  state.known.set(key, refusal);
  if (state.known.size <= MOST) return;
  const [oldest] = state.known.keys();
  state.known.delete(oldest);
  state.more = true;
}

/** @type {{read: (kept: any) => PageState, write: (state: PageState) => unknown}} */
const FORM = {
  read(kept) {
    const state = { known: new Map(), more: false };
    for (const refusal of kept?.refusals ?? []) add(state, refusal);
    return { ...state, more: kept?.more === true };
  },
  write: ({ known, more }) => ({ refusals: [...known.values()], more }),
};

/** Is this a read that missed, for reasons of which the page was told none? @param {Refusal} refusal */
export const isMiss = ({ what, error }) => what === 'read' && error === MISS;

export class Refusals {
  /** @type {PageStates<PageState>} */ #pages;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {chrome.storage.StorageArea | null} session null in a private window */
  constructor(session) {
    this.#pages = new PageStates(session, 'refusals', FORM);
  }

  /** The latest first. @param {number} tab @param {string} page @returns {Promise<PageRefusals>} */
  async of(tab, page) {
    const { known, more } = await this.#pages.of(tab, page);
    return { refusals: [...known.values()].reverse(), more };
  }

  /** @param {Place} place @param {Refusal} refusal */
  async note({ tab, page }, refusal) {
    add(await this.#pages.changing(tab, page), refusal);
    this.#writeSoon();
  }

  /** A document has, or has stored, what was refused to it before. @param {Place} place @param {Hash} hash @param {string} origin */
  async settle({ tab, page }, hash, origin) {
    const isSettled = (/** @type {Refusal} */ refusal) =>
      refusal.hash?.value === hash.value && refusal.hash.algorithm === hash.algorithm && refusal.caller?.origin === origin;
    // Most pages were refused nothing.
    if (![...(await this.#pages.of(tab, page)).known.values()].some(isSettled)) return;
    const { known } = await this.#pages.changing(tab, page);
    for (const [key, refusal] of known) if (isSettled(refusal)) known.delete(key);
    this.#writeSoon();
  }

  /** @param {number} tab */
  forget(tab) {
    this.#pages.forget(tab);
  }

  /** Writes what has not been written yet. */
  async flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#pages.flush();
  }

  #writeSoon() {
    this.#timer ??= setTimeout(() => void this.flush().catch((error) => console.error('cos: what was refused could not be kept', error)), WRITE_AFTER_MS);
  }
}

/** Tells what of one document's requests was refused. */
export class DocumentRefusals {
  #refusals;
  #place;
  /** @type {Map<string, Hash>} open write sessions */ #writes = new Map();

  /** @param {Refusals} refusals @param {Promise<Place>} place */
  constructor(refusals, place) {
    this.#refusals = refusals;
    this.#place = place;
  }

  /**
   * When the page has its answer.
   * @param {Request | undefined} request undefined for one that was malformed
   * @param {import('./caller.js').Caller | undefined} caller
   * @param {any} answer
   * @returns {Promise<Refusal | undefined>} what was refused, if anything was, when it is noted
   */
  async note(request, caller, answer) {
    const { what, hash } = this.#subjectOf(request, answer);
    if (answer.ok && answer.allowed !== false) {
      if (this.#gave(request) && hash !== null && caller !== undefined) await this.#refusals.settle(await this.#place, hash, caller.describe().origin);
      return undefined;
    }
    const refusal = { what, hash, caller: caller?.describe() ?? null, error: answer.ok ? 'NotAllowedError' : String(answer.error.name) };
    await this.#refusals.note(await this.#place, refusal);
    return refusal;
  }

  /** Has the page the file's bytes in the store now, or before it? @param {Request | undefined} request */
  #gave(request) {
    return request?.op === 'find' || request?.op === 'open' || request?.op === 'write.close';
  }

  /** @param {Request | undefined} request @param {any} answer @returns {{what: Refusal['what'], hash: Hash | null}} */
  #subjectOf(request, answer) {
    switch (request?.op) {
      case 'find':
        return { what: 'read', hash: request.hash };
      case 'open':
        return { what: 'read', hash: request.handle.hash };
      case 'create':
        return { what: 'write', hash: request.hash };
      case 'write.open':
        if (answer.ok) this.#writes.set(answer.session, request.handle.hash);
        return { what: 'write', hash: request.handle.hash };
      case 'write':
      case 'write.truncate':
        return { what: 'write', hash: this.#writes.get(request.session) ?? null };
      case 'write.close':
      case 'write.abort':
        return { what: 'write', hash: this.#closed(request.session) };
      default:
        return { what: 'other', hash: null };
    }
  }

  /** @param {string} session */
  #closed(session) {
    const hash = this.#writes.get(session) ?? null;
    this.#writes.delete(session);
    return hash;
  }
}

/**
 * @param {import('./host-connection.js').HostConnection} host
 * @param {Refusal} refusal
 * @returns {Promise<ExplainedRefusal>}
 */
async function explain(host, refusal) {
  const { what, hash, caller, error } = refusal;
  const told = { what, hash, error, origin: caller?.origin ?? '', reason: '', sentence: '', name: '' };
  if (!isMiss(refusal) || caller === null || hash === null) return told;
  try {
    const { found, reason, sentence, name = '' } = await host.request('ui.why', { caller, hash });
    return { ...told, reason: found ? 'found' : String(reason), sentence, name };
  } catch {
    // A store out of reach is an empty store to the page.
    return { ...told, reason: 'unreachable' };
  }
}

/**
 * What a page was refused, and why that is so now.
 * @param {import('./host-connection.js').HostConnection} host
 * @param {PageRefusals} refused
 * @returns {Promise<{refusals: ExplainedRefusal[], more: boolean}>}
 */
export async function explainRefusals(host, { refusals, more }) {
  return { refusals: await Promise.all(refusals.map((refusal) => explain(host, refusal))), more };
}
