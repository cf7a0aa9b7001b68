/**
 * @file Brings the page script's second part into a document that has use for it (page/second-part.js expects it there).
 * May be imported by background/broker.js only.
 */

/**
 * @param {number} tabId
 * @param {string} documentId
 * @returns {Promise<boolean>} false: the document has gone, or the browser lets no extension into it
 */
export async function bringSecondPart(tabId, documentId) {
  try {
    await chrome.scripting.executeScript({
      target: { tabId, documentIds: [documentId] }, world: 'MAIN', files: ['second.js'], injectImmediately: true,
    });
    return true;
  } catch {
    return false;
  }
}
