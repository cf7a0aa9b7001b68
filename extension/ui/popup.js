/**
 * @file The popup: whether the store is reachable and what mends it, what it did for the site in the tab, and what is in
 * it. Asks the background and talks to nothing else.
 */

import { formatBytes, formatNumber } from './format.js';
import { showHostState, wireMend } from './host-state.js';
import { byId, fillIn, make, text } from './text.js';

/** @typedef {import('../background/status.js').Status} Status */
/** @typedef {import('../background/tally.js').TabTally} TabTally */
/** @typedef {import('../background/tally.js').Savings} Savings */

const HANDOVER = { works: 'handoverWorks', fails: 'handoverFails', unknown: 'handoverUnknown' };

/** @param {Status} status @returns {[label: string, value: string][]} */
function factsOf({ extension, host, store, hashList, handover, isPrivate }) {
  /** @type {[string, string][]} */
  const facts = [[text('factExtension'), extension]];
  if (host !== undefined) facts.push([text('factHost'), host]);
  if (store?.entries !== undefined) facts.push([text('factEntries'), formatNumber(store.entries)]);
  if (store?.bytes !== undefined) facts.push([text('factBytes'), formatBytes(store.bytes)]);
  if (hashList) facts.push([text('factHashList'), text('hashListValue', hashList.version, formatNumber(hashList.digests))]);
  if (host !== undefined && !isPrivate) facts.push([text('factHandover'), text(HANDOVER[handover])]);
  if (store?.path && !isPrivate) facts.push([text('factPath'), store.path]);
  if (isPrivate) facts.push([text('factPrivate'), text('privateValue')]);
  return facts;
}

/** @param {string} id of a dl @param {[label: string, value: string][]} facts */
function showFacts(id, facts) {
  byId(id).replaceChildren(...facts.flatMap(([label, value]) => [make('dt', {}, label), make('dd', {}, value)]));
  byId(id).hidden = false;
}

/** @param {number} files @param {number} bytes */
const filesAndBytes = (files, bytes) => (files === 1 ? text('fileAndBytes', formatBytes(bytes)) : text('filesAndBytes', formatNumber(files), formatBytes(bytes)));

/** @param {TabTally} tally */
function showSite(tally) {
  byId('site').hidden = tally.allowed === null;
  if (tally.allowed === null) return;
  showFacts('site-facts', [
    [text('siteFound'), filesAndBytes(tally.found, tally.foundBytes)],
    [text('siteStored'), filesAndBytes(tally.stored, tally.storedBytes)],
  ]);
  const note = !tally.allowed ? 'siteNotAllowed' : tally.workers === false ? 'siteNoWorkers' : '';
  byId('site-note').hidden = note === '';
  if (note !== '') byId('site-note').textContent = text(note);
}

/** @param {Savings | null} savings */
function showSavings(savings) {
  byId('savings').hidden = savings === null;
  if (savings === null) return;
  byId('savings-text').textContent = savings.files === 0 ? text('savingsNone')
    : text('savingsValue', filesAndBytes(savings.files, savings.bytes));
  byId('forget-savings').hidden = savings.files === 0;
}

async function showTab() {
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  const known = await chrome.runtime.sendMessage({ ask: 'tab', tab: tab?.id ?? -1 });
  showSite(known.tab);
  showSavings(known.savings);
}

async function refresh() {
  const main = /** @type {HTMLElement} */ (document.querySelector('main'));
  main.setAttribute('aria-busy', 'true');
  byId('headline').textContent = text('stateConnecting');
  const [status] = await Promise.all([chrome.runtime.sendMessage({ ask: 'status', retry: true }), showTab()]);
  showHostState(status.state);
  showFacts('facts', factsOf(status));
  main.setAttribute('aria-busy', 'false');
}

fillIn();
wireMend(() => void refresh());
byId('forget-savings').addEventListener('click', async () => {
  await chrome.runtime.sendMessage({ ask: 'forget-savings' });
  await showTab();
});
void refresh();
