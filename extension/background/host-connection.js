/**
 * @file The connection to `cos host` (docs/protocol.md): started when first needed, one process
 * for each profile and one more for its private windows. Requests go out in the order in which
 * they were made. May be imported by background/ only.
 */

import { openSession } from './host-hello.js';
import { HostError, HostUnavailable } from './host-errors.js';

const HOST_NAME = 'dev.cos.host';
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 60_000;
/** A host that nobody uses is let go, so that neither it nor the service worker lives for nothing. */
const IDLE_MS = 60_000;

/** @typedef {import('./host-hello.js').Session} Session */
/**
 * @typedef {{kind: 'idle' | 'connecting' | 'ready'}
 *   | {kind: 'missing' | 'forbidden' | 'blocked' | 'broken' | 'older-host' | 'newer-host' | 'store', detail: string, mend: string, code?: string}} HostState
 */

/** @param {string} message of chrome.runtime.lastError @returns {HostState} */
function stateOfDisconnect(message) {
  const known = /** @type {const} */ ([[/not found/i, 'missing'], [/forbidden/i, 'forbidden'], [/administrator/i, 'blocked']]);
  const kind = known.find(([words]) => words.test(message))?.[1] ?? 'broken';
  return { kind, detail: message, mend: '' };
}

export class HostConnection {
  /** @type {chrome.runtime.Port | null} */ #port = null;
  /** @type {Map<number, {resolve: (reply: any) => void, reject: (error: Error) => void}>} */ #waiting = new Map();
  /** @type {Promise<Session> | null} */ #session = null;
  /** @type {HostState} */ #state = { kind: 'idle' };
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #idleTimer;
  #lastId = 0;
  #failures = 0;
  #notBefore = 0;
  #users = 0;
  #generation = 0;

  /**
   * @param {(state: HostState) => void} [onState]
   * @param {(session: Session) => void} [onSession]
   */
  constructor(onState = () => {}, onSession = () => {}) {
    this.onState = onState;
    this.onSession = onSession;
  }

  get state() {
    return this.#state;
  }

  /** Changes when the process ends: its handles and sessions mean nothing to the next one. */
  get generation() {
    return this.#generation;
  }

  /**
   * @param {string} cmd
   * @param {Record<string, unknown>} [fields]
   * @returns {Promise<any>} the reply; rejects with HostError for an error of the host's, HostUnavailable without one
   */
  async request(cmd, fields = {}) {
    await this.session();
    return this.#send(cmd, fields);
  }

  /**
   * For what needs no answer, and no new process either.
   * @param {string} cmd
   * @param {Record<string, unknown>} fields
   */
  tell(cmd, fields) {
    if (this.#port !== null) this.#send(cmd, fields).catch(() => {});
  }

  /** @returns {Promise<Session>} */
  session() {
    if (this.#session === null) {
      if (Date.now() < this.#notBefore) return Promise.reject(new HostUnavailable(this.#state.kind));
      this.#session = this.#connect();
      // Requests see the failure themselves.
      this.#session.catch(() => {});
    }
    return this.#session;
  }

  /** Lets the next use try at once: the user has just mended something, or looks whether they have. */
  forgetFailures() {
    this.#failures = 0;
    this.#notBefore = 0;
  }

  /** A document has started to use the host. */
  retain() {
    this.#users += 1;
    clearTimeout(this.#idleTimer);
  }

  /** A document has gone. */
  release() {
    this.#users -= 1;
    this.#armIdleTimer();
  }

  #armIdleTimer() {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      if (this.#users > 0 || this.#port === null) return;
      if (this.#waiting.size > 0) this.#armIdleTimer();
      else this.#drop({ kind: 'idle' });
    }, IDLE_MS);
  }

  async #connect() {
    this.#setState({ kind: 'connecting' });
    const port = chrome.runtime.connectNative(HOST_NAME);
    this.#port = port;
    port.onMessage.addListener((reply) => this.#receive(reply));
    port.onDisconnect.addListener(() => {
      const message = chrome.runtime.lastError?.message ?? '';
      if (this.#port === port) this.#fail(stateOfDisconnect(message));
    });
    try {
      const session = await openSession((cmd, fields) => this.#send(cmd, fields));
      if (this.#port !== port) throw new HostUnavailable('broken');
      this.forgetFailures();
      this.#setState({ kind: 'ready' });
      this.onSession(session);
      if (this.#users === 0) this.#armIdleTimer();
      return session;
    } catch (error) {
      if (this.#port === port) this.#fail(error instanceof HostError ? error.hostState : stateOfDisconnect(String(error)));
      throw new HostUnavailable(this.#state.kind);
    }
  }

  /**
   * @param {string} cmd
   * @param {Record<string, unknown>} fields
   * @returns {Promise<any>}
   */
  #send(cmd, fields) {
    return new Promise((resolve, reject) => {
      if (this.#port === null) {
        reject(new HostUnavailable(this.#state.kind));
        return;
      }
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { resolve, reject });
      this.#port.postMessage({ ...fields, id: this.#lastId, cmd });
    });
  }

  /** @param {any} reply */
  #receive(reply) {
    const waiting = this.#waiting.get(reply?.id);
    if (waiting === undefined) return;
    this.#waiting.delete(reply.id);
    if (reply.ok === true) {
      if (this.#state.kind === 'store') this.#setState({ kind: 'ready' });
      waiting.resolve(reply);
      return;
    }
    const error = new HostError(reply.error);
    if (error.name === 'StoreError') this.#setState(error.hostState);
    waiting.reject(error);
  }

  /** @param {HostState} state */
  #fail(state) {
    this.#failures += 1;
    this.#notBefore = Date.now() + Math.min(FIRST_DELAY_MS * 2 ** (this.#failures - 1), LONGEST_DELAY_MS);
    this.#drop(state);
  }

  /** The one way out of a connection, whoever ends it. @param {HostState} state */
  #drop(state) {
    const port = this.#port;
    const waiting = [...this.#waiting.values()];
    this.#port = null;
    this.#session = null;
    this.#generation += 1;
    this.#waiting.clear();
    clearTimeout(this.#idleTimer);
    this.#setState(state);
    port?.disconnect();
    for (const { reject } of waiting) reject(new HostUnavailable(state.kind));
  }

  /** @param {HostState} state */
  #setState(state) {
    this.#state = state;
    this.onState(state);
  }
}
