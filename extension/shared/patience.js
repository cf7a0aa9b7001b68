/**
 * @file How long what a document declares waits for an answer. Calls no method of any built-in by name. May be imported by
 * page/ and content/.
 */

/** A host that does not answer must not keep a page waiting that would have its file without us. */
export const PATIENCE_MS = 2000;

/**
 * Time is counted by steps: a page that is busy finds what has come meanwhile before it counts on, and does not take its own
 * delay for the host's.
 */
const STEP_MS = 100;

/**
 * @template T
 * @param {(step: () => void, ms: number) => unknown} startTimer setTimeout
 * @param {number} patience in ms
 * @param {(done: (answer: T | undefined) => void, extend: (ms: number) => void) => void} ask `extend` gives it so much time from now on
 * @param {(answer: T | undefined) => void} goOn called once, with undefined when nothing has come in time
 */
export function inTime(startTimer, patience, ask, goOn) {
  let waiting = true;
  let left = patience;
  const done = (/** @type {T | undefined} */ answer) => {
    if (!waiting) return;
    waiting = false;
    goOn(answer);
  };
  const count = () => {
    if (!waiting) return;
    if (left <= 0) {
      done(undefined);
      return;
    }
    left -= STEP_MS;
    startTimer(count, STEP_MS);
  };
  count();
  ask(done, (ms) => { left = ms; });
}
