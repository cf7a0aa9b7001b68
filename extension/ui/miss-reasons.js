/** @file Why a file was not given to a page, in words, and the setting behind it. May be imported by ui/ only. */

import { text } from './text.js';

/**
 * By the host's names of them (cos/insight.h): a message, and the setting that decides it, if one does.
 * @type {Record<string, {words: string, setting?: string}>}
 */
export const REASONS = {
  'opaque-origin': { words: 'whyOpaqueOrigin' },
  administrator: { words: 'whyAdministrator' },
  'not-stored': { words: 'whyNotStored' },
  damaged: { words: 'whyDamaged' },
  'other-realm': { words: 'whyOtherRealm' },
  'other-page': { words: 'whyOtherPage', setting: 'frames.partition' },
  'no-user-gesture': { words: 'whyNoUserGesture', setting: 'gates.user-gesture' },
  'no-grant': { words: 'whyNoGrant' },
  'ask-undecided': { words: 'whyAskUndecided' },
  'ask-blocked': { words: 'whyAskBlocked' },
  'third-party-cookies': { words: 'whyThirdPartyCookies', setting: 'gates.third-party-cookies' },
  'not-on-public-hash-list': { words: 'whyNotOnPublicHashList' },
  suppressed: { words: 'whySuppressed', setting: 'grease.percent' },
  'budget-spent': { words: 'whyBudgetSpent', setting: 'lookup.hashes' },
  'answer-stands': { words: 'whyAnswerStands' },
  unreachable: { words: 'panelUnreachable' },
  found: { words: 'whyFound' },
};

/** What a page was refused with an error of its own. @type {Record<string, string>} */
const ERRORS = {
  DataError: 'refusedData',
  NotAllowedError: 'refusedNotAllowed',
  QuotaExceededError: 'refusedQuota',
  TypeError: 'refusedType',
  UnknownError: 'refusedUnknown',
};

/** @param {string} reason @param {string} sentence the host's, for a reason that is not known here */
export const missWords = (reason, sentence) => (Object.hasOwn(REASONS, reason) ? text(REASONS[reason].words) : sentence);

/** @param {string} error the page's: its name */
export const errorWords = (error) => (Object.hasOwn(ERRORS, error) ? text(ERRORS[error]) : text('refusedOther', error));

/** @param {string} reason @returns {string} a key; empty when no setting decides it */
export const settingOf = (reason) => (Object.hasOwn(REASONS, reason) ? REASONS[reason].setting ?? '' : '');
