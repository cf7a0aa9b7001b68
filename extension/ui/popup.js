/**
 * @file The popup: whether the store is reachable and what mends it, what it did for the site in the tab, what it did not
 * and why, and what is in it. Asks the background and talks to nothing else.
 */

import { formatBytes, formatNumber } from './format.js';
import { showHostState, wireMend } from './host-state.js';
import { showAsking } from './popup/asking.js';
import { showNotGiven } from './popup/not-given.js';
import { heldBackByAsking } from './popup/refusal-groups.js';
import { byId, fillIn, make, text } from './text.js';

/** @typedef {import('../background/status.js').Status} Status */
/** @typedef {import('../background/tally.js').PageTally} PageTally */
/** @typedef {import('../background/tally.js').Savings} Savings */

const HANDOVER = { works: 'handoverWorks', fails: 'handoverFails', unknown: 'handoverUnknown' };

/** @param {Status} status @returns {[label: string, value: string][]} */
function factsOf({ extension, host, store, hashList, handover, isPrivate }) {
  /** @type {[string, string][]} */
  const facts = [[text('factExtension'), extension]];
  if (host !== undefined) facts.push([text('factHost'), host]);
  if (hashList) facts.push([text('factHashList'), text('hashListValue', hashList.version, formatNumber(hashList.digests))]);
  if (host !== undefined && !isPrivate) facts.push([text('factHandover'), text(HANDOVER[handover])]);
  if (store?.path && !isPrivate) facts.push([text('factPath'), store.path]);
  if (isPrivate) facts.push([text('factPrivate'), text('privateValue')]);
  return facts;
}

/** @param {string} id of a dl @param {[label: string, value: string][]} facts */
function showFacts(id, facts) {
  byId(id).replaceChildren(...facts.flatMap(([label, value]) => [make('dt', {}, label), make('dd', {}, value)]));
}

/** @param {number} files @param {number} bytes */
function filesAndBytes(files, bytes) {
  if (files === 0) return text('nothing');
  return files === 1 ? text('fileAndBytes', formatBytes(bytes)) : text('filesAndBytes', formatNumber(files), formatBytes(bytes));
}

/** @param {string} id @param {number} files @param {number} bytes */
function showFigure(id, files, bytes) {
  byId(id).replaceChildren(make('strong', {}, formatBytes(bytes)), ' ', files === 1 ? text('inOneFile') : text('inFiles', formatNumber(files)));
}

/** @param {string} url */
const isWeb = (url) => URL.canParse(url) && ['https:', 'http:'].includes(new URL(url).protocol);

/** @param {PageTally} tally @param {string} url of the page @param {boolean} off whether the user has switched the store off there */
function showSite(tally, url, off) {
  byId('site').hidden = !isWeb(url) && tally.allowed === null;
  byId('site-use').hidden = !isWeb(url);
  if (isWeb(url)) byId('site-use').querySelector('span')?.replaceChildren(text('siteUse', new URL(url).hostname));
  /** @type {HTMLInputElement} */ (byId('site-on')).checked = !off;
  byId('site-facts').hidden = tally.allowed === null;
  showFacts('site-facts', [
    [text('siteFound'), filesAndBytes(tally.found, tally.foundBytes)],
    [text('siteStored'), filesAndBytes(tally.stored, tally.storedBytes)],
  ]);
  const note = off ? 'siteOff' : tally.allowed === false ? 'siteNotAllowed' : tally.workers === false ? 'siteNoWorkers' : '';
  byId('site-note').hidden = note === '';
  if (note !== '') byId('site-note').textContent = text(note);
}

/** @param {Savings | null} savings */
function showSavings(savings) {
  byId('savings').hidden = savings === null;
  if (savings === null) return;
  if (savings.files === 0) byId('savings-text').textContent = text('savingsNone');
  else showFigure('savings-text', savings.files, savings.bytes);
  byId('forget-savings').hidden = savings.files === 0;
}

/** What the tab shows. */
let shown = { tab: -1, url: '', off: false };

async function showTab() {
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  const { id = -1, url = '' } = tab ?? {};
  const known = await chrome.runtime.sendMessage({ ask: 'tab', tab: id, url });
  showSite(known.tab, url, known.off);
  showSavings(known.savings);
  shown = { tab: id, url, off: known.off };
}

/** Has the store asked why, which takes longer than what is known already. */
async function showRefused() {
  const { refusals, more } = await chrome.runtime.sendMessage({ ask: 'refusals', tab: shown.tab });
  showNotGiven(refusals, more);
  return refusals;
}

async function showWhatIsRefused() {
  const { url, off } = shown;
  const heldBack = heldBackByAsking(await showRefused());
  await showAsking(isWeb(url) && !off ? new URL(url).origin : '', heldBack, () => void showRefused());
}

async function switchSite() {
  const off = !(/** @type {HTMLInputElement} */ (byId('site-on')).checked);
  await chrome.runtime.sendMessage({ ask: 'switch-site', url: shown.url, off });
  await showTab();
  byId('site-note').hidden = false;
  byId('site-note').textContent = text('siteSwitched');
}

async function refresh() {
  const main = /** @type {HTMLElement} */ (document.querySelector('main'));
  main.setAttribute('aria-busy', 'true');
  byId('headline').textContent = text('stateConnecting');
  const [status] = await Promise.all([chrome.runtime.sendMessage({ ask: 'status', retry: true }), showTab()]);
  showHostState(status.state);
  // How the store is doing says nothing of a store that cannot be reached.
  byId('savings').hidden ||= status.host === undefined;
  byId('store').hidden = status.store?.entries === undefined;
  showFigure('store-text', status.store?.entries ?? 0, status.store?.bytes ?? 0);
  showFacts('facts', factsOf(status));
  byId('details').hidden = false;
  await showWhatIsRefused();
  main.setAttribute('aria-busy', 'false');
}

fillIn();
wireMend(() => void refresh());
byId('forget-savings').addEventListener('click', async () => {
  await chrome.runtime.sendMessage({ ask: 'forget-savings' });
  await showTab();
});
byId('site-on').addEventListener('change', () => void switchSite());
void refresh();
