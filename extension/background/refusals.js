/**
 * @file What the documents of each tab asked for and were not given, for the popup. Noted when the page has its answer, in
 * memory and for the browser's session; why a read missed is asked of the host only when the user wants to know. Nothing
 * of it may reach a document's port. May be imported by background/ only.
 */

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

/** @typedef {{refusals: Refusal[], more: boolean}} TabRefusals `more`: there were others, longer ago */

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

/** @typedef {{known: Map<string, Refusal>, more: boolean}} TabState */

/** @returns {TabState} */
const nothing = () => ({ known: new Map(), more: false });

/** @param {number} tab */
const storageKey = (tab) => `refusals:${tab}`;

/** @param {Refusal} refusal */
const keyOf = ({ what, hash, caller, error }) =>
  [what, error, hash?.algorithm, hash?.value, caller?.origin, caller?.topLevelOrigin].join(' ');

/** @param {TabState} state @param {Refusal} refusal */
function add(state, refusal) {
  const key = keyOf(refusal);
  state.known.delete(key);
  state.known.set(key, refusal);
  if (state.known.size <= MOST) return;
  const [oldest] = state.known.keys();
  state.known.delete(oldest);
  state.more = true;
}

/** Is this a read that missed, for reasons of which the page was told none? @param {Refusal} refusal */
export const isMiss = ({ what, error }) => what === 'read' && error === MISS;

export class Refusals {
  #session;
  /** @type {Map<number, Promise<TabState>>} */ #tabs = new Map();
  /** @type {Set<number>} not yet written */ #changed = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {chrome.storage.StorageArea | null} session null in a private window */
  constructor(session) {
    this.#session = session;
  }

  /** The latest first. @param {number} tab @returns {Promise<TabRefusals>} */
  async of(tab) {
    const { known, more } = await this.#state(tab);
    return { refusals: [...known.values()].reverse(), more };
  }

  /** @param {number} tab @param {Refusal} refusal */
  async note(tab, refusal) {
    add(await this.#state(tab), refusal);
    this.#write(tab);
  }

  /** A document has, or has stored, what was refused to it before. @param {number} tab @param {Hash} hash @param {string} origin */
  async settle(tab, hash, origin) {
    const { known } = await this.#state(tab);
    const before = known.size;
    for (const [key, refusal] of known) {
      if (refusal.hash?.value === hash.value && refusal.hash.algorithm === hash.algorithm && refusal.caller?.origin === origin) known.delete(key);
    }
    if (known.size < before) this.#write(tab);
  }

  /** Another document was loaded into the tab. @param {number} tab */
  reset(tab) {
    this.#tabs.set(tab, Promise.resolve(nothing()));
    this.#changed.delete(tab);
    void this.#session?.remove(storageKey(tab));
  }

  /** @param {number} tab */
  forget(tab) {
    this.#tabs.delete(tab);
    this.#changed.delete(tab);
    void this.#session?.remove(storageKey(tab));
  }

  /** Writes what has not been written yet. */
  async flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const tabs = [...this.#changed];
    this.#changed.clear();
    for (const tab of tabs) {
      const state = await this.#tabs.get(tab);
      if (state !== undefined) await this.#session?.set({ [storageKey(tab)]: { refusals: [...state.known.values()], more: state.more } });
    }
  }

  /** @param {number} tab */
  #write(tab) {
    if (this.#session === null) return;
    this.#changed.add(tab);
    this.#timer ??= setTimeout(() => void this.flush().catch((error) => console.error('cos: what was refused could not be kept', error)), WRITE_AFTER_MS);
  }

  /** @param {number} tab */
  #state(tab) {
    let state = this.#tabs.get(tab);
    if (state === undefined) this.#tabs.set(tab, (state = this.#remembered(tab)));
    return state;
  }

  /** A service worker that was stopped meanwhile knows from the session's storage. @param {number} tab */
  async #remembered(tab) {
    const { [storageKey(tab)]: kept } = /** @type {any} */ ((await this.#session?.get(storageKey(tab))) ?? {});
    const state = nothing();
    for (const refusal of kept?.refusals ?? []) add(state, refusal);
    state.more = kept?.more === true;
    return state;
  }
}

/** Tells what of one document's requests was refused. */
export class DocumentRefusals {
  #refusals;
  #tab;
  /** @type {Map<string, Hash>} open write sessions */ #writes = new Map();

  /** @param {Refusals} refusals @param {number} tab */
  constructor(refusals, tab) {
    this.#refusals = refusals;
    this.#tab = tab;
  }

  /**
   * When the page has its answer.
   * @param {Request | undefined} request undefined for one that was malformed
   * @param {import('./caller.js').Caller | undefined} caller
   * @param {any} answer
   * @returns {Refusal | undefined} what was refused, if anything was
   */
  note(request, caller, answer) {
    const { what, hash } = this.#subjectOf(request, answer);
    if (answer.ok && answer.allowed !== false) {
      if (this.#gave(request) && hash !== null && caller !== undefined) void this.#refusals.settle(this.#tab, hash, caller.describe().origin);
      return undefined;
    }
    const refusal = { what, hash, caller: caller?.describe() ?? null, error: answer.ok ? 'NotAllowedError' : String(answer.error.name) };
    void this.#refusals.note(this.#tab, refusal);
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
 * What a tab was refused, and why that is so now.
 * @param {import('./host-connection.js').HostConnection} host
 * @param {TabRefusals} refused
 * @returns {Promise<{refusals: ExplainedRefusal[], more: boolean}>}
 */
export async function explainRefusals(host, { refusals, more }) {
  return { refusals: await Promise.all(refusals.map((refusal) => explain(host, refusal))), more };
}
