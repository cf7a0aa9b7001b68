/**
 * @file The settings page: puts its parts together. It asks the background, and talks to nothing else.
 */

import { formatBytes, formatNumber } from '../format.js';
import { showHostState, wireMend } from '../host-state.js';
import { byId, fillIn, text } from '../text.js';
import { showActivity, wireActivity } from './activity.js';
import { wireAdding } from './add-files.js';
import { errorSentence, keyOf } from './ask.js';
import { SiteList } from './by-site.js';
import { showControls, wireSettingsFile } from './controls.js';
import { EntryList } from './entry-list.js';
import { EntryPanel } from './entry-panel.js';
import { titleOf } from './entry-words.js';
import { showHashList, wireHashList } from './hash-list.js';
import { showSites, wireSites } from './sites.js';
import { showStorage } from './storage-bar.js';
import { Undo } from './undo.js';

/** @typedef {import('./ask.js').Entry} Entry */

const SEARCH_AFTER_MS = 200;

/** What went wrong, by what was tried: it is told until the same has succeeded. @type {Map<string, string>} */
const failures = new Map();

/** @param {string} what was tried @param {unknown} [error] absent: it has succeeded */
function tell(what, error) {
  if (error === undefined) failures.delete(what);
  else failures.set(what, errorSentence(error));
  const sentences = [...new Set(failures.values())].join(' ');
  const box = byId('page-error');
  // Written again it would be read aloud again.
  if (box.textContent !== sentences) box.textContent = sentences;
}

/** @param {string} what @param {Promise<unknown>} tried */
const trying = (what, tried) => tried.then(() => tell(what), (error) => tell(what, error));

const undo = new Undo();
const list = new EntryList({ choose: (entry, moveFocus) => void panel.show(entry, moveFocus), remove, fail: (error) => tell('list', error), succeed: () => tell('list') });
const panel = new EntryPanel({ changed: (entry) => list.update(entry), remove, close: () => list.focus() });

const siteList = new SiteList({ showFiles: (origin) => void showFilesOf(origin), forget: forgetFilesOf });

const showTotals = () => trying('totals', showStorage().then((files) => list.setTotal(files)));
const showLog = () => trying('activity', showActivity());

/** @param {Entry} entry */
function remove(entry) {
  const key = keyOf(entry.hash);
  list.setDeleting(key, true);
  if (panel.shows(key)) {
    panel.clear();
    list.focus();
  }
  undo.start({
    sentence: text('deleting', titleOf(entry)),
    cmd: 'remove',
    fields: { hash: entry.hash },
    undone: () => list.setDeleting(key, false),
    home: () => list.focus(),
    done: () => {
      tell('remove');
      list.drop(key);
      void siteList.load();
      void showTotals();
    },
    failed: (error) => {
      list.setDeleting(key, false);
      tell('remove', error);
    },
  });
}

/** Shows a file that the user has just added. @param {import('./ask.js').Hash} hash */
async function showAdded(hash) {
  const key = keyOf(hash);
  undo.keep(key);
  const search = /** @type {HTMLInputElement} */ (byId('search'));
  search.value = '';
  void showTotals();
  await list.load({ search: '', origin: '' });
  if (list.reveal(key)) return;
  // The order puts it further down.
  search.value = hash.value;
  await list.load({ search: hash.value });
  list.reveal(key);
}

/** @param {string} origin */
async function showFilesOf(origin) {
  /** @type {HTMLInputElement} */ (byId('search')).value = '';
  byId('files').scrollIntoView();
  await list.load({ search: '', origin });
  list.focus();
}

/**
 * @param {{what: 'site' | 'all', where: string, site?: string}} fields
 * @param {string} sentence what is being forgotten
 * @param {{say: (words: string) => void, home: () => void, back?: () => void}} place where it was asked for: `say` what became
 *   of it, `back` when it was not done
 */
function forget(fields, sentence, { say, home, back = () => {} }) {
  say('');
  undo.start({
    sentence,
    cmd: 'clear',
    fields,
    undone: () => {
      say(text('clearUndone'));
      back();
    },
    home,
    done: ({ removed, bytesFreed }) => {
      say(text('cleared', formatNumber(removed ?? 0), formatBytes(bytesFreed ?? 0)));
      panel.clear();
      void list.load();
      void siteList.load(fields.site);
      void showTotals();
      void showLog();
    },
    failed: (error) => {
      say(errorSentence(error, { type: text('errorNotASite') }));
      back();
    },
  });
}

/** @param {string} host */
function forgetFilesOf(host) {
  const back = () => siteList.setGoing(host, false);
  forget({ what: 'site', where: 'profile', site: host }, text('forgettingSite', host), { say: (words) => siteList.say(words), home: () => siteList.focus(host), back });
}

/** @param {'site' | 'all'} what */
function clear(what) {
  const site = /** @type {HTMLInputElement} */ (byId('clear-site')).value.trim();
  const where = /** @type {HTMLSelectElement} */ (byId('clear-where')).value;
  const say = (/** @type {string} */ words) => {
    byId('clear-said').textContent = words;
  };
  if (what === 'site' && site === '') {
    say(text('clearNeedsSite'));
    byId('clear-site').focus();
    return;
  }
  const sentence = what === 'all' ? text(where === 'machine' ? 'clearingMachine' : 'clearingProfile') : text('clearingSite', site);
  forget({ what, where, ...(what === 'site' ? { site } : {}) }, sentence, { say, home: () => byId('clear-site').focus() });
}

function wireFiles() {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const search = /** @type {HTMLInputElement} */ (byId('search'));
  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void list.load({ search: search.value.trim() }), SEARCH_AFTER_MS);
  });
  const order = /** @type {HTMLSelectElement} */ (byId('order'));
  order.addEventListener('change', () => void list.load({ order: order.value }));
  byId('files-of-all').addEventListener('click', () => {
    void list.load({ origin: '' });
    search.focus();
  });
  byId('clear-form').addEventListener('submit', (event) => {
    event.preventDefault();
    clear('site');
  });
  byId('clear-all').addEventListener('click', () => clear('all'));
}

/** What the settings change elsewhere on the page. @param {{key: string}} setting */
function onSetting({ key }) {
  if (key === 'gates.ask') void trying('sites', showSites());
  if (key === 'phl.model-hubs') void trying('hash list', showHashList());
  if (key.startsWith('budget.')) void showTotals();
  if (key === 'history.activity') void showLog();
}

async function refresh() {
  byId('page').setAttribute('aria-busy', 'true');
  const status = await chrome.runtime.sendMessage({ ask: 'status', retry: true });
  showHostState(status.state);
  const ready = status.state.kind === 'ready';
  byId('store').hidden = !ready;
  byId('private').hidden = !status.isPrivate;
  // Of a private window nothing is noted.
  byId('activity').hidden = status.isPrivate;
  byId('versions').textContent = status.host === undefined ? text('version', status.extension) : text('versions', status.extension, status.host);
  byId('store-path').textContent = status.isPrivate ? '' : (status.store?.path ?? '');
  if (ready) {
    panel.clear();
    await Promise.all([
      showTotals(), list.load(), siteList.load(), showLog(), trying('settings', showControls(onSetting)), trying('sites', showSites()),
      trying('hash list', showHashList()),
    ]);
  }
  byId('page').setAttribute('aria-busy', 'false');
}

fillIn();
document.title = text('settingsTitle');
wireMend(() => void refresh());
wireFiles();
wireAdding({ added: (hash) => showAdded(hash), leave: () => list.focus() });
wireActivity(undo);
wireSites();
wireSettingsFile(onSetting);
wireHashList(() => void list.load());
document.addEventListener('visibilitychange', () => {
  // Sites have stored and read meanwhile. Who is in the middle of the list stays there.
  if (document.visibilityState !== 'visible' || byId('store').hidden) return;
  void showTotals();
  void siteList.load();
  void showLog();
  if (list.isAtTop) void list.load();
});
void refresh();
