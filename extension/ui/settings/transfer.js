/** @file Bytes to and from the store, by way of the background. May be imported by ui/settings/ only. */

import { TRANSFERS_PORT } from '../../shared/names.js';
import { Refused } from './ask.js';

/** @typedef {import('../../background/transfers.js').Added} Added */
/** @typedef {import('../../background/transfers.js').TransferMessage} TransferMessage */
/** @typedef {import('../../background/transfers.js').TransferReport} TransferReport */

/**
 * @param {TransferMessage} message
 * @param {AbortSignal} [signal] ends it: what was written is thrown away
 * @param {(done: number) => void} [progress] bytes
 * @returns {Promise<TransferReport>} rejects with Refused, or with the signal's reason
 */
export function transfer(message, signal, progress = () => {}) {
  return new Promise((resolve, reject) => {
    const port = chrome.runtime.connect({ name: TRANSFERS_PORT });
    // The background was stopped, or has gone.
    port.onDisconnect.addListener(() => reject(new Refused({ name: 'HostUnavailable' })));
    signal?.addEventListener('abort', () => {
      port.disconnect();
      reject(signal.reason);
    });
    port.onMessage.addListener((/** @type {TransferReport} */ report) => {
      if ('done' in report) {
        progress(report.done);
        return;
      }
      port.disconnect();
      if ('error' in report) reject(new Refused(report.error));
      else resolve(report);
    });
    port.postMessage(message);
  });
}
