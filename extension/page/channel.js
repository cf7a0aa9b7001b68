/**
 * @file The page script's only way out: one MessagePort whose other end the content script took
 * before any script of the page ran. May be imported by page/ only.
 *
 * Answers are handed to callbacks, not promises, so that no step of ours can be watched through a
 * replaced `Promise.prototype.then` or `constructor`.
 */

import { PORT_EVENT, READY_EVENT } from '../shared/names.js';
import {
  mapDelete, mapGet, mapSet, MapCtor, MessageChannelCtor, messageData, own, postMessage, setOnMessage,
} from './primordials.js';

/** @typedef {import('../shared/wire.js').Reply} Reply */
/** @typedef {import('../shared/wire.js').Request} Request */
/** @typedef {import('../shared/wire.js').Notice} Notice */

/**
 * @typedef {object} Channel
 * @property {(request: Request, done: (reply: any) => void) => void} call
 * @property {(notice: Notice) => void} notify
 */

/** @returns {any} what the content script would answer had the background gone away */
const lostReply = () => ({ __proto__: null, ok: false, lost: true, error: undefined });

/**
 * Must be called before any script of the page runs.
 * @returns {Channel}
 */
export function openChannel() {
  const { port1, port2 } = new MessageChannelCtor();
  const waiting = new MapCtor();
  let lastCall = 0;
  let connected = false;

  window.addEventListener(
    READY_EVENT,
    (event) => {
      event.stopImmediatePropagation();
      connected = true;
      window.dispatchEvent(new MessageEvent(PORT_EVENT, { ports: [port2] }));
    },
    { once: true, capture: true },
  );

  setOnMessage(port1, (event) => {
    const reply = messageData(event);
    const call = own(reply, 'call');
    const done = mapGet(waiting, call);
    mapDelete(waiting, call);
    if (done !== undefined) done(reply);
  });

  return {
    call(request, done) {
      if (!connected) {
        done(lostReply());
        return;
      }
      lastCall += 1;
      mapSet(waiting, lastCall, done);
      postMessage(port1, { __proto__: null, ...request, call: lastCall });
    },
    notify(notice) {
      if (connected) postMessage(port1, notice);
    },
  };
}
