/**
 * @file Files that the user puts into the store, and takes out of it, on the settings page: their bytes come and go over a port
 * of that page's, one port for each. The port's end is the user's word that it is no longer wanted, also when the page is
 * closed. Only for senders that isUserInterface() knows. May be imported by background/main.js only.
 */

import { HostError, HostUnavailable } from './host-errors.js';
import { readBytes } from './loopback.js';

/** @typedef {import('../shared/wire.js').Hash} Hash */
/** @typedef {{add: Blob, origins?: string | string[]} | {read: Hash}} TransferMessage */
/** @typedef {{hash: Hash, size: number, alreadyStored: boolean, onHashList: boolean}} Added */
/**
 * @typedef {{done: number} | {added: Added} | {blob: Blob} | {error: {name: string, message: string, mend: string, code?: string}}} TransferReport
 *   `done`: bytes that are in the store
 */

/** Small enough that progress is seen and that cancelling takes no time, large enough that each costs nothing. */
const CHUNK_BYTES = 8 << 20;

/** @typedef {Pick<import('./host-connection.js').HostConnection, 'request' | 'tell' | 'session' | 'retain' | 'release'>} Host */
/** @typedef {Pick<import('./bytes.js').Bytes, 'write'>} Bytes */

/** @param {unknown} error */
function describe(error) {
  if (error instanceof HostUnavailable) return { name: 'HostUnavailable', message: '', mend: '' };
  if (error instanceof HostError) return { name: error.name, message: error.message, mend: error.mend, code: error.code };
  return { name: 'UnknownError', message: '', mend: '' };
}

export class Adding {
  #host;
  #bytes;
  #isWanted = true;

  /** @param {Host} host @param {Bytes} bytes */
  constructor(host, bytes) {
    this.#host = host;
    this.#bytes = bytes;
  }

  cancel() {
    this.#isWanted = false;
  }

  /**
   * @param {Blob} file
   * @param {string | string[] | undefined} origins as of a create request; absent: the user alone
   * @param {(done: number) => void} report
   * @returns {Promise<Added | undefined>} undefined when it was cancelled
   */
  async run(file, origins, report) {
    const { session, ticket, limit } = await this.#host.request('ui.add', origins === undefined ? {} : { origins });
    try {
      if (file.size > limit) throw new HostError({ name: 'TooLarge' });
      for (let done = 0; done < file.size && this.#isWanted;) {
        const chunk = file.slice(done, done + CHUNK_BYTES);
        await this.#write(ticket, done, chunk);
        done += chunk.size;
        report(done);
      }
      if (this.#isWanted) return await this.#host.request('ui.add.close', { session });
    } catch (error) {
      this.cancel();
      throw error;
    } finally {
      if (!this.#isWanted) this.#host.tell('ui.add.abort', { session });
    }
    return undefined;
  }

  /** @param {string} ticket @param {number} position @param {Blob} chunk */
  async #write(ticket, position, chunk) {
    try {
      await this.#bytes.write(ticket, position, chunk);
    } catch (error) {
      // A file that cannot be read, or has changed since it was chosen, fails like a connection that broke.
      if (!(error instanceof HostError)) await chunk.arrayBuffer().catch(() => { throw new HostError({ name: 'NotReadableError' }); });
      throw error;
    }
  }
}

/** @param {Host} host @param {Hash} hash @returns {Promise<Blob>} */
async function readEntry(host, hash) {
  const session = await host.session();
  return readBytes(session, () => host.request('ui.read', { hash }));
}

/**
 * @param {chrome.runtime.Port} port of one of our own pages
 * @param {{host: Host, bytes: Bytes}} tools
 */
export function serveTransfers(port, { host, bytes }) {
  const adding = new Adding(host, bytes);
  let open = true;
  /** @param {TransferReport} report */
  const report = (report) => {
    if (open) port.postMessage(report);
  };
  /** @param {any} message @returns {Promise<TransferReport | undefined>} */
  async function answer(message) {
    if (message?.add instanceof Blob) {
      const added = await adding.run(message.add, message.origins, (done) => report({ done }));
      return added && { added: { hash: added.hash, size: added.size, alreadyStored: added.alreadyStored, onHashList: added.onHashList } };
    }
    return { blob: await readEntry(host, message?.read) };
  }
  port.onDisconnect.addListener(() => {
    open = false;
    adding.cancel();
  });
  /** @param {unknown} message */
  const serve = (message) => {
    // One transfer for each port.
    port.onMessage.removeListener(serve);
    host.retain();
    answer(message).catch((error) => ({ error: describe(error) })).then((result) => {
      if (result !== undefined) report(result);
      host.release();
    });
  };
  port.onMessage.addListener(serve);
}
