/**
 * @file What pages ask of the API, for the panel in the developer tools: only while a panel is open for the tab, and
 * kept nowhere. Why a read missed is the panel's alone to know: it is asked for after the page has its answer, so that
 * the answer takes no longer. May be imported by background/ only.
 */

import { HostError } from './host-errors.js';

/** @typedef {import('../shared/wire.js').Request} Request */
/** @typedef {import('../shared/wire.js').Hash} Hash */

/**
 * @typedef {object} LoggedCall
 * @property {number} at ms since 1970
 * @property {string} origin of the document
 * @property {number} frame
 * @property {'find' | 'create' | 'read' | 'store' | 'other'} what
 * @property {string} surface how it was asked for: a method, or a declarative form
 * @property {Hash | null} hash null for a request that was malformed
 * @property {import('../shared/wire.js').Origins} [origins]
 * @property {'found' | 'created' | 'read' | 'stored' | 'missed' | 'refused'} outcome
 * @property {string} [error] the page's: its name
 * @property {string} [message]
 * @property {number} [bytes]
 * @property {number} ms
 * @property {string[]} warnings
 * @property {{reason: string, sentence: string, mend: string} | null} [why] of a miss
 */

const MISS = 'NotFoundError';

export class CallLog {
  /** @type {Map<number, Set<chrome.runtime.Port>>} */ #panels = new Map();

  /** A panel says which tab it is about. @param {chrome.runtime.Port} port one of isUserInterface() */
  serve(port) {
    port.onMessage.addListener((message) => {
      const tab = Number(message?.tab);
      if (!Number.isInteger(tab)) return;
      const ports = this.#panels.get(tab) ?? new Set();
      this.#panels.set(tab, ports.add(port));
      port.onDisconnect.addListener(() => {
        ports.delete(port);
        if (ports.size === 0 && this.#panels.get(tab) === ports) this.#panels.delete(tab);
      });
    });
  }

  /** @param {number} tab */
  isWatched(tab) {
    return this.#panels.has(tab);
  }

  /** @param {number} tab @param {LoggedCall} call */
  note(tab, call) {
    for (const port of this.#panels.get(tab) ?? []) port.postMessage(call);
  }
}

/** The calls of one document. */
export class DocumentCalls {
  #log;
  #host;
  #identity;
  /** @type {Map<string, {hash: Hash, bytes: number}>} open write sessions */ #writes = new Map();

  /**
   * @param {CallLog} log
   * @param {import('./host-connection.js').HostConnection} host
   * @param {import('./identity.js').Identity} identity
   */
  constructor(log, host, identity) {
    this.#log = log;
    this.#host = host;
    this.#identity = identity;
  }

  /**
   * Serves a request, and tells who watches the tab what became of it.
   * @param {Request | undefined} request
   * @param {import('./caller.js').Caller | undefined} caller
   * @param {() => Promise<any>} serve answers; does not throw
   */
  async observe(request, caller, serve) {
    if (!this.#log.isWatched(this.#identity.tabId)) return serve();
    const at = Date.now();
    const start = performance.now();
    const answer = await serve();
    const call = this.#describe(request, answer);
    if (call !== undefined) {
      const ms = performance.now() - start;
      const { origin, frameId: frame, tabId } = this.#identity;
      void this.#reasonOf(call, caller).then((why) => this.#log.note(tabId, { at, origin, frame, ms, why, warnings: answer.warnings ?? [], ...call }));
    }
    return answer;
  }

  /** @param {Request | undefined} request @param {any} answer @returns {Omit<LoggedCall, 'at' | 'origin' | 'frame' | 'ms' | 'why' | 'warnings'> | undefined} */
  #describe(request, answer) {
    const failed = answer.ok ? {} : { error: answer.error.name, message: answer.error.message };
    const missed = !answer.ok && answer.error.name === MISS;
    /** @param {LoggedCall['outcome']} done @returns {LoggedCall['outcome']} */
    const outcome = (done) => (answer.ok ? done : missed ? 'missed' : 'refused');
    switch (request?.op) {
      case undefined:
        return { what: 'other', surface: '', hash: null, outcome: outcome('found'), ...failed };
      case 'permission':
        // Asked for arguments that the page script refused: only a page without permission is told something else.
        return answer.allowed === false ? { what: 'other', surface: '', hash: null, outcome: 'refused', error: 'NotAllowedError' } : undefined;
      case 'find':
        return { what: 'find', surface: request.surface ?? 'method', hash: request.hash, outcome: outcome('found'), ...failed };
      case 'create':
        return { what: 'create', surface: request.surface ?? 'method', hash: request.hash, origins: request.origins, outcome: outcome('created'), ...failed };
      case 'open':
        return { what: 'read', surface: 'getFile', hash: request.handle.hash, outcome: outcome('read'), bytes: answer.file?.size, ...failed };
      case 'write.open':
        if (answer.ok) this.#writes.set(answer.session, { hash: request.handle.hash, bytes: 0 });
        return answer.ok ? undefined : { what: 'store', surface: 'createWritable', hash: request.handle.hash, outcome: 'refused', ...failed };
      case 'write':
        if (answer.ok) this.#grow(request.session, request.position + request.data.size);
        return answer.ok ? undefined : this.#ended(request.session, 'refused', failed);
      case 'write.truncate':
        return answer.ok ? undefined : this.#ended(request.session, 'refused', failed);
      case 'write.abort':
        this.#writes.delete(request.session);
        return undefined;
      case 'write.close':
        return this.#ended(request.session, outcome('stored'), failed);
      default:
        return undefined;
    }
  }

  /** @param {string} session @param {number} end */
  #grow(session, end) {
    const write = this.#writes.get(session);
    if (write !== undefined) write.bytes = Math.max(write.bytes, end);
  }

  /** @param {string} session @param {LoggedCall['outcome']} outcome @param {object} failed */
  #ended(session, outcome, failed) {
    const write = this.#writes.get(session);
    this.#writes.delete(session);
    return { what: /** @type {const} */ ('store'), surface: 'createWritable', hash: write?.hash ?? null, outcome, bytes: write?.bytes, ...failed };
  }

  /**
   * @param {{outcome: string, hash: Hash | null}} call
   * @param {import('./caller.js').Caller | undefined} caller
   */
  async #reasonOf({ outcome, hash }, caller) {
    if (outcome !== 'missed' || hash === null || caller === undefined) return null;
    try {
      const { found, reason, sentence, mend } = await this.#host.request('ui.why', { caller: caller.describe(), hash });
      return found ? null : { reason, sentence, mend };
    } catch (error) {
      // A store out of reach is an empty store to the page.
      return { reason: 'unreachable', sentence: error instanceof HostError ? error.message : '', mend: error instanceof HostError ? error.mend : '' };
    }
  }
}
