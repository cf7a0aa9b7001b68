/**
 * @file What happened in the store lately, in plain words; whether that is kept; erasing it. May be imported by
 * ui/settings/main.js only.
 */

import { describeName } from '../file-names.js';
import { formatAgo, formatBytes, formatNumber, formatTime, shortHash, shortOrigin } from '../format.js';
import { byId, make, text } from '../text.js';
import { ask, errorSentence } from './ask.js';

/** @typedef {import('./ask.js').Hash} Hash */
/**
 * @typedef {object} Line what happened on one day, as often as it did
 * @property {'stored' | 'found' | 'refused' | 'evicted' | 'damaged'} event
 * @property {number} at the last time
 * @property {number} count
 * @property {string} origin empty: the store itself, or its user
 * @property {string} page the page's site, when another one's frame asked; else empty
 * @property {Hash} hash
 * @property {number} size 0: not told
 * @property {string} name what the Public Hash List calls it; else empty
 * @property {string} [kind] absent: the store does not have it
 */

const PAGE = 50;
/** What the host gives at once. */
const MOST_AGAIN = 200;
const SETTING = 'history.activity';

const BY_SITES = { stored: 'activityStored', found: 'activityFound', refused: 'activityRefused' };
const BY_STORE = { stored: 'activityAdded', evicted: 'activityEvicted', damaged: 'activityDamaged' };

/** @type {unknown} */
let next;
let shown = 0;
let isErasing = false;
/** An answer to an older question is dropped. */
let generation = 0;

/** @param {unknown} error */
function say(error) {
  byId('activity-error').textContent = errorSentence(error);
}

/** @param {Line} line */
function fileWords({ name, kind, hash, size }) {
  const bytes = size > 0 ? [formatBytes(size)] : [];
  if (name !== '') {
    const { title, part } = describeName(name);
    return withDetails([title, part].filter(Boolean).join(' '), bytes);
  }
  const what = kind === undefined || kind === 'other' ? [] : [text(`kind_${kind}`)];
  return withDetails(text('activityUnnamed', shortHash(hash.value)), [...what, ...bytes]);
}

/** @param {string} file @param {string[]} details */
const withDetails = (file, details) => (details.length > 0 ? text('activityFile', file, details.join(', ')) : file);

/** @param {Line} line @returns {string} */
export function lineWords(line) {
  const { event, origin, page } = line;
  const file = fileWords(line);
  if (origin === '') return text(BY_STORE[/** @type {keyof BY_STORE} */ (event)], file);
  const site = page === '' ? shortOrigin(origin) : text('originInFrame', shortOrigin(origin), shortOrigin(page));
  return text(BY_SITES[/** @type {keyof BY_SITES} */ (event)], site, file);
}

/** @param {Line} line */
function row(line) {
  const often = line.count > 1 ? [' ', make('span', { class: 'quiet' }, text('activityOften', formatNumber(line.count)))] : [];
  return make('li', { class: line.event },
    make('time', { class: 'quiet', datetime: new Date(line.at).toISOString(), title: formatTime(line.at) }, formatAgo(line.at, Date.now())),
    make('span', {}, lineWords(line), ...often));
}

/** @param {Line[]} lines @param {boolean} anew */
function render(lines, anew) {
  const rows = lines.map(row);
  if (anew) byId('activity-list').replaceChildren(...rows);
  else byId('activity-list').append(...rows);
  shown = anew ? lines.length : shown + lines.length;
  const isEmpty = shown === 0 || isErasing;
  byId('activity-none').hidden = !isEmpty;
  byId('activity-list').hidden = isEmpty;
  byId('activity-erase').hidden = isEmpty;
  byId('activity-more').hidden = isEmpty || next === undefined;
  return rows;
}

/** @param {{administered?: boolean, value: string}} setting */
function renderSwitch({ value, administered }) {
  const input = /** @type {HTMLInputElement} */ (byId('activity-kept'));
  const isOn = value === 'on';
  input.checked = isOn;
  input.disabled = administered === true;
  byId('activity-state').textContent = text(isOn ? 'switchOn' : 'switchOff');
  byId('activity-administered').hidden = administered !== true;
  byId('activity-none').textContent = text(isOn ? 'activityNone' : 'activityNotKept');
}

/** As many lines as are shown, and what is newer. */
export async function showActivity() {
  generation += 1;
  const mine = generation;
  const limit = Math.min(Math.max(PAGE, shown), MOST_AGAIN);
  const [{ settings }, page] = await Promise.all([ask('settings'), ask('activity', { limit })]);
  if (mine !== generation) return;
  next = page.next;
  renderSwitch(settings.find((/** @type {{key: string}} */ { key }) => key === SETTING) ?? { value: 'off' });
  render(page.lines, true);
}

async function showMore() {
  generation += 1;
  const mine = generation;
  const page = await ask('activity', { limit: PAGE, before: next });
  if (mine !== generation) return;
  next = page.next;
  const [first] = render(page.lines, false);
  // The button may have gone, and who reads goes on where the new lines begin.
  first?.setAttribute('tabindex', '-1');
  first?.focus();
}

async function change() {
  const input = /** @type {HTMLInputElement} */ (byId('activity-kept'));
  byId('activity-error').textContent = '';
  try {
    renderSwitch((await ask('set', { key: SETTING, value: input.checked ? 'on' : 'off' })).setting);
  } catch (error) {
    input.checked = !input.checked;
    say(error);
  }
}

/** @param {import('./undo.js').Undo} undo */
function erase(undo) {
  const show = () => {
    isErasing = false;
    void showActivity().catch(say);
  };
  isErasing = true;
  render([], false);
  byId('activity-kept').focus();
  byId('activity-error').textContent = '';
  undo.start({
    sentence: text('activityErasing'),
    cmd: 'activity.forget',
    fields: {},
    undone: show,
    home: () => byId('activity-kept').focus(),
    done: show,
    failed: (error) => {
      show();
      say(error);
    },
  });
}

/** @param {import('./undo.js').Undo} undo */
export function wireActivity(undo) {
  byId('activity-kept').addEventListener('change', () => void change());
  byId('activity-more').addEventListener('click', () => void showMore().catch(say));
  byId('activity-erase').addEventListener('click', () => erase(undo));
}
