/**
 * @file Asks a frame's parent how it embeds the frame (see content/frames.js for the other side).
 * May be imported by background/document-policy.js only.
 */

import { EMBEDDING_MS, NONCE_PREFIX } from '../shared/names.js';
import { randomHex } from './random.js';

/** @typedef {import('../content/frames.js').Embedding} Embedding */
/** @typedef {{cosFrames: import('../content/frames.js').Frames}} FrameWorld */

// These run in the content scripts' world, alone: they can use nothing of this file.
const expectNonce = (/** @type {string} */ nonce) => /** @type {FrameWorld} */ (/** @type {unknown} */ (globalThis)).cosFrames.expect(nonce);
const seenWith = (/** @type {string} */ nonce) => /** @type {FrameWorld} */ (/** @type {unknown} */ (globalThis)).cosFrames.seen(nonce);
const announce = (/** @type {string} */ message) => window.parent.postMessage(message, '*');

/**
 * @param {number} tabId
 * @param {string} parentDocumentId
 * @param {string} childDocumentId
 * @returns {Promise<Embedding | undefined>} undefined when one of the two does not answer
 */
export async function askForEmbedding(tabId, parentDocumentId, childDocumentId) {
  /** @type {PromiseWithResolvers<undefined>} */
  const { promise: tooLate, resolve } = Promise.withResolvers();
  // Other documents of the tab wait for it.
  const timer = setTimeout(resolve, EMBEDDING_MS);
  try {
    return await Promise.race([ask(tabId, parentDocumentId, childDocumentId), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {number} tabId
 * @param {string} parentDocumentId
 * @param {string} childDocumentId
 * @returns {Promise<Embedding | undefined>}
 */
async function ask(tabId, parentDocumentId, childDocumentId) {
  const nonce = randomHex(16);
  const parent = { target: { tabId, documentIds: [parentDocumentId] }, injectImmediately: true };
  const child = { target: { tabId, documentIds: [childDocumentId] }, injectImmediately: true };
  try {
    await chrome.scripting.executeScript({ ...parent, files: ['frames.js'] });
    // One after the other: a nonce that came before it is expected would reach the parent page.
    await chrome.scripting.executeScript({ ...parent, func: expectNonce, args: [nonce] });
    await chrome.scripting.executeScript({ ...child, func: announce, args: [NONCE_PREFIX + nonce] });
    const [answer] = await chrome.scripting.executeScript({ ...parent, func: seenWith, args: [nonce] });
    return isEmbedding(answer?.result) ? answer.result : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {any} answer
 * @returns {answer is Embedding}
 */
function isEmbedding(answer) {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    (answer.allow === null || typeof answer.allow === 'string') &&
    typeof answer.source === 'string' &&
    typeof answer.origin === 'string' &&
    typeof answer.framed === 'boolean'
  );
}
