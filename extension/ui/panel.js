/**
 * @file The panel in the developer tools: what the pages of the inspected tab ask of the API while the panel is open, and
 * why a read missed, which no page is told. Nothing is kept when it closes.
 */

import { CALLS_PORT } from '../shared/names.js';
import { formatBytes, formatNumber, shortHash, shortOrigin } from './format.js';
import { showDetails } from './panel/details.js';
import { callWords, outcomeWords } from './panel/words.js';
import { byId, button, fillIn, make, text } from './text.js';

/** @typedef {import('../background/call-log.js').LoggedCall} LoggedCall */

/** A page that asks without end must not fill the memory. */
const MOST_CALLS = 2000;

/** As a page of its own, for tests and pictures, it is told the tab. */
const tab = chrome.devtools?.inspectedWindow.tabId ?? Number(new URLSearchParams(location.search).get('tab'));

/** @type {{call: LoggedCall, row: HTMLElement}[]} */
let calls = [];
/** @type {LoggedCall | null} */
let chosen = null;

const checkbox = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (byId(id));

function showSum() {
  const missed = calls.filter(({ call }) => call.outcome === 'missed').length;
  const read = calls.reduce((sum, { call }) => sum + (call.outcome === 'read' ? call.bytes ?? 0 : 0), 0);
  byId('sum').textContent = calls.length === 0 ? '' : text('panelSum', formatNumber(calls.length), formatNumber(missed), formatBytes(read));
  byId('none').hidden = calls.length > 0;
}

/** @param {LoggedCall | null} call */
function choose(call) {
  chosen = call;
  for (const { call: other, row } of calls) row.classList.toggle('chosen', other === call);
  if (call === null) byId('details').hidden = true;
  else void showDetails(byId('details'), call, () => choose(null), () => chosen === call);
}

/** @param {LoggedCall} call */
function makeRow(call) {
  const { hash, bytes, ms, origin, outcome, warnings } = call;
  const row = make('tr', {},
    make('td', {}, button(callWords(call), () => choose(call))),
    make('td', { title: hash?.value ?? '' }, hash === null ? '' : shortHash(hash.value)),
    make('td', { class: `${outcome}${warnings.length > 0 ? ' warned' : ''}` }, outcomeWords(call)),
    make('td', { class: 'number' }, bytes === undefined ? '' : formatBytes(bytes)),
    make('td', { class: 'number' }, text('panelMs', new Intl.NumberFormat(undefined, { maximumFractionDigits: ms < 10 ? 1 : 0 }).format(ms))),
    make('td', {}, shortOrigin(origin)),
  );
  row.hidden = checkbox('only-misses').checked && outcome !== 'missed';
  return row;
}

/** @param {LoggedCall} call */
function add(call) {
  const row = makeRow(call);
  calls.push({ call, row });
  byId('calls').append(row);
  if (calls.length > MOST_CALLS) calls.shift()?.row.remove();
  showSum();
}

function clear() {
  calls = [];
  choose(null);
  byId('calls').replaceChildren();
  showSum();
}

/** The background is stopped when nothing happens for a while: the port is opened again, which starts it. */
function listen() {
  const port = chrome.runtime.connect({ name: CALLS_PORT });
  port.onMessage.addListener(add);
  port.onDisconnect.addListener(listen);
  port.postMessage({ tab });
}

fillIn();
showSum();
byId('clear').addEventListener('click', clear);
byId('only-misses').addEventListener('change', () => {
  for (const { call, row } of calls) row.hidden = checkbox('only-misses').checked && call.outcome !== 'missed';
});
chrome.devtools?.network.onNavigated.addListener(() => {
  if (!checkbox('keep').checked) clear();
});
addEventListener('keydown', ({ key }) => {
  if (key === 'Escape' && chosen !== null) choose(null);
});
listen();
