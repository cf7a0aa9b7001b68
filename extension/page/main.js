/**
 * @file Entry of the page script: main world, every frame, before any script of the page.
 * Gives the page `navigator.crossOriginStorage` and holds no authority: whatever it sends, a
 * hostile page could send as well.
 */

import { openChannel } from './channel.js';
import { declareFetch } from './declared-fetch.js';
import { createHandleFactory } from './handles.js';
import { exposeManager } from './manager.js';
import { own } from './primordials.js';
import { offerReruns } from './rerun.js';
import { windowPlace } from './window-place.js';
import { wrapWorkersWith } from './workers.js';

/** @typedef {import('./channel.js').Channel} Channel */

/**
 * The page's first call also gives the API to the workers that it makes from then on; a page that
 * never calls keeps the browser's own constructor.
 * @param {Channel} channel
 */
function createWorkerEnabler(channel) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    // Answered before the call that follows it: whoever waits for that finds workers ready.
    channel.call({ op: 'workers' }, (reply) => {
      const source = own(reply, 'source');
      if (typeof source === 'string') wrapWorkersWith(channel, source, windowPlace);
      else if (own(reply, 'lost')) asked = false;
    });
  };
}

if (window.isSecureContext && typeof FileSystemFileHandle === 'function') {
  const channel = openChannel();
  exposeManager(channel, createHandleFactory(channel), createWorkerEnabler(channel));
  declareFetch(channel);
  offerReruns();
}
