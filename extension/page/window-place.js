/**
 * @file What a window's workers depend on: the document's base URL, and signs that a worker must be
 * left alone. May be imported by page/main.js only.
 */

import { getterOf, uncurry } from './primordials.js';

const { document, navigator } = globalThis;
const baseUri = getterOf(Node.prototype, 'baseURI');
const querySelector = uncurry(Document.prototype.querySelector);
const serviceWorkersOf = getterOf(Navigator.prototype, 'serviceWorker');
const ContainerPrototype = globalThis.ServiceWorkerContainer?.prototype;
const controllerOf = ContainerPrototype === undefined ? () => null : getterOf(ContainerPrototype, 'controller');

function isControlled() {
  try {
    return controllerOf(serviceWorkersOf(navigator)) !== null;
  } catch {
    // An opaque origin, which has no service workers and may not even ask.
    return true;
  }
}

/** @type {import('./workers.js').Place} */
export const windowPlace = {
  base: () => baseUri(document),
  // The background saw the policies in headers; one in markup counts as much. And which service
  // worker a script is fetched through depends on the script's URL, which a blob: script has not.
  hinders: () => isControlled() || querySelector(document, 'meta[http-equiv="content-security-policy" i]') !== null,
};
