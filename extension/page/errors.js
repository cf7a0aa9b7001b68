/**
 * @file The errors that a page gets to see. May be imported by page/ only.
 */

import { BLOCKED_MESSAGE, MISS_MESSAGE } from '../shared/names.js';
import { DOMExceptionCtor, own, QuotaExceededErrorCtor, TypeErrorCtor } from './primordials.js';

/** @param {string} name @param {string} message */
export const domError = (name, message) => new DOMExceptionCtor(message, name);

export const blocked = () => domError('NotAllowedError', BLOCKED_MESSAGE);
/** A fresh object each time: a shared one would let pages of one realm mark it for each other. */
export const miss = () => domError('NotFoundError', MISS_MESSAGE);
export const storeUnavailable = () => domError('UnknownError', 'Cross-origin storage is not available.');

/**
 * The exception for an error that came over the port.
 * @param {unknown} reply
 * @returns {Error}
 */
export function errorOf(reply) {
  const error = own(reply, 'error');
  const name = own(error, 'name');
  const message = own(error, 'message');
  const text = typeof message === 'string' ? message : '';
  switch (name) {
    case 'TypeError':
      return new TypeErrorCtor(text);
    case 'NotFoundError':
      return miss();
    case 'QuotaExceededError':
      // Newer browsers made this a class of its own; instanceof must hold there.
      return QuotaExceededErrorCtor === undefined ? domError(name, text) : new QuotaExceededErrorCtor(text);
    case 'NotAllowedError':
    case 'DataError':
    case 'InvalidStateError':
    case 'AbortError':
      return domError(name, text);
    default:
      return storeUnavailable();
  }
}
