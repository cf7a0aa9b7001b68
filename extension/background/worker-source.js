/**
 * @file The script that gives the API to a worker. Read from the extension's own files when a page
 * first has use for it, so that the many pages without one need not carry it.
 * May be imported by background/broker.js only.
 */

/** @type {Promise<string | null> | null} */
let source = null;

/** @returns {Promise<string | null>} null: it could not be read, and workers stay as they are */
export function workerSource() {
  source ??= fetch(chrome.runtime.getURL('worker.js'))
    .then((response) => response.text())
    .catch((error) => {
      console.error('cos: the script for workers could not be read', error);
      return null;
    });
  return source;
}
