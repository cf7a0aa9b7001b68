/**
 * @file Keeps for a private window what chrome.storage.session keeps for an ordinary one, as far as document-records.js uses
 * it. That area is shared by both. A database of this origin is the private windows' own, in memory, and goes with the last
 * of them. May be imported by background/main.js only.
 */

const NAME = 'private';
const STORE = 'items';

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
const resultOf = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @returns {Promise<IDBDatabase>} */
function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return resultOf(request);
}

export class PrivateArea {
  #database = open();

  /** @param {string | null} wanted null: all @returns {Promise<Record<string, any>>} */
  async get(wanted) {
    if (wanted !== null) return { [wanted]: await resultOf((await this.#items('readonly')).get(wanted)) };
    const items = await this.#items('readonly');
    const [keys, values] = await Promise.all([resultOf(items.getAllKeys()), resultOf(items.getAll())]);
    return Object.fromEntries(keys.map((key, index) => [String(key), values[index]]));
  }

  /** @param {Record<string, unknown>} given */
  async set(given) {
    const items = await this.#items('readwrite');
    await Promise.all(Object.entries(given).map(([key, value]) => resultOf(items.put(value, key))));
  }

  /** @param {string} key */
  async remove(key) {
    await resultOf((await this.#items('readwrite')).delete(key));
  }

  /** @param {IDBTransactionMode} mode */
  async #items(mode) {
    return (await this.#database).transaction(STORE, mode).objectStore(STORE);
  }
}
