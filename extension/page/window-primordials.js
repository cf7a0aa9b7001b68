/**
 * @file The built-ins of windows alone (see primordials.js). May be imported by page/ only, not by what workers use.
 */

import { getterOf, uncurry } from './primordials.js';

export const { document: ownDocument, navigator: ownNavigator } = globalThis;
export const baseUri = getterOf(Node.prototype, 'baseURI');
export const querySelector = uncurry(Document.prototype.querySelector);
export const serviceWorkersOf = getterOf(Navigator.prototype, 'serviceWorker');
const ContainerPrototype = globalThis.ServiceWorkerContainer?.prototype;
export const controllerOf = ContainerPrototype === undefined ? () => null : getterOf(ContainerPrototype, 'controller');

export const eventTarget = getterOf(Event.prototype, 'target');
export const eventDetail = getterOf(CustomEvent.prototype, 'detail');
export const nodeName = getterOf(Node.prototype, 'nodeName');
export const nodeType = getterOf(Node.prototype, 'nodeType');
export const parentOf = getterOf(Node.prototype, 'parentNode');
export const nextOf = getterOf(Node.prototype, 'nextSibling');
export const insertBefore = uncurry(Node.prototype.insertBefore);
export const removeChild = uncurry(Node.prototype.removeChild);
export const getAttribute = uncurry(Element.prototype.getAttribute);
export const hasAttribute = uncurry(Element.prototype.hasAttribute);
export const setAttribute = uncurry(Element.prototype.setAttribute);
export const createRange = uncurry(Document.prototype.createRange);
export const { write, writeln } = /** @type {any} */ (Document.prototype);
export const toFragment = uncurry(Range.prototype.createContextualFragment);

export const { MutationObserver: MutationObserverCtor } = globalThis;
export const observe = uncurry(MutationObserverCtor.prototype.observe);
export const disconnectObserver = uncurry(MutationObserverCtor.prototype.disconnect);
export const addedNodes = getterOf(MutationRecord.prototype, 'addedNodes');
export const itemOf = uncurry(NodeList.prototype.item);
export const firstOf = getterOf(Node.prototype, 'firstChild');
export const textOf = getterOf(Node.prototype, 'textContent');
export const readyStateOf = getterOf(Document.prototype, 'readyState');
