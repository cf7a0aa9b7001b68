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
 * Is this a page of the extension itself, such as the popup?
 * @param {chrome.runtime.MessageSender} sender
 */
export function isOwnPage(sender) {
  return sender.id === chrome.runtime.id && sender.origin === new URL(chrome.runtime.getURL('')).origin;
}
