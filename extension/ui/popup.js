/**
 * @file The popup: whether the store is reachable, what is in it, and, when something is wrong,
 * what mends it. Asks the background and talks to nothing else.
 */

/** @typedef {import('../background/status.js').Status} Status */
/** @typedef {import('../background/host-connection.js').HostState} HostState */

/** @param {string} key @param {string[]} values */
const text = (key, ...values) => chrome.i18n.getMessage(key, values);

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The message of each state, and the command that mends it, if one does. */
const STATES = /** @type {const} */ ({
  idle: { headline: 'stateIdle', mend: '', command: '' },
  connecting: { headline: 'stateConnecting', mend: '', command: '' },
  ready: { headline: 'stateReady', mend: '', command: '' },
  missing: { headline: 'stateMissing', mend: 'mendMissing', command: 'cos install' },
  forbidden: { headline: 'stateForbidden', mend: 'mendForbidden', command: 'cos install' },
  broken: { headline: 'stateBroken', mend: 'mendBroken', command: 'cos install' },
  'older-host': { headline: 'stateOlderHost', mend: 'mendOlderHost', command: 'cos install' },
  'newer-host': { headline: 'stateNewerHost', mend: 'mendNewerHost', command: '' },
  store: { headline: 'stateStore', mend: 'mendStore', command: 'cos ls' },
});

/** @param {number} bytes */
function formatBytes(bytes) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const index = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const format = new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: units[index],
    unitDisplay: index === 0 ? 'long' : 'short',
    maximumFractionDigits: index === 0 ? 0 : 1,
  });
  return format.format(bytes / 1000 ** index);
}

/** @param {number} number */
const formatNumber = (number) => new Intl.NumberFormat().format(number);

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

/** @param {Status} status */
function showFacts(status) {
  const list = byId('facts');
  list.replaceChildren();
  for (const [label, value] of factsOf(status)) {
    const term = document.createElement('dt');
    const description = document.createElement('dd');
    term.textContent = label;
    description.textContent = value;
    list.append(term, description);
  }
  list.hidden = false;
}

/** @param {HostState} state */
function showMend(state) {
  const { mend, command: usual } = STATES[state.kind];
  const own = 'mend' in state ? state.mend : '';
  byId('mend').hidden = mend === '';
  if (mend === '') return;
  byId('mend-text').textContent = own === '' ? text(mend) : own;
  const command = own === '' ? usual : '';
  byId('mend-command').hidden = command === '';
  /** @type {HTMLElement} */ (byId('mend-command').querySelector('code')).textContent = command;
  byId('mend-detail').textContent = 'detail' in state ? state.detail : '';
}

/** @param {Status} status */
function show(status) {
  const { kind } = status.state;
  byId('headline').textContent = text(STATES[kind].headline);
  byId('state').className = `state ${kind === 'ready' ? 'good' : STATES[kind].mend === '' ? '' : 'bad'}`;
  showMend(status.state);
  showFacts(status);
}

async function refresh() {
  const main = /** @type {HTMLElement} */ (document.querySelector('main'));
  main.setAttribute('aria-busy', 'true');
  byId('headline').textContent = text('stateConnecting');
  show(await chrome.runtime.sendMessage({ ask: 'status', retry: true }));
  main.setAttribute('aria-busy', 'false');
}

document.documentElement.lang = chrome.i18n.getUILanguage();
for (const element of document.querySelectorAll('[data-text]')) {
  element.textContent = text(element.getAttribute('data-text') ?? '');
}
byId('retry').addEventListener('click', () => void refresh());
byId('copy').addEventListener('click', async () => {
  await navigator.clipboard.writeText(byId('mend-command').querySelector('code')?.textContent ?? '');
  byId('copy').textContent = text('copied');
});
void refresh();
