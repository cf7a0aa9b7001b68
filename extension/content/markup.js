/**
 * @file Sees the scripts and style sheets that the parser finds, before it runs them, and has those that declare
 * `crossoriginstorage` served from the store (script-order.js), and style elements with declared addresses (declared/urls.js).
 * Begins when the page script has found the first of them (page/markup-watch.js). May be called by content/main.js only.
 *
 * The parser lets a MutationObserver run at a script's end tag, before it runs the script. What a script
 * inserts by itself has begun to load by then and is the browser's.
 */

import { DECLARED_URL_MARK, LOADED_EVENT, PARSED_EVENT, RERUN_EVENT } from '../shared/names.js';
import { isDeclared } from './declaration.js';
import { EventHold } from './event-hold.js';
import { ScriptOrder } from './script-order.js';

/** @typedef {import('./connection.js').Connection} Connection */

const HTML = 'http://www.w3.org/1999/xhtml';

/** Scripts of these types run. */
const CLASSIC = new Set([
  'application/ecmascript', 'application/javascript', 'application/x-ecmascript', 'application/x-javascript', 'text/ecmascript',
  'text/javascript', 'text/javascript1.0', 'text/javascript1.1', 'text/javascript1.2', 'text/javascript1.3', 'text/javascript1.4',
  'text/javascript1.5', 'text/jscript', 'text/livescript', 'text/x-ecmascript', 'text/x-javascript',
]);

/** @param {HTMLScriptElement} script @returns {'classic' | 'module' | undefined} undefined: it never runs */
function kindOf(script) {
  const type = script.getAttribute('type');
  const language = script.getAttribute('language') ?? '';
  if (type === '' || (type === null && language === '')) return 'classic';
  // Chromium trims what may be a MIME type, and nothing else.
  if (type?.toLowerCase() === 'module') return 'module';
  return CLASSIC.has((type?.trim() ?? `text/${language}`).toLowerCase()) ? 'classic' : undefined;
}

/** Whether a script is of an event that no browser sends to scripts any more. @param {HTMLScriptElement} script */
function isOfOtherEvent(script) {
  const [target, event] = ['for', 'event'].map((name) => script.getAttribute(name)?.trim().toLowerCase());
  return target !== undefined && event !== undefined && (target !== 'window' || !['onload', 'onload()'].includes(event));
}

/**
 * @param {HTMLScriptElement} script
 * @returns {'blocking' | 'deferred' | 'async' | undefined} when it would run; undefined: never
 */
function timeOf(script) {
  const kind = kindOf(script);
  if (kind === undefined || (kind === 'classic' && (script.noModule || isOfOtherEvent(script)))) return undefined;
  const isModule = kind === 'module';
  const external = script.hasAttribute('src');
  if (script.hasAttribute('async') && (external || isModule)) return 'async';
  return isModule || (external && script.defer) ? 'deferred' : 'blocking';
}

/**
 * Whether the parser inserted it and is about to prepare it: a script that another script made counts as async
 * unless it says otherwise, and no element comes after the one that the parser is at.
 * @param {HTMLScriptElement} script
 */
function isAtParser(script) {
  if (document.readyState !== 'loading' || (script.async && !script.hasAttribute('async'))) return false;
  /** @type {Node | null} */
  let node = script;
  for (; node !== null && node !== document; node = node.parentNode) {
    if (node.nextSibling !== null) return false;
  }
  return node === document;
}

/** Signs that elements must be left alone. */
function isHindered() {
  // Nobody could run what is held back.
  if (document.dispatchEvent(new CustomEvent(RERUN_EVENT, { cancelable: true }))) return true;
  // Policies in headers are the background's to judge; one in markup counts as much. A service worker
  // of the site may have made this response, whose headers then nobody saw.
  return !/^https?:$/.test(location.protocol) || navigator.serviceWorker?.controller !== null
    || document.querySelector('meta[http-equiv="content-security-policy" i]') !== null;
}

/** Until something is to be served in the head or as a child of the body, nothing below that is looked at. */
class MarkupService {
  #connection;
  #parsed = new EventHold(PARSED_EVENT, () => document.dispatchEvent(new Event('DOMContentLoaded', { bubbles: true })));
  #loaded = new EventHold(LOADED_EVENT, () => window.dispatchEvent(new Event('load')));
  /** @type {ScriptOrder | undefined} from the first element on that is served */
  #order;
  /** @type {Set<HTMLStyleElement>} styles that the parser may not have ended */
  #open = new Set();
  #deep = false;
  #observer = new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      for (const node of addedNodes) this.#see(node);
    }
    this.#finish();
  });

  /** @param {Connection} connection */
  constructor(connection) {
    this.#connection = connection;
    this.#parsed.onCome = () => {
      this.#seeStyles(true);
      this.#order?.onParsed();
      // Afterwards only scripts insert elements: the document must have declared something before.
      if (this.#order === undefined) this.#observer.disconnect();
    };
  }

  begin() {
    this.#watch(document);
    this.#finish();
  }

  #orderBegun() {
    this.#order ??= new ScriptOrder(this.#connection, this.#parsed, this.#loaded);
    return this.#order;
  }

  /**
   * Children alone: to be told of every element would cost a long document a fifth of its parsing.
   * @param {Node} parent
   */
  #watch(parent) {
    if (this.#deep) return;
    this.#observer.observe(parent, { childList: true });
    // The parser was faster.
    for (const child of parent.childNodes) this.#see(child);
  }

  /** @param {Node} node */
  #see(node) {
    // A processing instruction may be called so, too.
    if (/** @type {Element} */ (node).namespaceURI !== HTML) return;
    switch (node.nodeName) {
      case 'HTML':
      case 'HEAD':
      case 'BODY':
        this.#watch(node);
        break;
      case 'SCRIPT':
        this.#seeScript(/** @type {HTMLScriptElement} */ (node));
        break;
      case 'LINK':
        this.#seeLink(/** @type {HTMLLinkElement} */ (node));
        break;
      case 'STYLE':
        this.#open.add(/** @type {HTMLStyleElement} */ (node));
    }
  }

  /** @param {HTMLScriptElement} script */
  #seeScript(script) {
    const declared = isDeclared(script, 'src');
    if (!declared && !this.#order?.isBusy) return;
    const time = timeOf(script);
    if (time === undefined || !isAtParser(script) || isHindered()) return;
    this.#orderBegun().meet(script, time, declared);
  }

  /** @param {HTMLLinkElement} link */
  #seeLink(link) {
    if (!link.relList.contains('stylesheet') || link.relList.contains('alternate') || link.disabled) return;
    if (isDeclared(link, 'href') && !isHindered()) this.#orderBegun().meetSheet(link);
  }

  /** @param {boolean} all */
  #seeStyles(all) {
    for (const style of this.#open) {
      if (!all && style.nextSibling === null) continue;
      this.#open.delete(style);
      void this.#serveStyle(style);
    }
  }

  /** @param {HTMLStyleElement} style */
  async #serveStyle(style) {
    const text = style.textContent;
    if (!text.includes(DECLARED_URL_MARK) || isHindered()) return;
    const { styles, part } = await this.#orderBegun().policy;
    const served = styles && part !== undefined ? await part.serveUrls(this.#connection, text, document.baseURI) : text;
    if (served !== text && style.textContent === text) style.textContent = served;
  }

  /** After all that is new was seen. */
  #finish() {
    if (this.#open.size > 0) this.#seeStyles(document.readyState !== 'loading');
    // What comes after a script that waits has to wait wherever it is.
    if (this.#order !== undefined && !this.#deep) {
      this.#deep = true;
      this.#observer.observe(document, { childList: true, subtree: true });
    }
  }
}

/** @param {Connection} connection */
export function serveMarkup(connection) {
  new MarkupService(connection).begin();
}
