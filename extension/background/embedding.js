/**
 * @file Asks a frame's parent how it embeds the frame (see content/frames.js for the other side).
 * May be imported by background/document-policy.js only.
 */

import { randomHex } from './random.js';

/** @typedef {import('../content/frames.js').Embedding} Embedding */

/**
 * @param {number} tabId
 * @param {string} parentDocumentId
 * @param {string} childDocumentId
 * @returns {Promise<Embedding | undefined>} undefined when one of the two does not answer
 */
export async function askForEmbedding(tabId, parentDocumentId, childDocumentId) {
  const nonce = randomHex(16);
  /** @param {string} ask @param {string} documentId */
  const send = (ask, documentId) => chrome.tabs.sendMessage(tabId, { ask, nonce }, { documentId });
  try {
    // One after the other: a nonce that came before it is expected would reach the parent page.
    await send('expect', parentDocumentId);
    await send('announce', childDocumentId);
    const answer = await send('embedding', parentDocumentId);
    return isEmbedding(answer) ? answer : undefined;
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
