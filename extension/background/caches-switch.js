/**
 * @file Gives pages `caches.crossOrigin` while the store's settings say so: its script is registered with the browser for
 * as long, and pages without it carry nothing of it. May be imported by background/main.js only.
 */

const ID = 'caches';

/** @type {Promise<void>} one change at a time */
let last = Promise.resolve();

/** @param {boolean} on */
export function offerCaches(on) {
  last = last.then(async () => {
    const registered = (await chrome.scripting.getRegisteredContentScripts({ ids: [ID] })).length > 0;
    if (registered === on) return;
    if (!on) await chrome.scripting.unregisterContentScripts({ ids: [ID] });
    else {
      await chrome.scripting.registerContentScripts([{
        id: ID, js: ['caches.js'], matches: ['<all_urls>'], world: 'MAIN', runAt: 'document_start', allFrames: true, matchOriginAsFallback: true,
      }]);
    }
  }).catch((error) => console.error('cos: caches.crossOrigin could not be switched', error));
  return last;
}
