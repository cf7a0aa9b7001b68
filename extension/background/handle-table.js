/**
 * @file The handles of one document: local ids, which mean nothing on any other port, and the
 * host's ids behind them, which no page ever sees. May be imported by background/ only.
 */

import { hostErrorLike } from './host-errors.js';
import { MISS_MESSAGE } from '../shared/names.js';
import { randomHex } from './random.js';

/** @typedef {import('./host-connection.js').HostConnection} HostConnection */
/** @typedef {import('../shared/wire.js').Hash} Hash */
/** @typedef {import('../shared/wire.js').Origins} Origins */
/** @typedef {import('../shared/wire.js').HandleReference} HandleReference */

/**
 * @typedef {object} HeldHandle
 * @property {Hash} hash
 * @property {boolean} created
 * @property {Origins | undefined} origins
 * @property {string | null} hostId null when the host was not there to give one
 * @property {number} generation the connection that `hostId` belongs to
 */

/** A page that makes handles without end loses its oldest ones, which are asked for again when used. */
const MAX_HANDLES = 4096;

export class HandleTable {
  #host;
  #caller;
  #ceiling;
  /** @type {Map<string, HeldHandle>} */ #handles = new Map();

  /**
   * @param {HostConnection} host
   * @param {import('./caller.js').Caller} caller
   * @param {string | null} ceiling
   */
  constructor(host, caller, ceiling) {
    this.#host = host;
    this.#caller = caller;
    this.#ceiling = ceiling;
  }

  /**
   * @param {Hash} hash
   * @returns {Promise<{handle: string, size: number} | null>} null for a miss, whatever its reason
   */
  async find(hash) {
    const reply = await this.#host.request('find', { caller: this.#caller.describe(), hash });
    if (reply.found !== true) return null;
    const handle = this.#hold({ hash, created: false, origins: undefined, ...this.#given(reply) });
    return { handle, size: reply.size };
  }

  /**
   * @param {Hash} hash
   * @param {Origins | undefined} origins
   * @returns {Promise<{handle: string, dropped: string[], listed: boolean | undefined}>}
   */
  async create(hash, origins) {
    const reply = await this.#create(hash, origins);
    const handle = this.#hold({ hash, created: true, origins, ...this.#given(reply) });
    return { handle, dropped: reply.dropped ?? [], listed: reply.listed };
  }

  /**
   * A handle for a page that must not notice that the store is out of reach.
   * @param {Hash} hash
   * @param {Origins | undefined} origins
   */
  createDetached(hash, origins) {
    return this.#hold({ hash, created: true, origins, hostId: null, generation: this.#host.generation });
  }

  /**
   * The host's id for reading. A handle that is no longer known is found anew, under the rules
   * that hold for every read of this caller.
   * @param {HandleReference} reference
   * @returns {Promise<{id: string, hostId: string, hash: Hash}>}
   */
  async forReading(reference) {
    const held = this.#known(reference);
    if (held !== undefined) return { id: reference.id, hostId: held.hostId, hash: held.hash };
    const { hash } = this.#handles.get(reference.id) ?? reference;
    const found = await this.find(hash);
    if (found === null) throw hostErrorLike('NotFoundError', MISS_MESSAGE);
    return { id: found.handle, hostId: this.#hostIdOf(found.handle), hash };
  }

  /**
   * @param {HandleReference} reference
   * @returns {Promise<{id: string, hostId: string}>}
   */
  async forWriting(reference) {
    const held = this.#known(reference);
    if (held?.created) return { id: reference.id, hostId: held.hostId };
    const { hash, origins } = this.#handles.get(reference.id) ?? reference;
    const { handle } = await this.create(hash, origins);
    this.release([reference.id]);
    return { id: handle, hostId: this.#hostIdOf(handle) };
  }

  /** @param {string[]} ids */
  release(ids) {
    const gone = [];
    for (const id of ids) {
      const held = this.#handles.get(id);
      this.#handles.delete(id);
      if (held?.hostId && held.generation === this.#host.generation) gone.push(held.hostId);
    }
    if (gone.length > 0) this.#host.tell('release', { handles: gone, sessions: [] });
  }

  releaseAll() {
    this.release([...this.#handles.keys()]);
  }

  /**
   * @param {Hash} hash
   * @param {Origins | undefined} origins
   */
  #create(hash, origins) {
    return this.#host.request('create', {
      caller: this.#caller.describe(),
      hash,
      ...(origins === undefined ? {} : { origins }),
      ...(this.#ceiling === null ? {} : { ceiling: this.#ceiling }),
    });
  }

  /** @param {any} reply */
  #given(reply) {
    return { hostId: String(reply.handle), generation: this.#host.generation };
  }

  /** @param {HandleReference} reference */
  #known({ id }) {
    const held = this.#handles.get(id);
    const { generation } = this.#host;
    if (held === undefined || held.hostId === null || held.generation !== generation) return undefined;
    return { ...held, hostId: held.hostId };
  }

  /** @param {string} id */
  #hostIdOf(id) {
    return /** @type {string} */ (this.#handles.get(id)?.hostId);
  }

  /** @param {HeldHandle} held */
  #hold(held) {
    const id = randomHex(16);
    this.#handles.set(id, held);
    if (this.#handles.size > MAX_HANDLES) {
      const [oldest] = this.#handles.keys();
      this.release([oldest]);
    }
    return id;
  }
}
