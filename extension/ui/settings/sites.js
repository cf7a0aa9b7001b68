/** @file Ask mode: which sites may find files of other sites; and on which the store is switched off. May be imported by ui/settings/main.js only. */

import { shortOrigin } from '../format.js';
import { button, byId, make, text } from '../text.js';
import { ask, errorSentence } from './ask.js';

/** @typedef {{site: string, decision: 'asked' | 'allowed' | 'blocked', at: number}} SiteDecision */

const WORDS = { asked: 'siteAsked', allowed: 'siteAllowed', blocked: 'siteBlocked' };

/** @param {string} site @param {string} decision */
async function decide(site, decision) {
  byId('sites-error').textContent = '';
  try {
    await ask('decide', { site, decision });
    await showSites();
    return true;
  } catch (error) {
    byId('sites-error').textContent = errorSentence(error, { type: text('errorNotASite') });
    return false;
  }
}

/** @param {SiteDecision} decided */
function row({ site, decision }) {
  const other = decision === 'allowed' ? 'blocked' : 'allowed';
  const name = shortOrigin(site);
  const change = button(text(other === 'allowed' ? 'allow' : 'block'), () => void decide(site, other));
  const forget = button(text('forget'), () => void decide(site, 'asked'));
  change.setAttribute('aria-label', text(other === 'allowed' ? 'allowSite' : 'blockSite', name));
  forget.setAttribute('aria-label', text('forgetSite', name));
  return make('li', {}, make('span', { class: 'site' }, name), make('span', { class: 'quiet' }, text(WORDS[decision])),
    make('span', { class: 'buttons' }, change, forget));
}

/** Switched off by the popup, and on again here. @param {string} host */
function offRow(host) {
  const on = button(text('switchOnAgain'), async () => {
    await chrome.runtime.sendMessage({ ask: 'switch-site', url: `https://${host}`, off: false });
    await showSites();
  });
  on.setAttribute('aria-label', text('switchSiteOn', host));
  return make('li', {}, make('span', { class: 'site' }, host), make('span', { class: 'buttons' }, on));
}

export async function showSites() {
  /** @type {string[]} */
  const off = await chrome.runtime.sendMessage({ ask: 'sites-off' });
  byId('sites-off').hidden = off.length === 0;
  byId('sites-off-list').replaceChildren(...off.map(offRow));

  const { ask: asking, sites } = await ask('sites');
  byId('sites-mode').textContent = text(asking ? 'sitesAsking' : 'sitesNotAsking');
  byId('sites-list').replaceChildren(.../** @type {SiteDecision[]} */ (sites).map(row));
}

export function wireSites() {
  const input = /** @type {HTMLInputElement} */ (byId('sites-input'));
  for (const [id, decision] of [['sites-allow', 'allowed'], ['sites-block', 'blocked']]) {
    byId(id).addEventListener('click', async () => {
      if (await decide(input.value.trim(), decision)) input.value = '';
    });
  }
}
