/** @file What is known of one call: why it missed, what it was warned of, the entry behind it, and how to repeat it. May be imported by ui/panel.js only. */

import { formatBytes, formatNumber, formatTime, shortOrigin } from '../format.js';
import { missWords } from '../miss-reasons.js';
import { button, make, text } from '../text.js';
import { reproduction } from './reproduction.js';
import { callWords, outcomeWords } from './words.js';

/** @typedef {import('../../background/call-log.js').LoggedCall} LoggedCall */

/** @param {[label: string, value: string | undefined][]} facts */
const factList = (facts) =>
  make('dl', {}, ...facts.filter(([, value]) => value !== undefined && value !== '').flatMap(([label, value]) => [make('dt', {}, label), make('dd', {}, value ?? '')]));

/** @param {LoggedCall} call */
function reasonOf({ outcome, why, message }) {
  if (outcome === 'missed' && why) {
    const exactly = [why.sentence, why.mend].filter(Boolean).join(' ');
    return [make('div', { class: 'why' }, make('p', {}, missWords(why.reason, why.sentence)), ...(exactly ? [make('p', { class: 'quiet' }, exactly)] : []),
      make('p', { class: 'quiet' }, text('panelPageNotTold')))];
  }
  return outcome === 'refused' && message ? [make('div', { class: 'why' }, make('p', {}, message))] : [];
}

/** @param {LoggedCall} call */
function originsOf({ what, origins }) {
  if (what !== 'create') return undefined;
  if (origins === undefined) return text('panelSameSite');
  return origins === '*' ? text('panelEverySite') : origins.map(shortOrigin).join(', ');
}

/** The entry as the store has it now. @param {any} entry */
const entryFacts = (entry) =>
  factList([
    [text('panelEntryName'), entry.provenance?.name],
    [text('panelEntryStoredBy'), entry.storing?.map((/** @type {any} */ one) => shortOrigin(one.origin)).join(', ')],
    [text('panelEntryReadableBy'), entry.forEveryone ? text('panelEverySite') : entry.listed?.map((/** @type {any} */ one) => shortOrigin(one.origin ?? one)).join(', ')],
    [text('panelEntryListed'), text(entry.onHashList ? 'panelYes' : 'panelNo')],
  ]);

/** @param {LoggedCall} call */
async function entrySection({ hash, outcome }) {
  if (hash === null) return [];
  const answer = await chrome.runtime.sendMessage({ ask: 'store', cmd: 'entry', fields: { hash } });
  if (!answer?.ok || answer.entry === null || answer.entry === undefined) return outcome === 'missed' ? [make('p', { class: 'quiet' }, text('panelEntryNone'))] : [];
  return [make('h2', {}, text('panelEntry')), entryFacts(answer.entry)];
}

/**
 * @param {HTMLElement} place
 * @param {LoggedCall} call
 * @param {() => void} close
 * @param {() => boolean} stillWanted asked when the store has answered
 */
export async function showDetails(place, call, close, stillWanted) {
  const code = reproduction(call);
  place.hidden = false;
  place.replaceChildren(
    make('h2', { id: 'details-title' }, callWords(call)),
    factList([
      [text('panelResult'), outcomeWords(call)],
      [text('panelHash'), call.hash === null ? undefined : `${call.hash.algorithm} ${call.hash.value}`],
      [text('panelOrigins'), originsOf(call)],
      [text('panelSize'), call.bytes === undefined ? undefined : `${formatBytes(call.bytes)} (${formatNumber(call.bytes)})`],
      [text('panelFrom'), call.origin],
      [text('panelWhen'), formatTime(call.at)],
    ]),
    ...reasonOf(call),
    ...(call.warnings.length === 0 ? [] : [make('ul', {}, ...call.warnings.map((warning) => make('li', {}, warning)))]),
    ...(code === '' ? [] : [make('pre', { tabindex: '0', 'aria-label': text('panelCode') }, code), button(text('copy'), () => void navigator.clipboard.writeText(code))]),
    button(text('panelClose'), close),
  );
  const entry = await entrySection(call);
  if (stillWanted()) place.append(...entry);
}
