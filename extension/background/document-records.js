/**
 * @file What the browser's own record of each document's response said: the allowlist of its
 * Permissions-Policy header and the raw Cross-Origin-Storage-Allow-Origin header (the ceiling).
 * A page can fake neither. Kept in memory outside of the service worker too, so that one that was
 * stopped and started still knows them.
 *
 * webRequest shows the headers without a document id; webNavigation.onCommitted, which follows,
 * has the id. Both carry tab and frame, and the URL must agree: a download or a 204 between them
 * must not lend its headers to another document. May be imported by background/ only.
 */

import { judgeMarkup, UNKNOWN_MARKUP } from './markup-policy.js';
import { parseHeader } from './permissions-policy.js';
import { leavesWorkersFree } from './worker-policy.js';

/**
 * @typedef {object} DocumentRecord
 * @property {number} tabId
 * @property {string} url no more of it than is needed: see shortened()
 * @property {string | null} parentDocumentId
 * @property {Inherited | null} inherited by a top-level document without a response of its own
 * @property {boolean} seen whether its response was seen; one that a service worker of the site gave is not
 * @property {import('./permissions-policy.js').Allowlist | null} policy
 * @property {string | null} ceiling
 * @property {string | null} [topDocumentId] of its page; its own id for a top-level document
 * @property {boolean} [crowded] of a top-level document: records of its frames had to be forgotten
 * @property {boolean} [workers] whether no policy of its response concerns how its workers are started
 * @property {import('./markup-policy.js').MarkupPolicy} [markup] how what its markup declares may be served
 */

/**
 * @typedef {{url: string, policy: DocumentRecord['policy'], ceiling: string | null, workers: boolean,
 *   markup: import('./markup-policy.js').MarkupPolicy}} PendingHeaders `url` without fragment
 */
/** @typedef {{headers: PendingHeaders[], page: boolean, size: number}} Pending what a frame may be about to show; `size` in characters */
/**
 * @typedef {object} Area
 * @property {(key: string | null) => Promise<Record<string, any>>} get null: all
 * @property {(items: Record<string, unknown>) => Promise<void>} set
 * @property {(key: string) => Promise<void>} remove
 */

/** @typedef {{origin: string, policy: DocumentRecord['policy'], ceiling: string | null}} Inherited what a document of that origin said */

/**
 * Frames of one tab; beyond, the oldest are forgotten, and their page is marked, so that none of them gets
 * more than it had. A top-level document keeps its record, whatever its frames do.
 */
const MAX_FRAMES_PER_TAB = 400;
/** More than the back/forward cache keeps. */
const MAX_PAGES_PER_TAB = 50;
const MAX_PENDING_PER_FRAME = 4;
/**
 * Responses of one tab that may be about to be shown: those that never are (downloads, frames that were removed) are
 * not told of. The oldest frames are forgotten, as their records are; pages as long as there are fewer than the browser prerenders.
 */
const MAX_PENDING_FRAMES = 200;
const MAX_PENDING_PAGES = 20;
const MAX_PENDING_SIZE = 4_000_000;
/** Characters of one tab's records in the room of ten million that all tabs share. */
const MAX_SAVED = 300_000;
const PREFIX = 'documents:';

/** @param {string} url */
const withoutFragment = (url) => url.split('#', 1)[0];

/** The initial document of a frame may have no address at all. @param {string} url */
export const hasNoResponse = (url) => url === '' || /^(about|blob|data|javascript):/.test(url);

/**
 * All tabs share the session's room, and an address may have megabytes.
 * @param {string} url
 * @returns {string} a URL of the same origin; of one without a response its scheme only
 */
function shortened(url) {
  if (!URL.canParse(url)) return '';
  const { origin, protocol } = new URL(url);
  return hasNoResponse(url) || origin === 'null' ? protocol : origin;
}

/**
 * @template {{policy: DocumentRecord['policy'], ceiling: string | null}} T
 * @param {T} said
 * @returns {T} without names where it had some
 */
const nameless = (said) => ({
  ...said,
  policy: said.policy && { all: false, self: false, source: false, origins: [] },
  ceiling: said.ceiling && '',
});

/** @param {DocumentRecord} record @returns {DocumentRecord} that takes little room and allows no more than the whole one */
const abridged = (record) => ({
  ...nameless(record),
  inherited: record.inherited && nameless(record.inherited),
  markup: { ...UNKNOWN_MARKUP, trusted: record.markup?.trusted ? [] : null },
});

/**
 * @param {chrome.webRequest.HttpHeader[]} headers
 * @param {string} name in lower case
 * @returns {string | null}
 */
export function joinHeader(headers, name) {
  const values = headers.filter((header) => header.name.toLowerCase() === name).map((header) => header.value ?? '');
  return values.length === 0 ? null : values.join(', ');
}

export class DocumentRecords {
  /** @type {Map<string, DocumentRecord>} */ #records = new Map();
  /** @type {Map<number, Set<string>>} */ #byTab = new Map();
  /** @type {Map<number, Map<number, Pending>>} by tab and frame */ #pending = new Map();
  /** @type {Map<number, string>} */ #current = new Map();
  /** @type {Map<number, string>} */ #openers = new Map();
  /** @type {Set<number>} tabs to be saved */ #dirty = new Set();
  #saving = false;
  #area;
  /** @type {Promise<void>} */ #loaded;

  /** @param {Area} area */
  constructor(area) {
    this.#area = area;
    this.#loaded = this.#load();
  }

  async #load() {
    for (const [key, value] of Object.entries(await this.#area.get(null))) {
      if (!key.startsWith(PREFIX)) continue;
      const { records, current } = /** @type {{records: Record<string, DocumentRecord>, current?: string}} */ (value);
      const tabId = Number(key.slice(PREFIX.length));
      for (const [id, record] of Object.entries(records)) {
        // Events may have come in before the stored state; what a response said then is newer. A document that only came
        // back then has no response but the one that was stored.
        if (!this.#records.get(id)?.seen) this.#put(id, record);
      }
      if (current !== undefined && !this.#current.has(tabId)) this.#current.set(tabId, current);
    }
  }

  /**
   * @param {string} documentId
   * @returns {Promise<DocumentRecord | undefined>}
   */
  async get(documentId) {
    await this.#loaded;
    return this.#records.get(documentId);
  }

  /** @param {{tabId: number, frameId: number, url: string, type?: string, responseHeaders?: chrome.webRequest.HttpHeader[]}} details */
  noteHeaders({ tabId, frameId, url, type, responseHeaders = [] }) {
    const frames = this.#pending.get(tabId) ?? new Map();
    this.#pending.set(tabId, frames);
    const pending = frames.get(frameId) ?? { headers: [], page: type === 'main_frame', size: 0 };
    frames.delete(frameId);
    frames.set(frameId, pending);
    const csp = joinHeader(responseHeaders, 'content-security-policy');
    const reportOnly = joinHeader(responseHeaders, 'content-security-policy-report-only');
    const policy = joinHeader(responseHeaders, 'permissions-policy');
    const ceiling = joinHeader(responseHeaders, 'cross-origin-storage-allow-origin');
    pending.headers.push({
      url: withoutFragment(url),
      policy: parseHeader(policy),
      ceiling,
      workers: leavesWorkersFree(csp, reportOnly),
      markup: judgeMarkup(csp, reportOnly),
    });
    for (const text of [url, csp, reportOnly, policy, ceiling]) pending.size += text?.length ?? 0;
    if (pending.headers.length > MAX_PENDING_PER_FRAME) pending.headers.shift();
    this.#boundPending(tabId, frames);
  }

  /** @param {number} tabId @param {Map<number, Pending>} frames */
  #boundPending(tabId, frames) {
    const sizes = { pages: 0, frames: 0, characters: 0 };
    for (const { page, size } of frames.values()) {
      sizes[page ? 'pages' : 'frames'] += 1;
      sizes.characters += size;
    }
    for (const [frameId, { page, size }] of frames) {
      const tooMany = page ? sizes.pages > MAX_PENDING_PAGES : sizes.frames > MAX_PENDING_FRAMES || sizes.characters > MAX_PENDING_SIZE;
      if (!tooMany) continue;
      frames.delete(frameId);
      sizes[page ? 'pages' : 'frames'] -= 1;
      sizes.characters -= size;
      if (!page) this.#markCrowded(tabId);
    }
  }

  /** Headers were forgotten of a frame of one of its pages. @param {number} tabId */
  #markCrowded(tabId) {
    for (const id of this.#byTab.get(tabId) ?? []) {
      const record = this.#records.get(id);
      if (record?.parentDocumentId !== null || record.crowded) continue;
      record.crowded = true;
      this.#dirty.add(tabId);
    }
    this.#saveSoon();
  }

  /** @param {{sourceTabId: number, tabId: number}} details */
  noteOpened({ sourceTabId, tabId }) {
    const opener = this.#current.get(sourceTabId);
    if (opener !== undefined) this.#openers.set(tabId, opener);
  }

  /**
   * @param {{tabId: number, frameId: number, url: string, documentId?: string, parentDocumentId?: string,
   *   parentFrameId?: number, documentLifecycle?: string}} details
   */
  noteCommitted({ tabId, frameId, url: rawUrl, documentId, parentDocumentId, parentFrameId, documentLifecycle }) {
    if (documentId === undefined) return;
    const url = withoutFragment(rawUrl);
    const headers = this.#pending.get(tabId)?.get(frameId)?.headers.findLast((pending) => pending.url === url);
    const top = parentFrameId === -1;
    const topDocumentId = top ? documentId : this.#pageOf(tabId, parentDocumentId);
    // A frame of a crowded page that comes back may be one whose headers were forgotten.
    const lost = headers === undefined && !top && !hasNoResponse(url) && this.#records.get(topDocumentId ?? '')?.crowded === true;
    // A document that comes back (back/forward cache, activated prerendering) commits again, without a response.
    if ((!this.#records.has(documentId) || headers !== undefined) && !lost) {
      this.#put(documentId, {
        tabId,
        url: shortened(url),
        parentDocumentId: parentDocumentId ?? null,
        inherited: top && hasNoResponse(url) ? this.#inheritance(tabId) : null,
        seen: headers !== undefined,
        policy: headers?.policy ?? null,
        ceiling: headers?.ceiling ?? null,
        topDocumentId,
        workers: headers?.workers ?? false,
        markup: headers?.markup ?? UNKNOWN_MARKUP,
      });
    }
    this.#pending.get(tabId)?.delete(frameId);
    // A prerendered page commits once more when it is shown.
    if (top && documentLifecycle !== 'prerender') this.#current.set(tabId, documentId);
    this.#dirty.add(tabId);
    this.#saveSoon();
  }

  /** @param {number} tabId @param {string | undefined} parentDocumentId */
  #pageOf(tabId, parentDocumentId) {
    return this.#records.get(parentDocumentId ?? '')?.topDocumentId ?? this.#current.get(tabId) ?? null;
  }

  /**
   * What a new top-level about:blank or blob: document takes over from who made it: the page it replaces,
   * else the tab's opener. Taken when it begins, since its maker may be closed before it asks for anything.
   * @param {number} tabId
   * @returns {Inherited | null}
   */
  #inheritance(tabId) {
    const maker = this.#records.get(this.#current.get(tabId) ?? this.#openers.get(tabId) ?? '');
    if (maker === undefined) return null;
    const { url, policy, ceiling, inherited } = maker;
    return hasNoResponse(url) ? inherited : { origin: new URL(url).origin, policy, ceiling };
  }

  /** @param {number} tabId */
  forgetTab(tabId) {
    for (const id of this.#byTab.get(tabId) ?? []) this.#records.delete(id);
    this.#pending.delete(tabId);
    this.#byTab.delete(tabId);
    this.#current.delete(tabId);
    this.#openers.delete(tabId);
    this.#dirty.delete(tabId);
    void this.#area.remove(PREFIX + tabId);
    // There may be room now for what could not be saved before.
    this.#saveSoon();
  }

  /** @param {string} documentId @param {DocumentRecord} record */
  #put(documentId, record) {
    const ids = this.#byTab.get(record.tabId) ?? new Set();
    this.#byTab.set(record.tabId, ids);
    ids.delete(documentId);
    ids.add(documentId);
    this.#records.set(documentId, record);
    if (ids.size > MAX_PAGES_PER_TAB) this.#makeRoom(ids);
  }

  /** @param {Set<string>} ids of one tab, oldest first */
  #makeRoom(ids) {
    const isPage = (/** @type {string} */ id) => this.#records.get(id)?.parentDocumentId === null;
    const pages = [...ids].filter(isPage);
    const frames = [...ids].filter((id) => !isPage(id));
    const tooMany = [...frames.slice(0, Math.max(0, frames.length - MAX_FRAMES_PER_TAB)), ...pages.slice(0, Math.max(0, pages.length - MAX_PAGES_PER_TAB))];
    for (const id of tooMany) {
      const page = this.#records.get(this.#records.get(id)?.topDocumentId ?? '');
      if (page !== undefined) page.crowded = true;
      ids.delete(id);
      this.#records.delete(id);
    }
  }

  /** A page with many frames commits many documents at once; they are saved together. */
  #saveSoon() {
    if (this.#saving || this.#dirty.size === 0) return;
    this.#saving = true;
    setTimeout(() => {
      this.#saving = false;
      for (const tabId of [...this.#dirty]) void this.#save(tabId);
    }, 20);
  }

  /** By itself: no tab is lost because another one is too large. @param {number} tabId */
  async #save(tabId) {
    this.#dirty.delete(tabId);
    if (await this.#write(tabId, MAX_SAVED)) return;
    // Others have filled the session's room. At least what each document may not do is to outlive the service worker.
    if (this.#byTab.has(tabId)) await this.#write(tabId, 0);
    // The next save tries again.
    if (this.#byTab.has(tabId)) this.#dirty.add(tabId);
  }

  /** @param {number} tabId @param {number} room @returns {Promise<boolean>} false: it did not find room */
  #write(tabId, room) {
    return this.#area.set({ [PREFIX + tabId]: this.#snapshot(tabId, room) }).then(() => true, () => false);
  }

  /** @param {number} tabId @param {number} room for records that are whole */
  #snapshot(tabId, room) {
    /** @type {[string, DocumentRecord][]} */
    const saved = [];
    // The newest first: a header may have a quarter of a megabyte, and each of the frames one.
    for (const id of [...(this.#byTab.get(tabId) ?? [])].reverse()) {
      const record = this.#records.get(id);
      if (record === undefined) continue;
      room -= JSON.stringify(record).length;
      saved.push([id, room > 0 ? record : abridged(record)]);
    }
    return { records: Object.fromEntries(saved.reverse()), current: this.#current.get(tabId) };
  }
}

/**
 * Must be called while the service worker's script first runs, or the browser would not wake it for these events.
 * @param {DocumentRecords} records
 */
export function observeDocuments(records) {
  chrome.webRequest.onHeadersReceived.addListener(
    (details) => {
      records.noteHeaders(details);
      return undefined;
    },
    { urls: ['<all_urls>'], types: ['main_frame', 'sub_frame'] },
    ['responseHeaders', 'extraHeaders'],
  );
  chrome.webNavigation.onCreatedNavigationTarget.addListener((details) => records.noteOpened(details));
  chrome.webNavigation.onCommitted.addListener((details) => records.noteCommitted(details));
  chrome.tabs.onRemoved.addListener((tabId) => records.forgetTab(tabId));
}
