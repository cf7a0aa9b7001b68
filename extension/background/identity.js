/**
 * @file Who is calling: from the browser's description of a port's other end, and from nothing
 * else. No message of a page may reach this file. May be imported by background/ only.
 */

/**
 * @typedef {object} Identity
 * @property {string} origin serialized; "null" for an opaque one
 * @property {string} url
 * @property {string} documentId
 * @property {number} frameId
 * @property {number} tabId
 */

/**
 * @param {chrome.runtime.MessageSender | undefined} sender
 * @returns {Identity | undefined} undefined for what is no document in a tab
 */
export function identify(sender) {
  if (sender === undefined || sender.id !== chrome.runtime.id) return undefined;
  const { origin, url, documentId, frameId, tab } = sender;
  if (origin === undefined || documentId === undefined || frameId === undefined || tab?.id === undefined) {
    return undefined;
  }
  return { origin, url: url ?? '', documentId, frameId, tabId: tab.id };
}

/**
 * Is this one of the extension's own pages for the user (ui/), which may see and change the whole store? A content script
 * has the extension's id too; its url and origin are its page's, by the browser's word.
 * @param {chrome.runtime.MessageSender | undefined} sender
 */
export function isUserInterface(sender) {
  if (sender?.id !== chrome.runtime.id || sender.url === undefined) return false;
  const own = chrome.runtime.getURL('');
  return `${sender.origin}/` === own && sender.url.startsWith(`${own}ui/`);
}
