/**
 * @file What a window's workers depend on: the document's base URL, and signs that a worker must be
 * left alone. May be imported by page/main.js only.
 */

import { getterOf, uncurry } from './primordials.js';

const { document, navigator } = globalThis;
const baseUri = getterOf(Node.prototype, 'baseURI');
const querySelector = uncurry(Document.prototype.querySelector);
const { serviceWorker } = navigator;
const controllerOf = getterOf(ServiceWorkerContainer.prototype, 'controller');

/** @type {import('./workers.js').Place} */
export const windowPlace = {
  base: () => baseUri(document),
  // The background saw the policies in headers; one in markup counts as much. And which service
  // worker a script is fetched through depends on the script's URL, which a blob: script has not.
  hinders: () =>
    controllerOf(serviceWorker) !== null || querySelector(document, 'meta[http-equiv="content-security-policy" i]') !== null,
};
