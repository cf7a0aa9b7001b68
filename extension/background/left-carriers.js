/**
 * @file Removes from a site's file system what documents have left there that ended while a handle was being made
 * (page/second/carriers.js). Not the page script's work: to list a directory it would need a built-in that it cannot have
 * taken before the page ran. May be imported by background/broker.js only.
 */

/** A handle is made within milliseconds, where nothing else keeps its document busy. */
const WAIT_MS = 3000;

/** Runs in the content scripts' world, alone: it can use nothing of this file. @param {number} waitMs */
async function removeLeft(waitMs) {
  const wait = () => new Promise((resolve) => setTimeout(resolve, waitMs));
  // The document's own first handles come before.
  await wait();
  const root = await navigator.storage.getDirectory();
  const seen = [];
  for await (const name of root.keys()) {
    if (/^\.cos-[cr]-[0-9a-f]{32}$/.test(name)) seen.push(name);
  }
  if (seen.length === 0) return;
  await wait();
  for (const name of seen) await root.removeEntry(name, { recursive: true }).catch(() => {});
}

/**
 * When a document uses the API. Once.
 * @param {number} tabId
 * @param {string} documentId
 */
export async function removeLeftCarriers(tabId, documentId) {
  try {
    await chrome.scripting.executeScript({ target: { tabId, documentIds: [documentId] }, func: removeLeft, args: [WAIT_MS], injectImmediately: true });
  } catch {
    // The document has gone, or has no file system. Another one will come.
  }
}
