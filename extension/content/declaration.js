/**
 * @file What the element of a script or style sheet declares. May be imported by content/ only; the test of its expression reads it, too.
 */

import { DECLARED_ATTRIBUTE } from '../shared/names.js';

/** @typedef {{url: string, integrity: string, scope: string, withCredentials: boolean}} Declaration */

/** Integrity metadata that asks for a hash: hashesOf() (shared/integrity.js) finds one in it, and in no other. */
export const ASKS_FOR_HASH = /(?:^|[ \t\n\f\r])sha(?:256-[\w+/-]{43}|384-[\w+/-]{64,65}|512-[\w+/-]{86})=*(?:[? \t\n\f\r]|$)/i;

/** @param {Element} element @param {string} address its attribute's name */
export function isDeclared(element, address) {
  return element.hasAttribute(DECLARED_ATTRIBUTE) && element.hasAttribute(address) && ASKS_FOR_HASH.test(element.getAttribute('integrity') ?? '');
}

/**
 * @param {HTMLScriptElement | HTMLLinkElement} element
 * @param {string} url
 * @returns {Declaration} as it is now: the page may change the element while its look-up is under way
 */
export function declarationOf(element, url) {
  return {
    url,
    integrity: element.getAttribute('integrity') ?? '',
    scope: element.getAttribute(DECLARED_ATTRIBUTE) ?? '',
    withCredentials: element.getAttribute('crossorigin')?.toLowerCase() === 'use-credentials',
  };
}
