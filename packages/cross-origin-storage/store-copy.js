/** @file The copy of a download that goes into Cross-Origin Storage beside its use. */

/** Pieces this large wait as Blobs, which the browser may keep on its disk. */
const PIECE = 8 << 20;

/**
 * Takes pieces as they arrive, at any pace, and writes them at the store's pace. Whoever uses the download never waits
 * for the store: what is not written yet is out of the page's memory but for one piece. An error of the store ends the
 * copy and nothing else.
 */
export class StoreCopy {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  #fresh = [];
  #freshSize = 0;
  /** @type {Blob[]} */
  #waiting = [];
  /** @type {'open' | 'complete' | 'abandoned'} */
  #state = 'open';
  /** @type {unknown} */
  #reason;
  #wake = () => {};

  /**
   * @param {() => Promise<FileSystemWritableFileStream>} open
   * @param {(error?: unknown) => void} onend
   */
  constructor(open, onend) {
    this.#run(open).then(() => onend(), (error) => {
      this.#drop(error);
      onend(error);
    });
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  add(bytes) {
    if (this.#state !== 'open') return;
    // The page may transfer or overwrite the piece that it gets.
    this.#fresh.push(bytes.slice());
    this.#freshSize += bytes.length;
    if (this.#freshSize >= PIECE) this.#seal();
    this.#wake();
  }

  /** All has been added: the store may verify it. */
  complete() {
    if (this.#state !== 'open') return;
    this.#state = 'complete';
    this.#wake();
  }

  /** The download failed or is not wanted any more. @param {unknown} reason */
  abandon(reason) {
    if (this.#state !== 'open') return;
    this.#drop(reason);
    this.#wake();
  }

  /** @param {unknown} reason */
  #drop(reason) {
    this.#state = 'abandoned';
    this.#reason = reason;
    this.#fresh = [];
    this.#waiting = [];
  }

  #seal() {
    if (this.#freshSize === 0) return;
    this.#waiting.push(new Blob(this.#fresh));
    this.#fresh = [];
    this.#freshSize = 0;
  }

  /** @returns {Promise<Blob | null>} the next piece to write; null after the last */
  async #next() {
    while (this.#state === 'open' && this.#waiting.length === 0 && this.#fresh.length === 0) {
      await new Promise((resolve) => { this.#wake = () => resolve(undefined); });
    }
    if (this.#state === 'abandoned') throw this.#reason;
    if (this.#waiting.length === 0) this.#seal();
    return this.#waiting.shift() ?? null;
  }

  /** @param {() => Promise<FileSystemWritableFileStream>} open */
  async #run(open) {
    const writable = await open();
    try {
      for (let piece = await this.#next(); piece; piece = await this.#next()) await writable.write(piece);
    } catch (error) {
      await writable.abort(error).catch(() => {});
      throw error;
    }
    await writable.close();
  }
}
