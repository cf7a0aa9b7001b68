/**
 * @file Deleting with a way back: what is deleted goes some seconds later, or when this page is left, unless it is undone.
 * The background keeps what waits, so that closing the page does not keep a file that its user saw vanish.
 * May be imported by ui/settings/main.js only.
 */

import { DELETIONS_PORT } from '../../shared/names.js';
import { button, byId, make, text } from '../text.js';
import { keyOf, Refused } from './ask.js';

const UNDO_MS = 8000;

/**
 * @typedef {object} Wish
 * @property {string} sentence what is being deleted
 * @property {string} cmd
 * @property {Record<string, unknown>} fields
 * @property {() => void} undone
 * @property {() => void} home gives the focus a place on the page, when it was on what goes
 * @property {(answer: any) => void} done
 * @property {(error: Refused) => void} failed
 */

/** @typedef {Wish & {id: string, toast: HTMLElement, timer: ReturnType<typeof setTimeout> | undefined, sent: boolean}} Waiting */

export class Undo {
  /** @type {chrome.runtime.Port | null} */ #port = null;
  /** @type {Map<string, Waiting>} */ #waiting = new Map();

  constructor() {
    document.addEventListener('keydown', (event) => {
      const inField = event.target instanceof HTMLInputElement && event.target.type !== 'checkbox';
      if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || inField) return;
      const last = [...this.#waiting.values()].findLast(({ sent }) => !sent);
      if (last === undefined) return;
      event.preventDefault();
      this.#undo(last);
    });
  }

  /** @param {Wish} wish */
  start(wish) {
    /** @type {Waiting} */
    const waiting = { ...wish, id: crypto.randomUUID(), toast: make('div', { class: 'toast' }), timer: undefined, sent: false };
    waiting.toast.append(make('span', {}, wish.sentence), button(text('undo'), () => this.#undo(waiting), 'primary'));
    // Nobody is hurried: as long as the pointer or the focus is on it, it stays.
    for (const type of ['mouseenter', 'focusin']) waiting.toast.addEventListener(type, () => clearTimeout(waiting.timer));
    for (const type of ['mouseleave', 'focusout']) {
      waiting.toast.addEventListener(type, () => {
        if (!waiting.toast.matches(':hover') && !waiting.toast.contains(document.activeElement)) this.#arm(waiting);
      });
    }
    this.#waiting.set(waiting.id, waiting);
    byId('toasts').append(waiting.toast);
    this.#sendAll(waiting);
    this.#arm(waiting);
  }

  /** A file that is wanted again is not deleted. @param {string} key */
  keep(key) {
    for (const waiting of this.#waiting.values()) {
      if (waiting.cmd === 'remove' && keyOf(/** @type {import('./ask.js').Hash} */ (waiting.fields.hash)) === key) this.#undo(waiting);
    }
  }

  /** @param {Waiting} waiting */
  #arm(waiting) {
    clearTimeout(waiting.timer);
    // A toast that goes loses the pointer and the focus, too.
    if (waiting.sent || !this.#waiting.has(waiting.id)) return;
    waiting.timer = setTimeout(() => {
      waiting.sent = true;
      waiting.toast.remove();
      this.#send({ now: waiting.id });
    }, UNDO_MS);
  }

  /** @param {Waiting} waiting */
  #undo(waiting) {
    if (waiting.sent) return;
    clearTimeout(waiting.timer);
    this.#send({ undo: waiting.id });
    this.#waiting.delete(waiting.id);
    const hadFocus = waiting.toast.contains(document.activeElement);
    waiting.toast.remove();
    waiting.undone();
    if (hadFocus) waiting.home();
  }

  /** @param {Waiting} waiting */
  #sendAll({ id, cmd, fields, sent }) {
    this.#send({ later: id, cmd, fields });
    if (sent) this.#send({ now: id });
  }

  /** @param {import('../../background/deletions.js').DeletionMessage} message */
  #send(message) {
    this.#connect().postMessage(message);
  }

  #connect() {
    if (this.#port !== null) return this.#port;
    const port = chrome.runtime.connect({ name: DELETIONS_PORT });
    this.#port = port;
    port.onMessage.addListener(({ done, answer }) => this.#finish(done, answer));
    // The background was stopped, and knows nothing any more. Deleting twice is deleting.
    port.onDisconnect.addListener(() => {
      this.#port = null;
      for (const waiting of this.#waiting.values()) this.#sendAll(waiting);
    });
    return port;
  }

  /** @param {string} id @param {any} answer */
  #finish(id, answer) {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    waiting.toast.remove();
    this.#waiting.delete(id);
    if (answer?.ok === true) waiting.done(answer);
    else waiting.failed(new Refused(answer?.error));
  }
}
