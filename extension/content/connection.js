/**
 * @file The runtime port to the background, shared by the page's messages and this script's own. Opened with the first
 * message: a page that never uses the API costs neither a connection nor a wake-up of the background. The browser closes
 * it when the page enters the back/forward cache, the service worker restarts or the extension is updated; then
 * every call under way is settled as lost, and the next one connects again.
 * May be used by content/ only.
 */

import { RUNTIME_PORT } from '../shared/names.js';

/** @typedef {(reply: any) => void} Done */

const lostReply = () => ({ ok: false, lost: true, error: { name: 'UnknownError', message: '' } });

export class Connection {
  /** @type {chrome.runtime.Port | null} */ #port = null;
  /** @type {Map<number, Done>} */ #underWay = new Map();
  #lastCall = 0;
  // An event of the page's own says nothing of leaving.
  #leave = (/** @type {Event} */ event) => { if (event.isTrusted) this.leave(); };
  /** @type {MutationObserver | undefined} */ #openings;

  /**
   * @param {object} message
   * @param {Done} done
   */
  call(message, done) {
    this.#lastCall += 1;
    const call = this.#lastCall;
    this.#underWay.set(call, done);
    try {
      this.#send({ ...message, call });
    } catch {
      this.#underWay.delete(call);
      done(lostReply());
    }
  }

  /** A notice is about things of a connection: without one there is nothing to say. @param {object} message */
  notify(message) {
    try {
      if (this.#port !== null) this.#send(message);
    } catch {
      // The extension was updated; its things are gone.
    }
  }

  /** @param {object} message */
  #send(message) {
    this.#port ??= this.#connect();
    // Whether the user is there is this script's word, not the page's.
    this.#port.postMessage({ active: navigator.userActivation.hasBeenActive, message });
  }

  #connect() {
    const port = chrome.runtime.connect({ name: RUNTIME_PORT });
    port.onMessage.addListener(({ warnings = [], ...message }) => {
      // In this script's console, which shows beside the page's and which the page cannot touch.
      for (const warning of warnings) console.warn(warning);
      const done = this.#underWay.get(message.call);
      this.#underWay.delete(message.call);
      done?.(message);
    });
    port.onDisconnect.addListener(() => {
      void chrome.runtime.lastError;
      if (this.#port === port) this.leave();
    });
    this.#hearLeaving();
    return port;
  }

  #hearLeaving() {
    // The browser cuts the port of a page in the back/forward cache without telling this end.
    const listen = () => window.addEventListener('pagehide', this.#leave);
    listen();
    // document.open() removes every listener of the window, and whatever the document has; adding one that is there does nothing.
    this.#openings ??= new MutationObserver(listen);
    this.#openings.observe(document, { childList: true });
  }

  leave() {
    this.#port?.disconnect();
    this.#port = null;
    const lost = [...this.#underWay.values()];
    this.#underWay.clear();
    for (const done of lost) done(lostReply());
  }
}
