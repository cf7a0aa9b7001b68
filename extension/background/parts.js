/**
 * @file Brings into a document what it has use for and most have not: the page script's second part (page/second-part.js
 * expects it there), and the content script's part for declared resources (content/script-order.js uses it).
 * May be imported by background/broker.js only.
 */

const PATIENCE_MS = 2000;

/**
 * @param {number} tabId
 * @param {string} documentId
 * @param {'MAIN' | 'ISOLATED'} world
 * @param {string} file
 * @returns {Promise<boolean>} false: the document has gone, or the browser lets no extension into it
 */
async function bring(tabId, documentId, world, file) {
  try {
    await chrome.scripting.executeScript({ target: { tabId, documentIds: [documentId] }, world, files: [file], injectImmediately: true });
    return true;
  } catch {
    return false;
  }
}

/** @param {number} tabId @param {string} documentId */
export const bringSecondPart = (tabId, documentId) => bring(tabId, documentId, 'MAIN', 'second.js');

/** The scripts of a document wait for it: when the browser does not answer, they run without. @param {number} tabId @param {string} documentId */
export const bringDeclaredPart = (tabId, documentId) => Promise.race([
  bring(tabId, documentId, 'ISOLATED', 'declared.js'), new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS, false); }),
]);
