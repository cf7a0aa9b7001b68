/**
 * @file Tells the content script when the document's markup declares something that may come from the store
 * (content/markup.js serves it from then on), and which of the document's events the browser is about to send, which that
 * may keep back. Here and not there, since most pages declare nothing: the objects for the document and its elements, which
 * the page's own scripts need anyway, would have to be made once more for the content script's world. A page that
 * says so itself is served as one that declares something. May be imported by page/main.js only.
 *
 * The parser lets a MutationObserver run at a script's end tag, before it runs the script.
 */

import { DECLARED_ATTRIBUTE, DECLARED_URL_MARK, LOADED_EVENT, MARKUP_EVENT, PARSED_EVENT } from '../shared/names.js';
import { addListener, append, dispatch, EventCtor, includes, performanceOf, removeListener, stopImmediatePropagation } from './primordials.js';
import {
  addedNodes, disconnectObserver, firstOf, hasAttribute, itemOf, MutationObserverCtor, nextOf, nodeName, nodeType, observe, ownDocument,
  readyStateOf, textOf,
} from './window-primordials.js';

/** The event meets no listener of a page that does not look for it (see channel.js). @param {string} name @returns {boolean} whether the content script took it */
const isTaken = (name) =>
  !dispatch(performanceOf(globalThis), new EventCtor(name, /** @type {any} */ ({ __proto__: null, cancelable: true })));

/**
 * Looks at the children of the head and of the body, until one declares something and the content script knows.
 * @returns {() => boolean} looks for the last time: whether the content script knows
 */
function look() {
  let declared = false;
  let served = false;
  /** @type {Node[]} style elements that the parser may not have ended */
  let open = [];

  /** @param {Node} node */
  function see(node) {
    switch (nodeName(node)) {
      case 'HTML':
      case 'HEAD':
      case 'BODY':
        watch(node);
        break;
      case 'SCRIPT':
      case 'LINK':
        // A processing instruction may be called so, too.
        declared ||= nodeType(node) === 1 && hasAttribute(node, DECLARED_ATTRIBUTE);
        break;
      case 'STYLE':
        append(open, node);
    }
  }
  /** @param {boolean} all */
  function seeStyles(all) {
    const styles = open;
    open = [];
    for (let index = 0; index < styles.length; index += 1) {
      if (!all && nextOf(styles[index]) === null) append(open, styles[index]);
      else declared ||= includes(textOf(styles[index]), DECLARED_URL_MARK);
    }
  }
  /** @param {boolean} all */
  function tell(all) {
    if (open.length > 0) seeStyles(all);
    served ||= declared && isTaken(MARKUP_EVENT);
    if (served || all) disconnectObserver(observer);
    return served;
  }
  /** @param {MutationRecord[]} records */
  function onRecords(records) {
    for (let index = 0; index < records.length; index += 1) {
      const added = addedNodes(records[index]);
      let place = 0;
      for (let node = itemOf(added, place); node !== null; node = itemOf(added, place)) {
        see(node);
        place += 1;
      }
    }
    if (readyStateOf(ownDocument) !== 'loading') seeStyles(true);
    tell(false);
  }
  const observer = new MutationObserverCtor(onRecords);
  /**
   * Children alone: to be told of every element would cost a long document a fifth of its parsing.
   * @param {Node} parent
   */
  function watch(parent) {
    observe(observer, parent, /** @type {any} */ ({ __proto__: null, childList: true }));
    // The parser was faster.
    for (let node = firstOf(parent); node !== null; node = nextOf(node)) see(node);
  }
  watch(ownDocument);
  return () => tell(true);
}

/** Must be called before any script of the page runs: a window's listeners are called in the order in which they were added. */
export function watchMarkup() {
  const end = look();
  let served = false;

  /** @param {Event} event */
  function onParsed(event) {
    if (!event.isTrusted) return;
    // Afterwards only scripts insert elements: the document must have declared something before.
    served = end();
    if (!served) removeListener(globalThis, 'load', onLoaded, /** @type {any} */ (true));
    else if (isTaken(PARSED_EVENT)) stopImmediatePropagation(event);
  }
  /** @param {Event} event */
  function onLoaded(event) {
    if (event.isTrusted && served && isTaken(LOADED_EVENT)) stopImmediatePropagation(event);
  }
  addListener(globalThis, 'DOMContentLoaded', onParsed, /** @type {any} */ (true));
  addListener(globalThis, 'load', onLoaded, /** @type {any} */ (true));
}
