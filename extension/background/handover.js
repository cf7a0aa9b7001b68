/**
 * @file Direct hand-over: the host puts a link to an entry's bytes in the place of a marked file
 * in this extension's own file system, and the browser then backs a File with the store's own
 * bytes, copying nothing. May be imported by background/bytes.js only.
 *
 * Whether that works depends on the browser, its profile's file system and the host; a self-test
 * finds out. That it works is kept for this profile as long as the versions stay the same; that it failed only for a
 * while: a disk was full, a file busy, or the user has switched it off.
 */

import { HostError } from './host-errors.js';
import { randomHex, toHex } from './random.js';

/** @typedef {import('./host-connection.js').HostConnection} HostConnection */
/** @typedef {import('../shared/wire.js').Hash} Hash */

const MARKER_PREFIX = 'cos-handover-marker-v1:';

/** Each test writes a file, so one that failed is not repeated at each read. */
const FAILED_FOR_MS = 3_600_000;
const OFF_FOR_MS = 60_000;

/** @typedef {{key: string, works: boolean, until?: number}} TestResult `until`: ms since 1970; of a failure */

/**
 * @param {string[]} path
 * @returns {Promise<FileSystemDirectoryHandle>}
 */
async function directory(path) {
  let current = await navigator.storage.getDirectory();
  for (const name of path) current = await current.getDirectoryHandle(name, { create: true });
  return current;
}

/**
 * @param {FileSystemDirectoryHandle} parent
 * @param {string} name
 * @param {string} marker
 */
async function writeMarkedFile(parent, name, marker) {
  // An old link goes first: what is written now must be a file of its own.
  await parent.removeEntry(name).catch(() => {});
  const file = await parent.getFileHandle(name, { create: true });
  const writable = await file.createWritable();
  await writable.write(MARKER_PREFIX + marker);
  await writable.close();
}

/**
 * @param {FileSystemDirectoryHandle} parent
 * @param {string} name
 * @param {number} size
 */
async function readLinkedFile(parent, name, size) {
  const file = await (await parent.getFileHandle(name)).getFile();
  if (file.size !== size) throw new HostError({ name: 'HandoverFailed', message: 'The linked file has another size.' });
  return file;
}

/** @param {HostConnection} host */
async function selfTest(host) {
  const marker = randomHex(32);
  const parent = await directory(['selftest']);
  try {
    await writeMarkedFile(parent, marker, marker);
    const { size, sha256 } = await host.request('handover.test', { marker });
    const file = await readLinkedFile(parent, marker, size);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
    return toHex(digest) === sha256;
  } finally {
    await parent.removeEntry(marker).catch(() => {});
  }
}

/** @param {HostConnection} host @returns {Promise<'off' | 'fails' | undefined>} undefined: it works */
async function whyItFails(host) {
  try {
    return (await selfTest(host)) ? undefined : 'fails';
  } catch (error) {
    if (error instanceof HostError && error.name === 'HandoverOff') return 'off';
    if (error instanceof HostError || error instanceof DOMException) return 'fails';
    throw error;
  }
}

/** @returns {Promise<TestResult | undefined>} */
async function rememberedResult() {
  const { handover } = await chrome.storage.local.get('handover');
  return /** @type {any} */ (handover);
}

/** @param {TestResult} result */
const isOver = ({ works, until = 0 }) => !works && !(until > Date.now() && until <= Date.now() + FAILED_FOR_MS);

/** What the answer of the self-test depends on. @param {string} hostVersion */
const circumstances = (hostVersion) => `${hostVersion} ${navigator.userAgent}`;

export class Handover {
  #host;
  /** @type {TestResult | undefined} of the last test */ #result;
  /** @type {Promise<void> | null} under way */ #testing = null;
  /** The last turn of each file, by its place and hash. @type {Map<string, Promise<File>>} */ #turns = new Map();
  /** @type {Set<string>} of these, those that are over */ #ended = new Set();
  #asking = 0;

  /** @param {HostConnection} host */
  constructor(host) {
    this.#host = host;
  }

  /** @returns {Promise<'unknown' | 'works' | 'fails'>} what earlier tests found, without a new one */
  async known() {
    if (chrome.extension.inIncognitoContext) return 'unknown';
    const result = await rememberedResult();
    return result === undefined ? 'unknown' : result.works ? 'works' : 'fails';
  }

  /** @returns {Promise<boolean>} */
  async works() {
    // A private window must leave no file behind, not even a link.
    if (chrome.extension.inIncognitoContext) return false;
    const { host: version } = await this.#host.session();
    const key = circumstances(version);
    if (this.#result?.key !== key || isOver(this.#result)) {
      // Whoever asks meanwhile waits for the same test. An interrupted one says nothing; the next use tests again.
      this.#testing ??= this.#findOut(key).catch(() => {}).finally(() => { this.#testing = null; });
      await this.#testing;
    }
    return this.#result?.key === key && this.#result.works;
  }

  /** @param {string} key */
  async #findOut(key) {
    const kept = await rememberedResult();
    if (kept?.key === key && !isOver(kept)) {
      this.#result = kept;
      return;
    }
    const failed = await whyItFails(this.#host);
    if (failed === undefined) this.#result = { key, works: true };
    else this.#result = { key, works: false, until: Date.now() + (failed === 'off' ? OFF_FOR_MS : FAILED_FOR_MS) };
    // Switched off is no answer to whether it works.
    if (failed !== 'off') await chrome.storage.local.set({ handover: this.#result });
  }

  /**
   * Two documents that open one entry on pages of one site do so in turn: two marked files of one name would take each
   * other's place. Those of other sites have places of their own, and are not to feel it.
   * @param {string} handle the host's id
   * @param {Hash} hash
   * @returns {Promise<File>}
   */
  async open(handle, hash) {
    this.#asking += 1;
    try {
      const opened = await this.#ask(handle);
      const key = `${opened.place} ${hash.algorithm} ${hash.value}`;
      const last = this.#turns.get(key);
      const turn = last === undefined
        ? this.#open(handle, hash, opened)
        // What the host has said may be old by then.
        : last.then(() => {}, () => {}).then(async () => this.#open(handle, hash, await this.#ask(handle)));
      this.#turns.set(key, turn);
      this.#ended.delete(key);
      const end = () => {
        if (this.#turns.get(key) === turn) this.#ended.add(key);
        this.#forgetEnded();
      };
      turn.then(end, end);
      return turn;
    } finally {
      this.#asking -= 1;
    }
  }

  /** Whoever asks now may be told what was so before a turn that has ended meanwhile. */
  #forgetEnded() {
    if (this.#asking > 0) return;
    for (const key of this.#ended) this.#turns.delete(key);
    this.#ended.clear();
  }

  /** @param {string} handle @returns {Promise<{size: number, link: string, place: string}>} */
  async #ask(handle) {
    const opened = await this.#host.request('open', { handle, via: 'handover' });
    if (!/^[0-9a-f]{32}$/.test(opened.place)) throw new HostError({ name: 'HandoverFailed', message: 'The host named no place.' });
    return opened;
  }

  /**
   * @param {string} handle
   * @param {Hash} hash
   * @param {{size: number, link: string, place: string}} opened
   */
  async #open(handle, { algorithm, value }, { size, link, place }) {
    // A directory for each site: the time of a first read must not tell that another site has read.
    const parent = await directory(['entries', place, algorithm]);
    if (link === 'current') {
      const file = await readLinkedFile(parent, value, size).catch(() => null);
      if (file !== null) return file;
    }
    const marker = randomHex(32);
    await writeMarkedFile(parent, value, marker);
    try {
      await this.#host.request('handover', { handle, marker });
      return await readLinkedFile(parent, value, size);
    } catch (error) {
      await parent.removeEntry(value).catch(() => {});
      throw error;
    }
  }
}
