/**
 * @file The handles of all documents, by partition (see caller.js): a handle that was cloned into another document
 * comes with the id of its original. In memory only; who finds nothing here asks the normal rules. How long one partition's
 * handles are known depends on nothing that others do, or a page could count their calls.
 * May be imported by background/ only.
 */

/** @typedef {import('./handle-table.js').HeldHandle} HeldHandle */
/** @typedef {{documents: number, handles: Map<string, HeldHandle>, end: ReturnType<typeof setTimeout> | undefined}} Partition */

/** Of one partition. */
const MAX_HANDLES = 8192;
/** A page that is loaded again finds the handles that it keeps as they were. */
const LINGER_MS = 30_000;

export class HandleRegistry {
  /** @type {Map<string, Partition>} */ #partitions = new Map();

  /** A document of the partition begins. @param {string} name */
  enter(name) {
    /** @type {Partition} */
    const partition = this.#partitions.get(name) ?? { documents: 0, handles: new Map(), end: undefined };
    partition.documents += 1;
    clearTimeout(partition.end);
    this.#partitions.set(name, partition);
  }

  /** One that had begun has gone. @param {string} name */
  leave(name) {
    const partition = this.#partitions.get(name);
    if (partition === undefined) return;
    partition.documents -= 1;
    if (partition.documents === 0) partition.end = setTimeout(() => this.#partitions.delete(name), LINGER_MS);
  }

  /**
   * @param {string} id
   * @param {string} name of the partition
   * @param {HeldHandle} held the same object as in the document's table, which keeps it up to date
   */
  note(id, name, held) {
    const handles = this.#partitions.get(name)?.handles;
    if (handles === undefined) return;
    handles.set(id, held);
    if (handles.size <= MAX_HANDLES) return;
    const [oldest] = handles.keys();
    handles.delete(oldest);
  }

  /**
   * @param {string} id
   * @param {string} name of the partition: an id means nothing to any other
   * @returns {HeldHandle | undefined}
   */
  get(id, name) {
    return this.#partitions.get(name)?.handles.get(id);
  }
}
