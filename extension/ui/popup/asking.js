/**
 * @file Ask mode: whether the page's site, and the sites of its frames that were held back, may use what other sites stored.
 * May be imported by ui/popup.js only.
 */

import { shortOrigin } from '../format.js';
import { ask, errorSentence } from '../settings/ask.js';
import { button, byId, make, text } from '../text.js';

/** @typedef {'asked' | 'allowed' | 'blocked'} Decision */
/** @typedef {{ask: boolean, site: string, decision: Decision | null}} SiteState */

/** @param {SiteState} state @param {boolean} wants whether it has asked for something that it would find */
function sentenceOf({ site, decision }, wants) {
  const name = shortOrigin(site);
  if (decision === 'allowed') return text('askMay', name);
  if (decision === 'blocked') return text('askMayNot', name);
  return wants || decision === 'asked' ? text('askWants', name) : text('askNotYet', name);
}

/** @param {string} label @param {string} name for who hears it @param {() => void} action */
function namedButton(label, name, action) {
  const element = button(label, action);
  element.setAttribute('aria-label', name);
  return element;
}

class Row {
  element = make('li');
  #state;
  #wants;
  #allowed;
  #decided;

  /** @param {SiteState} state @param {boolean} wants @param {boolean} isPage whether it is the page's site, not a frame's @param {() => void} decided */
  constructor(state, wants, isPage, decided) {
    this.#state = state;
    this.#wants = wants;
    // A frame asks at its page's expense, and the answers that the page has paid for stand for its day.
    this.#allowed = isPage ? 'askReload' : 'askNextDay';
    this.#decided = decided;
    this.#show();
  }

  #show() {
    const { site, decision } = this.#state;
    const name = shortOrigin(site);
    const allow = namedButton(text('allow'), text('allowSite', name), () => void this.#decide('allowed'));
    const refuse = namedButton(text('askRefuse'), text('askRefuseSite', name), () => void this.#decide('blocked'));
    const again = namedButton(text('askAgain'), text('askAgainSite', name), () => void this.#decide('asked'));
    const choices = decision === 'allowed' ? [refuse, again] : decision === 'blocked' ? [allow, again] : [allow, refuse];
    this.element.replaceChildren(make('p', { tabindex: '-1' }, sentenceOf(this.#state, this.#wants)), make('div', { class: 'buttons' }, ...choices));
  }

  /** @param {Decision} decision */
  async #decide(decision) {
    byId('ask-error').textContent = '';
    const { site } = this.#state;
    try {
      await ask('decide', { site, decision });
      this.#state = await ask('site', { site });
    } catch (error) {
      byId('ask-error').textContent = errorSentence(error);
      return;
    }
    this.#show();
    byId('ask-said').textContent = text(decision === 'allowed' ? this.#allowed : 'siteSwitched');
    // The buttons are others now; the focus goes to what was decided, and on to them.
    /** @type {HTMLElement} */ (this.element.querySelector('p')).focus();
    this.#decided();
  }
}

/** @param {string} origin @returns {Promise<SiteState | null>} null for what has no site, or no store to ask */
const stateOf = (origin) => ask('site', { site: origin }).catch(() => null);

/**
 * @param {string} page the origin of the page in the tab; empty when its site is none to ask about
 * @param {string[]} heldBack origins of documents that were not told of files for want of an answer
 * @param {() => void} decided called when the user has decided about one
 */
export async function showAsking(page, heldBack, decided) {
  const states = await Promise.all([...(page === '' ? [] : [page]), ...heldBack].map(stateOf));
  /** @type {Map<string, {state: SiteState, wants: boolean, isPage: boolean}>} */
  const sites = new Map();
  states.forEach((state, index) => {
    if (state === null || !state.ask) return;
    const isPage = page !== '' && index === 0;
    const known = sites.get(state.site);
    sites.set(state.site, { state, wants: !isPage || known?.wants === true, isPage: isPage || known?.isPage === true });
  });
  byId('ask').hidden = sites.size === 0;
  byId('ask-said').textContent = '';
  byId('ask-list').replaceChildren(...[...sites.values()].map(({ state, wants, isPage }) => new Row(state, wants, isPage, decided).element));
}
