/**
 * @file Entry of the service worker. All listeners are added while this script first runs: the
 * browser wakes a stopped service worker only for events that it listens to from the start.
 */

import { CALLS_PORT, DELETIONS_PORT, RUNTIME_PORT, TRANSFERS_PORT } from '../shared/names.js';
import { AskSigns } from './ask-signs.js';
import { DocumentSession } from './broker.js';
import { Bytes } from './bytes.js';
import { CallLog } from './call-log.js';
import { offerCaches } from './caches-switch.js';
import { watchCookieSwitch } from './cookie-switch.js';
import { KeptDeletions, serveDeletions } from './deletions.js';
import { DocumentRecords, observeDocuments } from './document-records.js';
import { HandleRegistry } from './handle-registry.js';
import { HostConnection } from './host-connection.js';
import { identify, isUserInterface } from './identity.js';
import { FrontPages } from './pages.js';
import { PrivateArea } from './private-area.js';
import { explainRefusals, Refusals } from './refusals.js';
import { ResourceCeilings } from './resource-ceilings.js';
import { gatherStatus, MENDING_COLOR, showBadge } from './status.js';
import { SiteSwitch } from './site-switch.js';
import { badgeText, Tally } from './tally.js';
import { serveTransfers } from './transfers.js';
import { answerCommand } from './user-commands.js';

const isPrivate = chrome.extension.inIncognitoContext;
const host = new HostConnection(showBadge, learnSettings);
const bytes = new Bytes(host);
const registry = new HandleRegistry();
const ceilings = new ResourceCeilings();
const calls = new CallLog();
const privateArea = isPrivate ? new PrivateArea() : null;
const sites = new SiteSwitch(chrome.storage.local, privateArea);
// Split mode shares storage areas with normal windows: what a private window visits stays out of them.
const records = new DocumentRecords(privateArea ?? chrome.storage.session);
const fronts = new FrontPages();
const tally = new Tally(isPrivate ? null : chrome.storage.session, isPrivate ? null : chrome.storage.local, showHits);
const refusals = new Refusals(isPrivate ? null : chrome.storage.session);
const signs = new AskSigns(host, showWaiting, privateArea ?? chrome.storage.session);

const keptDeletions = new KeptDeletions(isPrivate ? null : chrome.storage.local);
const deleteNow = (/** @type {import('./deletions.js').Deletion} */ { cmd, fields }) => answerCommand(host, cmd, fields);

observeDocuments(records);
void keptDeletions.finishLeft(deleteNow);
watchCookieSwitch();
// A content script runs beside the page and has no use for the profile's id.
void chrome.storage.local.setAccessLevel({ accessLevel: 'TRUSTED_CONTEXTS' });

/** Ask mode's sign on the button. */
const WAITING = '?';

/** @param {import('./host-hello.js').Session} session */
function learnSettings({ crossOriginCaches, ask }) {
  signs.asking = ask;
  if (!ask) void renewSigns();
  // A private window's host has no settings of the user's.
  if (!isPrivate) void offerCaches(crossOriginCaches);
}

/** @param {number} tabId @param {string} page @param {number} found */
async function showHits(tabId, page, found) {
  if (page === (await fronts.of(tabId)) && !signs.waits(tabId)) mark(tabId, badgeText(found));
}

/**
 * The browser clears the button when a page comes, also for one that has been there before or was prerendered.
 * @param {number} tabId @param {string} page
 */
async function showAgain(tabId, page) {
  const { found } = await tally.of(tabId, page);
  if (found > 0) await showHits(tabId, page, found);
  for (const refusal of (await refusals.of(tabId, page)).refusals) {
    if (page === (await fronts.of(tabId))) void signs.consider(tabId, refusal);
  }
}

/** @param {number} tabId @param {boolean} waits whether a site of the tab waits for the user's answer */
async function showWaiting(tabId, waits) {
  mark(tabId, waits ? WAITING : badgeText((await tallyOf(tabId)).found));
  chrome.action.setTitle({ tabId, title: chrome.i18n.getMessage(waits ? 'actionWaiting' : 'actionTitle') }).catch(() => {});
}

/** Signs that were there before the background was stopped may have had their answer. */
async function renewSigns() {
  for (const { id } of await chrome.tabs.query({})) {
    if (id === undefined || signs.waits(id) || (await chrome.action.getBadgeText({ tabId: id }).catch(() => '')) !== WAITING) continue;
    await showWaiting(id, false);
    await showAgain(id, await fronts.of(id));
  }
}

/** Of the page that the tab shows. @param {number} tabId */
const tallyOf = async (tabId) => tally.of(tabId, await fronts.of(tabId));

/** Of the page that the tab shows. @param {number} tabId */
const refusalsOf = async (tabId) => refusals.of(tabId, await fronts.of(tabId));

/** @param {number} tabId @param {string} text */
function mark(tabId, text) {
  // A tab that has gone meanwhile has no button. Where there is nothing to say, what holds for all tabs is shown (status.js).
  chrome.action.setBadgeText({ tabId, text: /** @type {any} */ (text === '' ? null : text) }).catch(() => {});
  chrome.action.setBadgeBackgroundColor({ tabId, color: text === '' ? MENDING_COLOR : '#2450b5' }).catch(() => {});
}

chrome.webNavigation.onCommitted.addListener(({ frameId, tabId, documentId, documentLifecycle }) => {
  if (frameId !== 0 || documentLifecycle !== 'active' || documentId === undefined) return;
  fronts.show(tabId, documentId);
  signs.forget(tabId);
  void showAgain(tabId, documentId);
});
chrome.tabs.onRemoved.addListener((tabId) => {
  fronts.forget(tabId);
  tally.forget(tabId);
  refusals.forget(tabId);
  signs.forget(tabId);
});

/** @param {string} cmd @param {unknown} fields */
async function serveUser(cmd, fields) {
  const answer = await answerCommand(host, cmd, fields);
  if (!answer.ok) return answer;
  if (cmd === 'set' && answer.setting.key === 'caches.cross-origin' && !isPrivate) await offerCaches(answer.setting.value === 'on');
  if (cmd === 'set' && answer.setting.key === 'gates.ask') signs.asking = answer.setting.value === 'on';
  if (cmd === 'sites' || cmd === 'site') signs.asking = answer.ask;
  if (cmd === 'decide') void signs.recheck();
  if (cmd === 'decide' || cmd === 'set') void renewSigns();
  return answer;
}

/** @param {number} id @param {string} url */
async function describeTab(id, url) {
  return { tab: await tallyOf(id), savings: await tally.savings(), off: await sites.isOff(url) };
}

/** @param {any} question @returns {Promise<unknown> | undefined} */
function answerUserInterface(question) {
  switch (question?.ask) {
    case 'status':
      return gatherStatus(host, bytes, question.retry === true);
    case 'store':
      return serveUser(question.cmd, question.fields);
    case 'tab':
      return describeTab(Number(question.tab), String(question.url));
    case 'refusals':
      return refusalsOf(Number(question.tab)).then((refused) => explainRefusals(host, refused));
    case 'sites-off':
      return sites.list();
    case 'switch-site':
      return sites.set(String(question.url), question.off === true).then(() => ({ ok: true }));
    case 'savings':
      return tally.savings();
    case 'forget-savings':
      return tally.forgetSavings().then(() => ({ ok: true }));
    default:
      return undefined;
  }
}

chrome.runtime.onConnect.addListener((port) => {
  if (port.name === DELETIONS_PORT && isUserInterface(port.sender)) {
    serveDeletions(port, deleteNow, keptDeletions);
    return;
  }
  if (port.name === TRANSFERS_PORT && isUserInterface(port.sender)) {
    serveTransfers(port, { host, bytes });
    return;
  }
  if (port.name === CALLS_PORT && isUserInterface(port.sender)) {
    calls.serve(port);
    return;
  }
  const identity = identify(port.sender);
  if (port.name !== RUNTIME_PORT || identity === undefined) port.disconnect();
  else new DocumentSession(port, identity, { host, bytes, records, registry, ceilings, tally, calls, sites, refusals, fronts, signs });
});

chrome.runtime.onMessage.addListener((question, sender, answer) => {
  const answering = isUserInterface(sender) ? answerUserInterface(question) : undefined;
  if (answering === undefined) return undefined;
  void answering.then(answer);
  return true;
});
