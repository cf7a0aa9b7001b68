/**
 * @file Decides for a document, from what the browser says about it and its ancestors, whether it
 * may use the API, and with which ceiling. Fails closed for a document within a page of another
 * origin, and open only for a top-level document (or a frame of its own origin) without a header.
 * May be imported by background/ only.
 */

import { hasNoResponse } from './document-records.js';
import { askForEmbedding } from './embedding.js';
import { isEnabled, isTrustworthyOrigin } from './permissions-policy.js';

/** @typedef {import('./document-records.js').DocumentRecord} DocumentRecord */
/** @typedef {import('./permissions-policy.js').Link} Link */
/** @typedef {import('./identity.js').Identity} Identity */

/**
 * @typedef {{allowed: false} | {allowed: true, topLevelOrigin: string, ceiling: string | null, workers: boolean}} Verdict
 *   `workers`: whether its workers may be given the API
 * @typedef {{documentId: string, url: string, parentDocumentId: string | null, record: DocumentRecord | undefined}} Step
 */

/** Deeper nesting than this is no page but an attempt to keep the service worker busy. */
const MAX_DEPTH = 32;

const DENIED = /** @type {const} */ ({ allowed: false });

/**
 * @param {import('./document-records.js').DocumentRecords} records
 * @param {string} documentId
 * @returns {Promise<Step | undefined>}
 */
async function stepOf(records, documentId) {
  const record = await records.get(documentId);
  const frame = await chrome.webNavigation.getFrame({ documentId }).catch(() => null);
  if (frame !== null && frame !== undefined) {
    const { frameType, parentDocumentId = null, url } = frame;
    if (frameType === 'fenced_frame' || (frameType === 'sub_frame' && parentDocumentId === null)) return undefined;
    return { documentId, url, parentDocumentId, record };
  }
  // The browser does not tell of top-level blob: documents; their navigation was seen, though.
  return record && { documentId, url: record.url, parentDocumentId: record.parentDocumentId, record };
}

/**
 * @param {import('./document-records.js').DocumentRecords} records
 * @param {Identity} identity
 * @returns {Promise<Step[] | undefined>} from the top-level document to the calling one
 */
async function stepsTo(records, identity) {
  /** @type {Step[]} */
  const steps = [];
  /** @type {string | null} */
  let documentId = identity.documentId;
  while (documentId !== null) {
    /** @type {Step | undefined} */
    let step = await stepOf(records, documentId);
    if (step === undefined && steps.length === 0 && identity.frameId === 0) {
      step = { documentId, url: identity.url, parentDocumentId: null, record: undefined };
    }
    if (step === undefined || steps.length === MAX_DEPTH) return undefined;
    steps.unshift(step);
    documentId = step.parentDocumentId;
  }
  // The headers of a frame that was forgotten might have forbidden it.
  const forgotten = steps[0].record?.crowded === true && steps.some(({ url, record }) => record === undefined && !hasNoResponse(url));
  return forgotten ? undefined : steps;
}

/**
 * @param {Step} step
 * @param {string | undefined} reported by the document's own content script
 * @param {string} parentOrigin
 */
function originOf(step, reported, parentOrigin) {
  if (reported === 'null') return 'null';
  if (hasNoResponse(step.url)) return reported ?? parentOrigin;
  // The browser's word counts for documents that have a URL of their own.
  return new URL(step.url).origin;
}

/**
 * Asks about at most so many documents of one tab at a time: the questions to a page of a thousand frames
 * would else be answered too late, each waiting for all others. A page about which nothing is asked waits for none of its frames.
 */
const AT_A_TIME = 8;
/** @type {Map<number, {running: number, waiting: (() => void)[]}>} */
const queues = new Map();

/**
 * @template T
 * @param {number} tabId
 * @param {() => Promise<T>} ask
 * @returns {Promise<T>}
 */
async function inTurn(tabId, ask) {
  const queue = queues.get(tabId) ?? { running: 0, waiting: [] };
  queues.set(tabId, queue);
  if (queue.running < AT_A_TIME) queue.running += 1;
  else await new Promise((resolve) => queue.waiting.push(() => resolve(undefined)));
  try {
    return await ask();
  } finally {
    const next = queue.waiting.shift();
    if (next !== undefined) next();
    else queue.running -= 1;
    if (queue.running === 0) queues.delete(tabId);
  }
}

/**
 * @param {Step[]} steps
 * @param {Identity} identity
 * @returns {Promise<Link[]>}
 */
async function linksOf(steps, identity) {
  const ask = () => Promise.all(
    steps.slice(1).map((step, index) => askForEmbedding(identity.tabId, steps[index].documentId, step.documentId)),
  );
  const embeddings = steps.length > 1 ? await inTurn(identity.tabId, ask) : [];
  /** @type {Link[]} */
  const links = [];
  steps.forEach((step, index) => {
    const last = index === steps.length - 1;
    const parentOrigin = links[index - 1]?.origin ?? 'null';
    const embedding = index === 0 ? undefined : embeddings[index - 1];
    links.push({
      origin: last ? identity.origin : originOf(step, embeddings[index]?.origin, parentOrigin),
      declared: step.record?.policy ?? null,
      allow: embedding?.framed ? embedding.allow : null,
      source: embedding?.framed ? embedding.source : 'null',
    });
  });
  return links;
}

/**
 * Policy and ceiling of a top-level about:blank or blob: document are those of who made it.
 * @param {Step} top
 * @param {Link} link
 */
function inherit(top, link) {
  const inherited = top.record?.inherited ?? null;
  if (inherited === null || inherited.origin !== link.origin) return null;
  link.declared = inherited.policy;
  return inherited.ceiling;
}

/**
 * The ceiling of the nearest document with a response of its own, as long as the origin stays the same.
 * @param {Step[]} steps
 * @param {Link[]} links
 * @param {string | null} inheritedCeiling
 */
function ceilingOf(steps, links, inheritedCeiling) {
  const { origin } = links[links.length - 1];
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    if (links[index].origin !== origin) return null;
    if (!hasNoResponse(steps[index].url)) return steps[index].record?.ceiling ?? null;
  }
  return inheritedCeiling;
}

/**
 * @param {import('./document-records.js').DocumentRecords} records
 * @param {Identity} identity
 * @returns {Promise<Verdict>}
 */
export async function judgeDocument(records, identity) {
  if (!isTrustworthyOrigin(identity.origin)) return DENIED;
  const steps = await stepsTo(records, identity);
  if (steps === undefined) return DENIED;
  const links = await linksOf(steps, identity);
  if (!links.every(({ origin }) => origin === 'null' || isTrustworthyOrigin(origin))) return DENIED;
  const inheritedCeiling = hasNoResponse(steps[0].url) ? inherit(steps[0], links[0]) : null;
  const crossOrigin = links.some(({ origin }) => origin !== identity.origin);
  const unseen = steps.some(({ url, record }) => !hasNoResponse(url) && !record?.seen);
  // A header that was not seen might have forbidden exactly this frame.
  if ((crossOrigin && unseen) || !isEnabled(links)) return DENIED;
  return {
    allowed: true,
    topLevelOrigin: links[0].origin,
    ceiling: ceilingOf(steps, links, inheritedCeiling),
    // A document without a response of its own inherits policies that are not followed up here.
    workers: steps[steps.length - 1].record?.workers === true,
  };
}
