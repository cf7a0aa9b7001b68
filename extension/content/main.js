/**
 * @file Entry of the content script: isolated world, every frame, right after the page script.
 * Carries messages between the page's MessagePort and the background, unread but for the number of
 * the call, and serves what the document's markup declares.
 */

import { PORT_EVENT, READY_EVENT } from '../shared/names.js';
import { Connection } from './connection.js';
import { answerFrameQuestions } from './frames.js';
import { watchMarkup } from './markup.js';

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

/** @param {MessagePort} pagePort @param {Connection} connection */
function relay(pagePort, connection) {
  pagePort.onmessage = ({ data }) => {
    if (typeof data !== 'object' || data === null) return;
    const { call } = data;
    if (call === undefined) connection.notify(data);
    else if (typeof call === 'number') connection.call(data, (reply) => pagePort.postMessage({ ...reply, call }));
  };
}

if (window.isSecureContext) {
  const connection = new Connection();
  const pagePort = takePagePort();
  if (pagePort !== undefined) relay(pagePort, connection);
  answerFrameQuestions();
  watchMarkup(connection);
}
