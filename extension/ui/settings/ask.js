/** @file Questions to the store, by way of the background. May be imported by ui/ only. */

import { errorWords } from '../error-words.js';
import { text } from '../text.js';

/** @typedef {{algorithm: string, value: string}} Hash */

/**
 * @typedef {object} Entry a line of the list of files
 * @property {Hash} hash
 * @property {number} size
 * @property {string} name what the Public Hash List calls it; else empty
 * @property {string} kind
 * @property {number} storedAt
 * @property {number} lastRead
 * @property {number} verifiedAt
 * @property {boolean} pinned
 * @property {boolean} damaged
 * @property {boolean} manual
 * @property {'all' | 'listed' | 'site'} readableBy
 * @property {string[]} storedBy the first few
 * @property {number} storedHere
 * @property {number} storedElsewhere by sites in other browser profiles
 * @property {number} sites that stored or read it in this profile
 * @property {number} saved bytes that they did not download
 */

/** The store, or the way to it, said no. */
export class Refused extends Error {
  /** @param {any} error */
  constructor(error) {
    super(String(error?.message ?? ''));
    this.name = String(error?.name ?? 'UnknownError');
    this.mend = String(error?.mend ?? '');
    this.code = String(error?.code ?? '');
  }
}

/**
 * What to show; a missing store has a sentence of its own elsewhere on the page.
 * @param {unknown} error
 * @param {Record<string, string>} [here] as for errorWords()
 */
export const errorSentence = (error, here) => (error instanceof Refused ? errorWords(error, here) : '') || text('notDone');

/** @param {string} cmd @param {Record<string, unknown>} [fields] @returns {Promise<any>} rejects with Refused */
export async function ask(cmd, fields = {}) {
  const answer = await chrome.runtime.sendMessage({ ask: 'store', cmd, fields });
  if (answer?.ok !== true) throw new Refused(answer?.error);
  return answer;
}

/** @param {Hash} hash */
export const keyOf = ({ algorithm, value }) => `${algorithm}:${value}`;
