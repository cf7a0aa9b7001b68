/**
 * @file The handles of one document: local ids, which mean nothing to any other origin, and the
 * host's ids behind them, which no page ever sees. May be imported by background/ only.
 */

import { HostError, hostErrorLike } from './host-errors.js';
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
 * @property {boolean} readable from a read, or written through
 */

/** A page that makes handles without end loses its oldest ones, which are asked for again when used. */
const MAX_HANDLES = 4096;

export class HandleTable {
  #host;
  #caller;
  #ceiling;
  #registry;
  /** @type {Map<string, HeldHandle>} */ #handles = new Map();

  /**
   * @param {HostConnection} host
   * @param {import('./caller.js').Caller} caller
   * @param {string | null} ceiling
   * @param {import('./handle-registry.js').HandleRegistry} registry
   */
  constructor(host, caller, ceiling, registry) {
    this.#host = host;
    this.#caller = caller;
    this.#ceiling = ceiling;
    this.#registry = registry;
    registry.enter(caller.partition);
  }

  /**
   * @param {Hash} hash
   * @returns {Promise<{handle: string, size: number} | null>} null for a miss, whatever its reason
   */
  async find(hash) {
    const reply = await this.#host.request('find', { caller: this.#caller.describe(), hash });
    if (reply.found !== true) return null;
    const handle = this.#hold({ hash, created: false, origins: undefined, readable: true, ...this.#given(reply) });
    return { handle, size: reply.size };
  }

  /**
   * @param {Hash} hash
   * @param {Origins | undefined} origins
   * @param {string | null} [ceiling]
   * @returns {Promise<{handle: string, dropped: string[], unlisted: boolean}>} what of the wish will not be
   */
  async create(hash, origins, ceiling = this.#ceiling) {
    const reply = await this.#create(hash, origins, ceiling);
    const handle = this.#hold({ hash, created: true, origins, readable: false, ...this.#given(reply) });
    return { handle, dropped: reply.dropped ?? [], unlisted: origins === '*' && reply.listed === false };
  }

  /**
   * A handle for a page that must not notice that the store is out of reach.
   * @param {Hash} hash
   * @param {Origins | undefined} origins
   */
  createDetached(hash, origins) {
    return this.#hold({ hash, created: true, origins, readable: false, hostId: null, generation: this.#host.generation });
  }

  /**
   * @template T
   * @param {HandleReference} reference
   * @param {(hostId: string, hash: Hash) => Promise<T>} read
   * @returns {Promise<{id: string, hash: Hash, result: T}>} `id` may be a new one
   */
  useForReading(reference, read) {
    const held = this.#known(reference);
    return this.#persistently(held?.readable ? held : undefined, async () => {
      const { id, hostId, hash } = await this.#forReading(reference);
      return { id, hash, result: await read(hostId, hash) };
    });
  }

  /**
   * @template T
   * @param {HandleReference} reference
   * @param {(hostId: string, id: string) => Promise<T>} write
   * @returns {Promise<{id: string, result: T}>} `id` may be a new one
   */
  useForWriting(reference, write) {
    const held = this.#known(reference);
    return this.#persistently(held?.created ? held : undefined, async () => {
      const { id, hostId } = await this.#forWriting(reference);
      return { id, result: await write(hostId, id) };
    });
  }

  /**
   * The host pushes out the oldest of an origin's too many handles, and says of them then what it says of one that may not
   * be used so. One that may is asked for anew, once.
   * @template T
   * @param {HeldHandle | undefined} held known, and may be used so
   * @param {() => Promise<T>} use
   */
  async #persistently(held, use) {
    try {
      return await use();
    } catch (error) {
      if (held === undefined || !(error instanceof HostError) || error.name !== 'NotAllowedError') throw error;
      held.hostId = null;
      return use();
    }
  }

  /**
   * The host's id for reading. A handle that is no longer known is found anew, under the rules
   * that hold for every read of this caller.
   * @param {HandleReference} reference
   * @returns {Promise<{id: string, hostId: string, hash: Hash}>}
   */
  async #forReading(reference) {
    const held = this.#known(reference);
    if (held !== undefined) return { id: reference.id, hostId: held.hostId, hash: held.hash };
    const remembered = this.#remembered(reference);
    // Nobody else can tell whether the original of a copy was written through.
    if (reference.copy && reference.created && !remembered?.readable) {
      throw hostErrorLike('NotAllowedError', 'This handle cannot be read until a write through it has succeeded.');
    }
    const { hash } = remembered ?? reference;
    const found = await this.find(hash);
    if (found === null) throw hostErrorLike('NotFoundError', MISS_MESSAGE);
    return { id: found.handle, hostId: this.#hostIdOf(found.handle), hash };
  }

  /**
   * @param {HandleReference} reference
   * @returns {Promise<{id: string, hostId: string}>}
   */
  async #forWriting(reference) {
    const held = this.#known(reference);
    if (held?.created) return { id: reference.id, hostId: held.hostId };
    const remembered = this.#remembered(reference);
    const { hash } = remembered ?? reference;
    // One that was written through, and found anew to be read, was not found with the origins it was created with.
    const origins = remembered?.origins ?? reference.origins;
    const { handle } = await this.create(hash, origins);
    this.release([reference.id]);
    return { id: handle, hostId: this.#hostIdOf(handle) };
  }

  /** A write through the handle has succeeded. @param {string} id */
  noteWritten(id) {
    const held = this.#handles.get(id) ?? this.#registry.get(id, this.#caller.partition);
    if (held !== undefined) held.readable = true;
  }

  /** @param {string[]} ids */
  release(ids) {
    const gone = [];
    for (const id of ids) {
      const held = this.#handles.get(id);
      this.#handles.delete(id);
      if (held?.hostId && held.generation === this.#host.generation) gone.push(held.hostId);
      // Copies that live on elsewhere ask anew.
      if (held) held.hostId = null;
    }
    if (gone.length > 0) this.#host.tell('release', { handles: gone, sessions: [] });
  }

  releaseAll() {
    this.release([...this.#handles.keys()]);
  }

  /** The document has gone. Once. */
  leave() {
    this.#registry.leave(this.#caller.partition);
  }

  /**
   * @param {Hash} hash
   * @param {Origins | undefined} origins
   * @param {string | null} ceiling
   */
  #create(hash, origins, ceiling) {
    return this.#host.request('create', {
      caller: this.#caller.describe(),
      hash,
      ...(origins === undefined ? {} : { origins }),
      ...(ceiling === null ? {} : { ceiling }),
    });
  }

  /** @param {any} reply */
  #given(reply) {
    return { hostId: String(reply.handle), generation: this.#host.generation };
  }

  /**
   * This document's handle, or the original of a copy that another document of the origin made.
   * @param {HandleReference} reference
   */
  #remembered({ id, hash }) {
    const held = this.#handles.get(id) ?? this.#registry.get(id, this.#caller.partition);
    return held?.hash.algorithm === hash.algorithm && held.hash.value === hash.value ? held : undefined;
  }

  /** @param {HandleReference} reference @returns {(HeldHandle & {hostId: string}) | undefined} */
  #known(reference) {
    const held = this.#remembered(reference);
    const { generation } = this.#host;
    if (held === undefined || held.hostId === null || held.generation !== generation) return undefined;
    return /** @type {HeldHandle & {hostId: string}} */ (held);
  }

  /** @param {string} id */
  #hostIdOf(id) {
    return /** @type {string} */ (this.#handles.get(id)?.hostId);
  }

  /** @param {HeldHandle} held */
  #hold(held) {
    const id = randomHex(16);
    this.#handles.set(id, held);
    this.#registry.note(id, this.#caller.partition, held);
    if (this.#handles.size > MAX_HANDLES) {
      const [oldest] = this.#handles.keys();
      this.release([oldest]);
    }
    return id;
  }
}
