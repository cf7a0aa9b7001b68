/**
 * @file What the settings page deletes, for as long as that can be undone. The page may be closed, or end, meanwhile;
 * what it had not undone by then is deleted. Pure but for what it is given; may be imported by background/main.js only.
 */

/** @typedef {{cmd: string, fields: Record<string, unknown>}} Deletion */
/**
 * @typedef {{later: string} & Deletion | {now: string} | {undo: string}} DeletionMessage
 *   each names a deletion by an id of the page's
 */

/** What a page may put off. */
const DELETING = new Set(['remove', 'clear', 'activity.forget']);

/** @param {any} message @returns {message is {later: string} & Deletion} */
const isDeletion = (message) => typeof message?.later === 'string' && DELETING.has(message.cmd);

export class Deletions {
  #run;
  /** @type {Map<string, Deletion>} */ #waiting = new Map();

  /** @param {(deletion: Deletion) => Promise<unknown>} run */
  constructor(run) {
    this.#run = run;
  }

  /** @param {any} message @returns {Promise<unknown> | undefined} settled when what was to be deleted now is */
  receive(message) {
    if (isDeletion(message)) this.#waiting.set(message.later, { cmd: message.cmd, fields: message.fields });
    else if (typeof message?.undo === 'string') this.#waiting.delete(message.undo);
    else if (typeof message?.now === 'string') return this.#carryOut(message.now);
    return undefined;
  }

  /** The page has gone. */
  leave() {
    return Promise.all([...this.#waiting.keys()].map((id) => this.#carryOut(id)));
  }

  /** @param {string} id */
  async #carryOut(id) {
    const deletion = this.#waiting.get(id);
    this.#waiting.delete(id);
    return deletion === undefined ? undefined : this.#run(deletion);
  }
}

/**
 * @param {chrome.runtime.Port} port of one of our own pages
 * @param {(deletion: Deletion) => Promise<unknown>} run
 */
export function serveDeletions(port, run) {
  const deletions = new Deletions(run);
  let open = true;
  port.onMessage.addListener(async (message) => {
    const answer = await deletions.receive(message);
    if (open && typeof message?.now === 'string') port.postMessage({ done: message.now, answer });
  });
  port.onDisconnect.addListener(() => {
    open = false;
    void deletions.leave();
  });
}
