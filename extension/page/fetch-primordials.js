/**
 * @file The built-ins of fetching (see primordials.js). May be imported by page/ only.
 */

import { getterOf, uncurry } from './primordials.js';

export const {
  Request: RequestCtor, Response: ResponseCtor, Headers: HeadersCtor, origin: ownOrigin, setTimeout: startTimer,
} = globalThis;
export const responsePrototype = ResponseCtor.prototype;

export const requestMethod = getterOf(RequestCtor.prototype, 'method');
export const requestMode = getterOf(RequestCtor.prototype, 'mode');
export const requestUrl = getterOf(RequestCtor.prototype, 'url');
export const requestIntegrity = getterOf(RequestCtor.prototype, 'integrity');
export const requestSignal = getterOf(RequestCtor.prototype, 'signal');
export const isAborted = getterOf(AbortSignal.prototype, 'aborted');
export const abortReason = getterOf(AbortSignal.prototype, 'reason');
export const responseUrl = getterOf(responsePrototype, 'url');
export const responseType = getterOf(responsePrototype, 'type');
export const responseStatus = getterOf(responsePrototype, 'status');
export const responseHeaders = getterOf(responsePrototype, 'headers');
export const readBlob = uncurry(responsePrototype.blob);
export const setHeader = uncurry(HeadersCtor.prototype.set);
