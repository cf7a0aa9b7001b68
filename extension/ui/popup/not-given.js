/** @file What the page in the tab was not given, and why. May be imported by ui/popup.js only. */

import { describeName } from '../file-names.js';
import { formatNumber } from '../format.js';
import { errorWords, missWords, settingOf } from '../miss-reasons.js';
import { byId, make, text } from '../text.js';
import { groupRefusals } from './refusal-groups.js';

/** @typedef {import('./refusal-groups.js').Group} Group */

const MOST_GROUPS = 6;
const MOST_NAMES = 3;

/** @param {number} files */
const filesOf = (files) => (files === 1 ? text('filesCountOne') : text('filesCount', formatNumber(files)));

/** @param {string[]} names on the Public Hash List */
function namesOf(names) {
  const shown = [...new Set(names.map((name) => describeName(name).title))];
  const rest = shown.length - MOST_NAMES;
  const list = shown.slice(0, MOST_NAMES).join(', ');
  return rest > 0 ? text('notGivenNames', list, formatNumber(rest)) : list;
}

/** @param {Group} group */
function row({ reason, error, sentence, files, names }) {
  const setting = settingOf(reason);
  const id = `set_${setting.replace(/[.-]/g, '_')}`;
  return make('li', {},
    make('p', {}, make('strong', {}, files === 0 ? text('notGivenRequests') : filesOf(files)), ' ', reason === '' ? errorWords(error) : missWords(reason, sentence)),
    ...(names.length === 0 ? [] : [make('p', { class: 'detail' }, namesOf(names))]),
    ...(setting === '' ? [] : [make('p', {}, make('a', { href: `settings.html#${id}`, target: '_blank' }, text('toSetting', text(id))))]));
}

/** @param {import('../../background/refusals.js').ExplainedRefusal[]} refusals @param {boolean} more whether there were others, longer ago */
export function showNotGiven(refusals, more) {
  const { groups, rest } = groupRefusals(refusals, MOST_GROUPS);
  byId('not-given').hidden = groups.length === 0;
  byId('not-given-list').replaceChildren(...groups.map(row));
  byId('not-given-rest').hidden = rest === 0 && !more;
  byId('not-given-rest').textContent = [...(rest === 0 ? [] : [text('notGivenRest', filesOf(rest))]), ...(more ? [text('notGivenLatest')] : [])].join(' ');
}
