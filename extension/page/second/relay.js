/**
 * @file Answers a worker's calls with its owner's own channel: a worker may do what its owner may,
 * and no more. May be imported by page/workers.js only.
 */

import {
  append, mapDelete, mapForEach, mapSet, MapCtor, own, postMessage,
} from '../primordials.js';

/** @typedef {import('../channel.js').Channel} Channel */

/**
 * @param {Channel} channel
 * @param {MessagePort} port to the worker
 */
export function createRelay(channel, port) {
  /** Write sessions that are open; nobody but their worker could end them. */
  const sessions = new MapCtor();
  let abandoned = false;

  /** @param {string[]} open */
  const end = (open) => channel.notify({ op: 'release', handles: [], sessions: open });

  return {
    /** @param {unknown} message */
    forward(message) {
      const call = own(message, 'call');
      if (call === undefined) {
        channel.notify(/** @type {any} */ (message));
        return;
      }
      // Nobody waits for what the worker had asked before its end.
      if (abandoned) return;
      const op = own(message, 'op');
      if (op === 'write.close' || op === 'write.abort') mapDelete(sessions, own(message, 'session'));
      channel.call(/** @type {any} */ (message), (reply) => {
        const session = own(reply, 'session');
        if (typeof session === 'string') {
          if (abandoned) end([session]);
          else mapSet(sessions, session, true);
        }
        postMessage(port, { __proto__: null, ...reply, call });
      });
    },

    /** The worker was terminated, perhaps in the middle of writing. */
    abandon() {
      abandoned = true;
      /** @type {string[]} */
      const open = [];
      mapForEach(sessions, (_value, session) => append(open, session));
      if (open.length > 0) end(open);
    },
  };
}
