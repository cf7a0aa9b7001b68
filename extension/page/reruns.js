/**
 * @file Lets the content script have elements of the markup loaded from another address, or run after they were held
 * back: in its own world another Content-Security-Policy than the page's would hold. Nothing is done that the page
 * could not do itself; a page that sends such an event acts on its own element. May be imported by page/main.js only.
 */

import { RERUN_EVENT } from '../shared/names.js';
import { addListener, preventDefault, stopImmediatePropagation } from './primordials.js';
import { eventDetail, eventTarget, ownDocument } from './window-primordials.js';

/**
 * Must be called before any script of the page runs.
 * @param {ReturnType<typeof import('./second-part.js').expectSecondPart>} second
 */
export function offerReruns(second) {
  addListener(window, RERUN_EVENT, (event) => {
    stopImmediatePropagation(event);
    const target = eventTarget(event);
    try {
      // On the document it only asks whether anybody listens: document.open() takes every listener away.
      if (target === ownDocument) second.bring();
      else if (second.part === undefined) return;
      else second.part.rerun(target, eventDetail(event));
      // Tells the content script that it was done.
      preventDefault(event);
    } catch {
      // Trusted Types refuse an address that is a plain string.
    }
  }, /** @type {any} */ (true));
}
