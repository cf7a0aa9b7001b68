/**
 * @file What a window's workers depend on: the document's base URL, and signs that a worker must be
 * left alone. May be imported by second/main.js only.
 */

import { baseUri, controllerOf, ownDocument, ownNavigator, querySelector, serviceWorkersOf } from '../window-primordials.js';

function isControlled() {
  try {
    return controllerOf(serviceWorkersOf(ownNavigator)) !== null;
  } catch {
    // An opaque origin, which has no service workers and may not even ask.
    return true;
  }
}

/** @type {import('./workers.js').Place} */
export const windowPlace = {
  base: () => baseUri(ownDocument),
  // The background saw the policies in headers; one in markup counts as much. And which service
  // worker a script is fetched through depends on the script's URL, which a blob: script has not.
  hinders: () => isControlled() || querySelector(ownDocument, 'meta[http-equiv="content-security-policy" i]') !== null,
};
