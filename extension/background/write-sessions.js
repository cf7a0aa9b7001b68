/**
 * @file The write sessions of one document. Operations of one session run one after the other.
 * May be imported by background/ only.
 */

import { HostUnavailable, hostErrorLike } from './host-errors.js';
import { randomHex } from './random.js';

/** @typedef {import('./host-connection.js').HostConnection} HostConnection */

/**
 * @typedef {object} WriteSession
 * @property {{session: string, ticket: string, generation: number} | null} host
 *   null when there was no host: such a session swallows what is written and fails when it closes
 * @property {number} limit
 * @property {Promise<unknown>} last
 * @property {(size: number) => void} onPublished
 */

const MAX_SESSIONS = 256;

export class WriteSessions {
  #host;
  #bytes;
  #caller;
  /** @type {Map<string, WriteSession>} */ #sessions = new Map();

  /**
   * @param {HostConnection} host
   * @param {import('./bytes.js').Bytes} bytes
   * @param {import('./caller.js').Caller} caller
   */
  constructor(host, bytes, caller) {
    this.#host = host;
    this.#bytes = bytes;
    this.#caller = caller;
  }

  /** @param {string} hostHandle @param {(size: number) => void} onPublished */
  async open(hostHandle, onPublished) {
    this.#checkRoom();
    const { session, ticket, limit } = await this.#host.request('write.open', { handle: hostHandle });
    return this.#add({ session, ticket, generation: this.#host.generation }, limit, onPublished);
  }

  openDetached() {
    this.#checkRoom();
    return this.#add(null, Number.MAX_SAFE_INTEGER, () => {});
  }

  /**
   * @param {string} id
   * @param {number} position
   * @param {Blob} data
   */
  write(id, position, data) {
    return this.#run(id, async ({ host, limit }) => {
      if (position + data.size > limit) throw hostErrorLike('QuotaExceededError', 'The file would be too large.');
      if (host !== null) await this.#bytes.write(host.ticket, position, data);
    });
  }

  /** @param {string} id @param {number} size */
  truncate(id, size) {
    return this.#run(id, async ({ host, limit }) => {
      if (size > limit) throw hostErrorLike('QuotaExceededError', 'The file would be too large.');
      if (host !== null) await this.#host.request('write.truncate', { session: host.session, size });
    });
  }

  /** @param {string} id @returns {Promise<string[]>} listed origins that found no place on the entry's list */
  close(id) {
    return this.#run(id, async ({ host, onPublished }) => {
      this.#sessions.delete(id);
      if (host === null) throw new HostUnavailable('missing');
      const { userActivation } = this.#caller;
      const { dropped, size } = await this.#host.request('write.close', { session: host.session, userActivation });
      onPublished(Number(size) || 0);
      return Array.isArray(dropped) ? dropped.map(String) : [];
    });
  }

  /** Never fails: what was to be thrown away is gone in any case. @param {string} id */
  async abort(id) {
    this.releaseSome([id]);
  }

  /** @param {string[]} ids */
  releaseSome(ids) {
    const gone = [];
    for (const id of ids) {
      const host = this.#sessions.get(id)?.host;
      this.#sessions.delete(id);
      if (host && host.generation === this.#host.generation) gone.push(host.session);
    }
    if (gone.length > 0) this.#host.tell('release', { handles: [], sessions: gone });
  }

  releaseAll() {
    this.releaseSome([...this.#sessions.keys()]);
  }

  #checkRoom() {
    if (this.#sessions.size < MAX_SESSIONS) return;
    throw hostErrorLike('QuotaExceededError', 'This document has too many files open for writing.');
  }

  /** @param {WriteSession['host']} host @param {number} limit @param {(size: number) => void} onPublished */
  #add(host, limit, onPublished) {
    const id = randomHex(16);
    this.#sessions.set(id, { host, limit, last: Promise.resolve(), onPublished });
    return id;
  }

  /**
   * @param {string} id
   * @template T
   * @param {(session: WriteSession) => Promise<T>} operation
   * @returns {Promise<T>}
   */
  #run(id, operation) {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new HostUnavailable('broken');
    const run = session.last.then(() => {
      if (session.host !== null && session.host.generation !== this.#host.generation) {
        throw new HostUnavailable('broken');
      }
      return operation(session);
    });
    session.last = run.catch(() => {});
    return run;
  }
}
