/**
 * @file Entry of the content script: isolated world, every frame, right after the page script.
 * Carries messages between the page's MessagePort and the background's runtime port, unread but
 * for the number of the call, and adds nothing but whether the user has interacted with the page.
 *
 * The runtime port is opened with the first message: a page that never uses the API costs neither
 * a connection nor a wake-up of the background. The browser closes it when the page enters the
 * back/forward cache, the service worker restarts or the extension is updated; then every call
 * under way is settled as lost, and the next one connects again.
 */

import { PORT_EVENT, READY_EVENT, RUNTIME_PORT } from '../shared/names.js';
import { answerFrameQuestions } from './frames.js';

/**
 * Takes the port that the page script hands over. Outside these few synchronous steps no such
 * event is listened to: a page without the API (an insecure one) must not get a port by sending one.
 * @returns {MessagePort | undefined}
 */
function takePagePort() {
  /** @type {MessagePort | undefined} */
  let port;
  /** @param {Event} event */
  const onPort = (event) => {
    event.stopImmediatePropagation();
    port ??= /** @type {MessageEvent} */ (event).ports?.[0];
  };
  window.addEventListener(PORT_EVENT, onPort, { capture: true });
  window.dispatchEvent(new Event(READY_EVENT));
  window.removeEventListener(PORT_EVENT, onPort, { capture: true });
  return port;
}

/** @param {MessagePort} pagePort */
function relay(pagePort) {
  /** @type {chrome.runtime.Port | null} */
  let runtimePort = null;
  /** @type {Set<number>} */
  const underWay = new Set();

  /** @param {number} call */
  const settleAsLost = (call) =>
    pagePort.postMessage({
      call,
      ok: false,
      lost: true,
      error: { name: 'UnknownError', message: '' },
    });

  function leave() {
    runtimePort?.disconnect();
    runtimePort = null;
    const lost = [...underWay];
    underWay.clear();
    lost.forEach(settleAsLost);
  }

  function connect() {
    const port = chrome.runtime.connect({ name: RUNTIME_PORT });
    port.onMessage.addListener((message) => {
      underWay.delete(message.call);
      pagePort.postMessage(message);
    });
    port.onDisconnect.addListener(() => {
      void chrome.runtime.lastError;
      if (runtimePort === port) leave();
    });
    // The browser cuts the port of a page in the back/forward cache without telling this end.
    window.addEventListener('pagehide', leave);
    return port;
  }

  pagePort.onmessage = ({ data }) => {
    const call = data?.call;
    try {
      // A notice (no call) is about things of a connection; without one there is nothing to say.
      if (call === undefined && runtimePort === null) return;
      runtimePort ??= connect();
      if (typeof call === 'number') underWay.add(call);
      // Whether the user is there is this script's word, not the page's.
      runtimePort.postMessage({ active: navigator.userActivation.hasBeenActive, message: data });
    } catch {
      underWay.delete(call);
      if (typeof call === 'number') settleAsLost(call);
    }
  };
}

if (window.isSecureContext) {
  const pagePort = takePagePort();
  if (pagePort !== undefined) relay(pagePort);
  answerFrameQuestions();
}
