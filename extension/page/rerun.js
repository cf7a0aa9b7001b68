/**
 * @file Lets the content script have elements of the markup loaded from another address, or run after they were held
 * back: in its own world another Content-Security-Policy than the page's would hold, which runs no script of a page. So
 * this is not left to the second part: where that cannot be had, the document's scripts must run nevertheless. Nothing is
 * done that the page could not do itself; a page that sends such an event acts on its own element.
 * May be imported by page/main.js only.
 */

import { RERUN_EVENT } from '../shared/names.js';
import {
  addListener, append, apply, dataDescriptor, defineProperty, deleteProperty, getOwnPropertyDescriptor, hasOwn, preventDefault, setPrototypeOf,
  stopImmediatePropagation,
} from './primordials.js';
import {
  createRange, eventDetail, eventTarget, getAttribute, hasAttribute, insertBefore, nextOf, nodeName, ownDocument, parentOf, removeChild,
  setAttribute, toFragment, write, writeln,
} from './window-primordials.js';

/** @param {Node} node */
function insertAgain(node) {
  const parent = parentOf(node);
  const next = nextOf(node);
  if (parent === null) return;
  removeChild(parent, node);
  insertBefore(parent, node, next);
}

/**
 * @param {string} name of a method of the document, which the page may have replaced
 * @param {(...parts: unknown[]) => void} native
 * @param {(...parts: unknown[]) => void} collect
 * @returns {() => void} puts back what was there, unless the script itself has put something there
 */
function cover(name, native, collect) {
  const own = getOwnPropertyDescriptor(ownDocument, name);
  // What the page has put on Object.prototype is no part of it.
  if (own !== undefined) setPrototypeOf(own, null);
  const before = own !== undefined && hasOwn(own, 'value') && typeof own.value === 'function' ? own.value : native;
  let isOver = false;
  // The script may keep it, and call it later.
  const value = (/** @type {unknown[]} */ ...parts) => apply(isOver ? before : collect, ownDocument, parts);
  if (!defineProperty(ownDocument, name, dataDescriptor(value, own?.enumerable))) return () => {};
  return () => {
    isOver = true;
    const now = getOwnPropertyDescriptor(ownDocument, name);
    if (now === undefined || !hasOwn(now, 'value') || now.value !== value) return;
    if (own === undefined) deleteProperty(ownDocument, name);
    else defineProperty(ownDocument, name, own);
  };
}

/**
 * Inserting an inline script runs it at once. What it writes into the document goes after it: once the parser has passed,
 * document.write() would begin a new document instead, also by a function of the page's own in its place: that is not called.
 * @param {Node} script
 */
function runInline(script) {
  /** @type {string[]} */
  const written = [];
  const collect = (/** @type {string} */ end) => (/** @type {unknown[]} */ ...parts) => {
    for (let index = 0; index < parts.length; index += 1) append(written, `${parts[index]}`);
    append(written, end);
  };
  const uncoverWrite = cover('write', write, collect(''));
  const uncoverWriteln = cover('writeln', writeln, collect('\n'));
  try {
    insertAgain(script);
  } finally {
    uncoverWrite();
    uncoverWriteln();
  }
  let text = '';
  for (let index = 0; index < written.length; index += 1) text += written[index];
  const parent = parentOf(script);
  if (text !== '' && parent !== null) insertBefore(parent, toFragment(createRange(ownDocument), text), nextOf(script));
}

/**
 * @param {any} element
 * @param {string | null} url that a script or style sheet is to come from; null: run the script as it stands
 */
function rerun(element, url) {
  if (url === null) {
    if (hasAttribute(element, 'src')) insertAgain(element);
    else runInline(element);
    return;
  }
  const isScript = nodeName(element) === 'SCRIPT';
  const declared = isScript ? getAttribute(element, 'src') : null;
  setAttribute(element, isScript ? 'src' : 'href', url);
  // A script that has begun to load keeps its address whatever its attribute says; pages look at it to learn where they come from.
  if (declared !== null) setAttribute(element, 'src', declared);
}

/** Must be called before any script of the page runs. */
export function offerReruns() {
  addListener(window, RERUN_EVENT, (event) => {
    stopImmediatePropagation(event);
    const target = eventTarget(event);
    try {
      // On the document it only asks whether anybody listens: document.open() takes every listener away.
      if (target !== ownDocument) rerun(target, eventDetail(event));
      // Tells the content script that it was done.
      preventDefault(event);
    } catch {
      // Trusted Types refuse an address that is a plain string.
    }
  }, /** @type {any} */ (true));
}
