/** @file What went wrong, in the language of the page. May be imported by ui/ only. */

import { text } from './text.js';

/** @typedef {{code: string, message: string, mend: string}} StoreError `code` says which kind it is (docs/protocol.md); the sentences are English */

/** What an error of that kind means wherever it comes from. @type {Record<string, string>} */
const EVERYWHERE = {
  busy: 'errorBusy',
  corrupt: 'errorCorrupt',
  io: 'errorIo',
  'newer-store': 'errorNewerStore',
  'not-found': 'errorNotFound',
  'quota-exceeded': 'errorNoRoom',
};
/** There are many of these, and only the program's own sentence tells which it is. */
const DETAILED = new Set(['io', 'quota-exceeded']);

/**
 * @param {StoreError} error
 * @param {Record<string, string>} [here] what errors of some kinds mean where this one happened
 * @returns {string} the program's own sentences for what there are no words for; empty when it said nothing
 */
export function errorWords({ code, message, mend }, here = {}) {
  const everywhere = Object.hasOwn(EVERYWHERE, code) ? text(EVERYWHERE[code]) : '';
  const words = Object.hasOwn(here, code) ? here[code] : everywhere;
  const said = [message, mend].filter(Boolean).join(' ');
  if (words === '') return said;
  return DETAILED.has(code) && said !== '' ? text('errorDetailed', words, said) : words;
}
