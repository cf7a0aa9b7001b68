/**
 * @file Entry of the content script: isolated world, every frame, right after the page script.
 * Carries messages between the page's MessagePort and the background, unread but for the number of
 * the call, and serves what the document's markup declares.
 */

import { MARKUP_EVENT, PORT_EVENT } from '../shared/names.js';
import { Connection } from './connection.js';
import { serveMarkup } from './markup.js';
import { listenForNonces } from './nonces.js';

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
  /** @type {Connection | undefined} */
  let shared;
  const connection = () => (shared ??= new Connection());
  // See page/channel.js. What a page sends here itself is as good as what its page script sends.
  performance.addEventListener(PORT_EVENT, (event) => {
    event.stopImmediatePropagation();
    event.preventDefault();
    const [port] = /** @type {MessageEvent} */ (event).ports ?? [];
    if (port !== undefined) relay(port, connection());
  });
  let serves = false;
  performance.addEventListener(MARKUP_EVENT, (event) => {
    event.stopImmediatePropagation();
    event.preventDefault();
    // Once more from a page that has said so itself.
    if (serves) return;
    serves = true;
    serveMarkup(connection());
  });
  listenForNonces();
}
