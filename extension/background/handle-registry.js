/**
 * @file The handles of all documents, by origin: a handle that was cloned into another document
 * comes with the id of its original. In memory only; who finds nothing here asks the normal rules.
 * May be imported by background/ only.
 */

/** @typedef {import('./handle-table.js').HeldHandle} HeldHandle */

const MAX_RECORDS = 8192;

export class HandleRegistry {
  /** @type {Map<string, {origin: string, held: HeldHandle}>} */ #records = new Map();

  /**
   * @param {string} id
   * @param {string} origin
   * @param {HeldHandle} held the same object as in the document's table, which keeps it up to date
   */
  note(id, origin, held) {
    this.#records.set(id, { origin, held });
    if (this.#records.size <= MAX_RECORDS) return;
    const [oldest] = this.#records.keys();
    this.#records.delete(oldest);
  }

  /**
   * @param {string} id
   * @param {string} origin an id means nothing to any other
   * @returns {HeldHandle | undefined}
   */
  get(id, origin) {
    const record = this.#records.get(id);
    return record?.origin === origin ? record.held : undefined;
  }
}
