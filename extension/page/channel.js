/**
 * @file The only way out of the page's world. In a window: one MessagePort whose other end the content
 * script took before any script of the page ran. In a worker: one whose other end its owner holds.
 * May be imported by page/ only.
 *
 * Answers are handed to callbacks, not promises, so that no step of ours can be watched through a
 * replaced `Promise.prototype.then` or `constructor`.
 */

import { PORT_EVENT, READY_EVENT } from '../shared/names.js';
import {
  addListener, append, getterOf, mapDelete, mapForEach, mapGet, mapSet, MapCtor, MessageChannelCtor, messageData, own, postMessage, setOnMessage,
} from './primordials.js';

/** @typedef {import('../shared/wire.js').Reply} Reply */
/** @typedef {import('../shared/wire.js').Channel} Channel */

const isClosed = getterOf(globalThis, 'closed');

/** @returns {any} what the content script would answer had the background gone away */
const lostReply = () => ({ __proto__: null, ok: false, lost: true, error: undefined });

/**
 * @param {(message: object) => boolean} send false: there is nobody to send to
 * @returns {{channel: Channel, receive: (event: MessageEvent) => void, lose: () => void}}
 */
function createChannel(send) {
  const waiting = new MapCtor();
  let lastCall = 0;
  return {
    channel: {
      call(request, done) {
        lastCall += 1;
        mapSet(waiting, lastCall, done);
        if (send({ __proto__: null, ...request, call: lastCall })) return;
        mapDelete(waiting, lastCall);
        done(lostReply());
      },
      notify: send,
    },
    receive(event) {
      const reply = messageData(event);
      const call = own(reply, 'call');
      const done = mapGet(waiting, call);
      mapDelete(waiting, call);
      if (done !== undefined) done(reply);
    },
    lose() {
      /** @type {((reply: any) => void)[]} */
      const lost = [];
      mapForEach(waiting, (done, call) => {
        append(lost, done);
        mapDelete(waiting, call);
      });
      for (let index = 0; index < lost.length; index += 1) lost[index](lostReply());
    },
  };
}

/**
 * The channel of a window. A frame that is removed gets no message any more, so its calls are settled
 * as lost when that happens, and later ones at once. Must be called before any script of the page runs.
 * @returns {Channel}
 */
export function openChannel() {
  const { port1, port2 } = new MessageChannelCtor();
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

  const { channel, receive, lose } = createChannel((message) => {
    if (!connected || isClosed(window)) return false;
    // document.open() removes every listener of the window; adding one that is there does nothing.
    addListener(window, 'pagehide', lose, true);
    postMessage(port1, message);
    return true;
  });
  setOnMessage(port1, receive);
  return channel;
}

/**
 * The channel of a worker, whose port comes after its script has begun: what is called until then waits.
 * @returns {{channel: Channel, connect: (port: MessagePort) => void}}
 */
export function awaitChannel() {
  /** @type {MessagePort | null} */
  let owner = null;
  /** @type {object[]} */
  const early = [];

  const { channel, receive } = createChannel((message) => {
    if (owner === null) append(early, message);
    else postMessage(owner, message);
    return true;
  });
  return {
    channel,
    connect(port) {
      owner = port;
      setOnMessage(port, receive);
      for (let index = 0; index < early.length; index += 1) postMessage(port, early[index]);
      early.length = 0;
    },
  };
}
