/**
 * @file The handles of all documents, by partition (see caller.js): a handle that was cloned into another document
 * comes with the id of its original. In memory only; who finds nothing here asks the normal rules.
 * May be imported by background/ only.
 */

/** @typedef {import('./handle-table.js').HeldHandle} HeldHandle */

const MAX_RECORDS = 8192;

export class HandleRegistry {
  /** @type {Map<string, {partition: string, held: HeldHandle}>} */ #records = new Map();

  /**
   * @param {string} id
   * @param {string} partition
   * @param {HeldHandle} held the same object as in the document's table, which keeps it up to date
   */
  note(id, partition, held) {
    this.#records.set(id, { partition, held });
    if (this.#records.size <= MAX_RECORDS) return;
    const [oldest] = this.#records.keys();
    this.#records.delete(oldest);
  }

  /**
   * @param {string} id
   * @param {string} partition an id means nothing to any other
   * @returns {HeldHandle | undefined}
   */
  get(id, partition) {
    const record = this.#records.get(id);
    return record?.partition === partition ? record.held : undefined;
  }
}
