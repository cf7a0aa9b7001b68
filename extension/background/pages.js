/**
 * @file What is known of the pages of each tab: a page is a top-level document with its frames. One that comes back from
 * the back/forward cache is as it was, and one that is prerendered is not yet what its tab shows. May be imported by
 * background/ only.
 */

/** @typedef {{tab: number, page: string, document: string}} Place where a document is; `page` is its top-level document's id */

/** More than the back/forward cache and prerendering keep of one tab. */
const MOST_PAGES = 10;

/** @param {string} documentId */
async function parentOf(documentId) {
  const frame = await chrome.webNavigation.getFrame({ documentId }).catch(() => null);
  return frame?.parentDocumentId;
}

/** @param {import('./identity.js').Identity} identity @returns {Promise<Place>} */
export async function placeOf({ tabId: tab, frameId, documentId: document }) {
  let page = document;
  // A prerendered page has another number than the one in front.
  if (frameId !== 0) {
    for (let parent = await parentOf(page); parent !== undefined; parent = await parentOf(page)) page = parent;
  }
  return { tab, page, document };
}

/** Which page each tab shows. */
export class FrontPages {
  /** @type {Map<number, string>} */ #pages = new Map();

  /** @param {number} tab @param {string} page */
  show(tab, page) {
    this.#pages.set(tab, page);
  }

  /** @param {number} tab */
  forget(tab) {
    this.#pages.delete(tab);
  }

  /** @param {number} tab @returns {Promise<string>} empty: nobody knows */
  async of(tab) {
    // A service worker that was stopped meanwhile has not seen it come.
    return this.#pages.get(tab) ?? (await chrome.webNavigation.getFrame({ tabId: tab, frameId: 0 }).catch(() => null))?.documentId ?? '';
  }
}

/**
 * Keeps something of each page, for the browser's session.
 * @template State
 */
export class PageStates {
  #session;
  #name;
  #form;
  /** The pages that changed last are last. @type {Map<number, Promise<Map<string, State>>>} */ #tabs = new Map();
  /** @type {Set<number>} tabs not yet written */ #changed = new Set();

  /**
   * @param {chrome.storage.StorageArea | null} session null in a private window, which writes nothing down
   * @param {string} name
   * @param {{read: (kept: any) => State, write: (state: State) => unknown}} form `read` makes an empty one of `undefined`
   */
  constructor(session, name, form) {
    this.#session = session;
    this.#name = name;
    this.#form = form;
  }

  /** @param {number} tab @param {string} page @returns {Promise<State>} not to be changed */
  async of(tab, page) {
    return (await this.#pagesOf(tab)).get(page) ?? this.#form.read(undefined);
  }

  /** @param {number} tab @param {string} page @returns {Promise<State>} to be changed at once */
  async changing(tab, page) {
    const pages = await this.#pagesOf(tab);
    const state = pages.get(page) ?? this.#form.read(undefined);
    pages.delete(page);
    pages.set(page, state);
    for (const oldest of pages.keys()) {
      if (pages.size <= MOST_PAGES) break;
      pages.delete(oldest);
    }
    this.#changed.add(tab);
    return state;
  }

  /** @param {number} tab */
  forget(tab) {
    this.#tabs.delete(tab);
    this.#changed.delete(tab);
    void this.#session?.remove(this.#keyOf(tab));
  }

  /** Writes what has changed. Of what found no room, the next change tries again. */
  async flush() {
    const tabs = [...this.#changed];
    this.#changed.clear();
    for (const tab of tabs) {
      const pages = await this.#tabs.get(tab);
      if (pages === undefined) continue;
      const kept = [...pages].map(([page, state]) => [page, this.#form.write(state)]);
      // By itself: no tab is lost because another one is too large.
      await this.#session?.set({ [this.#keyOf(tab)]: kept }).catch(() => this.#changed.add(tab));
    }
  }

  /** @param {number} tab */
  #keyOf(tab) {
    return `${this.#name}:${tab}`;
  }

  /** @param {number} tab */
  #pagesOf(tab) {
    let pages = this.#tabs.get(tab);
    if (pages === undefined) this.#tabs.set(tab, (pages = this.#remembered(tab)));
    return pages;
  }

  /** A service worker that was stopped meanwhile knows from the session's storage. @param {number} tab */
  async #remembered(tab) {
    const key = this.#keyOf(tab);
    const { [key]: kept = [] } = /** @type {any} */ ((await this.#session?.get(key)) ?? {});
    return new Map(/** @type {[string, unknown][]} */ (kept).map(([page, state]) => [page, this.#form.read(state)]));
  }
}
