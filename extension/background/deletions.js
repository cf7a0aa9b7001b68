/**
 * @file What the settings page deletes, for as long as that can be undone. The page may be closed, or end, meanwhile;
 * what it had not undone by then is deleted. So it is when the whole browser ends: then when it is started again.
 * Pure but for what it is given; may be imported by background/main.js only.
 */

/** @typedef {{cmd: string, fields: Record<string, unknown>}} Deletion */
/**
 * @typedef {{later: string} & Deletion | {now: string} | {undo: string}} DeletionMessage
 *   each names a deletion by an id of the page's, which no other page uses
 */
/** @typedef {(deletion: Deletion) => Promise<import('./user-commands.js').StoreAnswer>} Run */
/** @typedef {import('./document-records.js').Area} Area */

/** What a page may put off. */
const DELETING = new Set(['remove', 'clear', 'activity.forget']);

const KEY = 'deletions';

/** A page that was there before the background was stopped has told again by then what it has not undone. */
const RECLAIM_MS = 10_000;

/** @param {any} message @returns {message is {later: string} & Deletion} */
const isDeletion = (message) => typeof message?.later === 'string' && DELETING.has(message.cmd);

/** Deletions that wait, written down. */
export class KeptDeletions {
  #area;
  /** @type {Promise<Record<string, Deletion>>} */ #kept;
  /** Those of pages that are there. @type {Set<string>} */ #claimed = new Set();

  /** @param {Area | null} area null in a private window, whose store ends with it */
  constructor(area) {
    this.#area = area;
    /** @type {Promise<Record<string, any>>} */
    const items = area?.get(KEY) ?? Promise.resolve({});
    this.#kept = items.then(({ [KEY]: kept = {} }) => kept, () => ({}));
  }

  /** @param {string} id @param {Deletion} deletion */
  async add(id, deletion) {
    this.#claimed.add(id);
    const kept = await this.#kept;
    kept[id] = deletion;
    await this.#write(kept);
  }

  /** @param {string} id */
  async drop(id) {
    const kept = await this.#kept;
    if (!Object.hasOwn(kept, id)) return;
    delete kept[id];
    await this.#write(kept);
  }

  /** Carries out what a browser has left that ended. @param {Run} run */
  async finishLeft(run) {
    if (Object.keys(await this.#kept).length === 0) return;
    await new Promise((resolve) => { setTimeout(resolve, RECLAIM_MS); });
    for (const [id, deletion] of Object.entries(await this.#kept)) {
      if (!this.#claimed.has(id) && !isOutOfReach(await run(deletion))) await this.drop(id);
    }
  }

  /** @param {Record<string, Deletion>} kept */
  async #write(kept) {
    // Without room for it the deletion waits in memory alone.
    await this.#area?.set({ [KEY]: kept }).catch(() => {});
  }
}

/** @param {import('./user-commands.js').StoreAnswer} answer */
const isOutOfReach = (answer) => !answer.ok && answer.error.name === 'HostUnavailable';

export class Deletions {
  #run;
  #kept;
  /** @type {Map<string, Deletion>} */ #waiting = new Map();

  /** @param {Run} run @param {KeptDeletions} kept */
  constructor(run, kept) {
    this.#run = run;
    this.#kept = kept;
  }

  /** @param {any} message @returns {Promise<unknown> | undefined} settled when what was to be deleted now is */
  receive(message) {
    if (isDeletion(message)) {
      const deletion = { cmd: message.cmd, fields: message.fields };
      this.#waiting.set(message.later, deletion);
      void this.#kept.add(message.later, deletion);
    } else if (typeof message?.undo === 'string' && this.#waiting.delete(message.undo)) void this.#kept.drop(message.undo);
    else if (typeof message?.now === 'string') return this.#carryOutNow(message.now);
    return undefined;
  }

  /** The page has gone: nobody is told any more. What cannot be done now is done later. */
  leave() {
    return Promise.all([...this.#waiting].map(async ([id, deletion]) => {
      this.#waiting.delete(id);
      if (!isOutOfReach(await this.#run(deletion))) await this.#kept.drop(id);
    }));
  }

  /** @param {string} id */
  async #carryOutNow(id) {
    const deletion = this.#waiting.get(id);
    if (deletion === undefined) return undefined;
    this.#waiting.delete(id);
    const answer = await this.#run(deletion);
    await this.#kept.drop(id);
    return answer;
  }
}

/**
 * @param {chrome.runtime.Port} port of one of our own pages
 * @param {Run} run
 * @param {KeptDeletions} kept
 */
export function serveDeletions(port, run, kept) {
  const deletions = new Deletions(run, kept);
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
