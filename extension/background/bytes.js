/**
 * @file Moves the bytes of entries: to a File by direct hand-over where that works, else over
 * loopback; from a page over loopback. May be imported by background/ only.
 */

import { Handover } from './handover.js';
import { HostError } from './host-errors.js';
import { readBytes, writeBytes } from './loopback.js';

/** @typedef {import('./host-connection.js').HostConnection} HostConnection */
/** @typedef {import('../shared/wire.js').Hash} Hash */

/**
 * A file's own time would tell when somebody, perhaps another site, stored the entry.
 * @param {Blob} bytes
 * @param {Hash} hash
 */
const fileOf = (bytes, hash) => new File([bytes], hash.value, { lastModified: 0 });

/** Errors that the other way of moving bytes would only repeat. */
const isFinal = (/** @type {unknown} */ error) =>
  error instanceof HostError && (error.name === 'NotFoundError' || error.name === 'NotAllowedError');

export class Bytes {
  #host;

  /** @param {HostConnection} host */
  constructor(host) {
    this.#host = host;
    this.handover = new Handover(host);
  }

  /**
   * @param {string} handle the host's id
   * @param {Hash} hash
   * @returns {Promise<File>}
   */
  async read(handle, hash) {
    if (await this.handover.works()) {
      try {
        return fileOf(await this.handover.open(handle, hash), hash);
      } catch (error) {
        if (isFinal(error)) throw error;
      }
    }
    const session = await this.#host.session();
    const openTicket = () => this.#host.request('open', { handle, via: 'loopback' });
    return fileOf(await readBytes(session, openTicket), hash);
  }

  /**
   * @param {string} ticket
   * @param {number} position
   * @param {Blob} data
   */
  async write(ticket, position, data) {
    await writeBytes(await this.#host.session(), ticket, position, data);
  }
}
