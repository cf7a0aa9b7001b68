/**
 * @file The only way out of the page's world. In a window: one MessagePort whose other end the content
 * script takes at the first call. In a worker: one whose other end its owner holds.
 * May be imported by page/ only.
 *
 * Answers are handed to callbacks, not promises, so that no step of ours can be watched through a
 * replaced `Promise.prototype.then` or `constructor`.
 */

import { PORT_EVENT } from '../shared/names.js';
import {
  addListener, append, dispatch, isClosed, iterableOf, makeChannel, mapDelete, mapForEach, mapGet, mapSet, MapCtor, messageData,
  MessageEventCtor, own, performanceOf, postMessage, setOnMessage,
} from './primordials.js';

/** @typedef {import('../shared/wire.js').Reply} Reply */
/** @typedef {import('../shared/wire.js').Channel} Channel */

/** @returns {any} what the content script would answer had the background gone away */
const lostReply = () => ({ __proto__: null, ok: false, lost: true, error: undefined });

/**
 * @param {(message: object) => boolean} send false: there is nobody to send to
 * @returns {{channel: Channel, receive: (event: MessageEvent) => void, lose: () => void, onLoss: (done: () => void) => () => void}}
 *   `onLoss` has `done` called when calls under way are lost, until what it returns is called
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
    onLoss(done) {
      lastCall += 1;
      const call = lastCall;
      mapSet(waiting, call, done);
      return () => mapDelete(waiting, call);
    },
  };
}

/**
 * Gives the content script one end of a new channel. The event goes to an object that has no place in the document: it
 * meets no listener of a page that does not look for it, and document.open() leaves that of the content script.
 * @returns {MessagePort | undefined} the other end; undefined: there is no content script
 */
function connect() {
  const { port1, port2 } = makeChannel();
  const event = new MessageEventCtor(PORT_EVENT, /** @type {any} */ ({ __proto__: null, cancelable: true, ports: iterableOf([port2]) }));
  return dispatch(performanceOf(globalThis), event) ? undefined : port1;
}

/**
 * The channel of a window. A frame that is removed gets no message any more, so its calls are settled
 * as lost when that happens, and later ones at once. `onLoss` is for what else would never end then.
 * @returns {Channel & {onLoss: (done: () => void) => () => void}}
 */
export function openChannel() {
  /** @type {MessagePort | undefined} */
  let port;
  // An event of the page's own says nothing of leaving.
  const leave = (/** @type {Event} */ event) => { if (event.isTrusted) lose(); };
  const { channel, receive, lose, onLoss } = createChannel((message) => {
    if (isClosed(globalThis)) return false;
    // document.open() removes every listener of the window; adding one that is there does nothing.
    addListener(globalThis, 'pagehide', leave, true);
    if (port === undefined) {
      port = connect();
      if (port === undefined) return false;
      setOnMessage(port, receive);
    }
    postMessage(port, message);
    return true;
  });
  return { ...channel, onLoss };
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
