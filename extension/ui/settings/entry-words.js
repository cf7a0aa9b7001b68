/** @file One file in words: what it is, who uses it, what that saved. May be imported by ui/settings/ only. */

import { describeName } from '../file-names.js';
import { formatBytes, formatNumber, shortHash, shortOrigin } from '../format.js';
import { text } from '../text.js';

/** @typedef {import('./ask.js').Entry} Entry */

/** @param {Entry} entry @returns {{title: string, part: string, use: string}} `use`: what it is for, in words; may be empty */
export function wordsOf({ name, hash, kind, storedBy, storedHere }) {
  if (name !== '') {
    const { title, part, use } = describeName(name);
    return { title, part, use: text(use === '' ? `kind_${kind}` : use) };
  }
  // Nobody has told what it is: its kind and where it came from are what is known.
  const what = text(kind === 'other' ? 'fileOfNoKind' : `kind_${kind}`);
  const title = storedHere > 0 ? text('unnamedFrom', what, shortOrigin(storedBy[0])) : what;
  return { title, part: shortHash(hash.value), use: '' };
}

/** In one line, where no other file must be meant. @param {Entry} entry */
export const titleOf = (entry) => Object.values(wordsOf(entry)).slice(0, 2).filter(Boolean).join(' ');

/** @param {Entry} entry */
export function usedByWords({ sites, storedBy, storedHere, storedElsewhere, manual }) {
  if (sites > 1) return text('usedBySites', formatNumber(sites));
  if (storedHere > 0) return text('usedByOne', shortOrigin(storedBy[0]));
  if (sites === 1) return text('usedBySite');
  if (storedElsewhere > 0) return text('usedElsewhere');
  return manual ? text('storedByHand') : text('storedByNobody');
}

/** What it is for, who uses it, what that saved. @param {Entry} entry @returns {string[]} */
export function useWords(entry) {
  const saved = entry.saved > 0 ? text('savedYou', formatBytes(entry.saved)) : '';
  return [wordsOf(entry).use, usedByWords(entry), saved].filter(Boolean);
}
