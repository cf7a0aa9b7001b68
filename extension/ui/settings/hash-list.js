/** @file Which Public Hash List is in force, and looking for a newer one. May be imported by ui/settings/main.js only. */

import { errorWords } from '../error-words.js';
import { formatAgo, formatNumber, formatTime } from '../format.js';
import { byId, make, text } from '../text.js';
import { ask, errorSentence } from './ask.js';

/**
 * @typedef {object} HashList
 * @property {string} version
 * @property {number} digests
 * @property {boolean} installed
 * @property {boolean} damaged
 * @property {number} [madeAt]
 * @property {number} [installedAt]
 * @property {string} [address] that newer ones come from, if one is set; absent in a private window, which looks for none
 * @property {{at: number, failure: string, mend: string, code: string}} [check] the last look for a newer one
 */

/** What it means that a list could not be had. */
const failures = () => ({ data: text('errorListData'), io: text('errorListIo'), 'not-found': text('errorListNotFound') });

/** @param {NonNullable<HashList['check']>} check */
function checkWords({ at, failure, mend, code }) {
  const when = formatAgo(at, Date.now());
  return failure === '' ? when : text('listCheckFailed', when, errorWords({ message: failure, mend, code }, failures()));
}

/** @param {HashList} list */
function show({ version, digests, installed, damaged, madeAt, installedAt, address, check }) {
  const state = damaged ? 'listDamaged' : installed ? 'listInstalled' : 'listStarter';
  /** @type {[string, string][]} */
  const facts = [
    ['listState', text(state)],
    ['listVersion', version],
    ['listHashes', formatNumber(digests)],
  ];
  if (madeAt !== undefined) facts.push(['listMade', formatTime(madeAt)]);
  if (installedAt !== undefined) facts.push(['listInstalledAt', formatTime(installedAt)]);
  if (check !== undefined) facts.push(['listChecked', checkWords(check)]);
  byId('list-facts').replaceChildren(...facts.flatMap(([label, value]) => [make('dt', {}, text(label)), make('dd', {}, value)]));
  byId('list-update').hidden = !address;
  byId('list-no-address').hidden = address !== '';
}

export async function showHashList() {
  show(await ask('list'));
}

/** @param {() => void} updated another list is in force */
async function update(updated) {
  const button = /** @type {HTMLButtonElement} */ (byId('list-update'));
  byId('list-said').textContent = text('listUpdating');
  byId('list-error').textContent = '';
  button.disabled = true;
  try {
    const list = await ask('list.update');
    show(list);
    byId('list-said').textContent = list.updated ? text('listUpdated', list.version, formatNumber(list.digests)) : text('listCurrent');
    if (list.updated) updated();
  } catch (error) {
    byId('list-said').textContent = '';
    byId('list-error').textContent = errorSentence(error, failures());
  }
  button.disabled = false;
  // A button that cannot be pressed loses the focus.
  if (document.activeElement === document.body) button.focus();
}

/** @param {() => void} updated another list is in force */
export function wireHashList(updated) {
  byId('list-update').addEventListener('click', () => void update(updated));
}
