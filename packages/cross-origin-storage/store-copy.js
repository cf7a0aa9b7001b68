/** @file The copy of a download that goes into Cross-Origin Storage beside its use. */

/** Pieces this large wait as Blobs, which the browser may keep on its disk. */
const PIECE = 8 << 20;

/** A store lets an origin write so many files at a time, and others of its pages write, too. */
const MOST_OPEN = 16;

/** A download that has not all its bytes may never have them: those that do always find a place. */
const MOST_UNFINISHED = 8;

/**
 * Takes pieces as they arrive, at any pace, and writes them at the store's pace. Whoever uses the download never waits
 * for the store: what is not written yet is out of the page's memory but for one piece. An error of the store ends the
 * copy and nothing else.
 */
export class StoreCopy {
  static #open = 0;
  static #unfinished = 0;
  /** In the order in which they came. @type {Set<StoreCopy>} */
  static #outside = new Set();

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
   * @param {() => Promise<FileSystemFileHandle>} ask for a handle to write through
   * @param {(error?: unknown) => void} onend
   */
  constructor(ask, onend) {
    this.#run(ask).then(() => onend(), (error) => {
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
    this.#seal();
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

  get #isEmpty() {
    return this.#waiting.length === 0 && this.#fresh.length === 0;
  }

  /** Until something was added or has ended, or another copy has ended. */
  #change() {
    return new Promise((resolve) => { this.#wake = () => resolve(undefined); });
  }

  /** @returns {Promise<Blob | null>} the next piece to write; null after the last */
  async #next() {
    while (this.#state === 'open' && this.#isEmpty) await this.#change();
    if (this.#state === 'abandoned') throw this.#reason;
    if (this.#waiting.length === 0) this.#seal();
    return this.#waiting.shift() ?? null;
  }

  get #mayEnter() {
    if (StoreCopy.#open >= MOST_OPEN) return false;
    return this.#state !== 'open' || (!this.#isEmpty && StoreCopy.#unfinished < MOST_UNFINISHED);
  }

  /** Waits for a place among the copies that are written. @returns {Promise<() => void>} gives it back */
  async #enter() {
    StoreCopy.#outside.add(this);
    while (this.#state !== 'abandoned' && !this.#mayEnter) await this.#change();
    StoreCopy.#outside.delete(this);
    if (this.#state === 'abandoned') throw this.#reason;
    const unfinished = this.#state === 'open' ? 1 : 0;
    StoreCopy.#open += 1;
    StoreCopy.#unfinished += unfinished;
    return () => {
      StoreCopy.#open -= 1;
      StoreCopy.#unfinished -= unfinished;
      for (const copy of StoreCopy.#outside) copy.#wake();
    };
  }

  /** @param {() => Promise<FileSystemFileHandle>} ask */
  async #run(ask) {
    const handle = await ask();
    const leave = await this.#enter();
    try {
      await this.#write(await handle.createWritable());
    } finally {
      leave();
    }
  }

  /** @param {FileSystemWritableFileStream} writable */
  async #write(writable) {
    try {
      for (let piece = await this.#next(); piece; piece = await this.#next()) await writable.write(piece);
    } catch (error) {
      await writable.abort(error).catch(() => {});
      throw error;
    }
    await writable.close();
  }
}
