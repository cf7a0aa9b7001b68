/**
 * @file Takes our frames out of the stacks of errors that pass through us. Tools that sites watch their errors with
 * drop an error whose stack names an extension, as not the site's own; and a page that never heard of the API
 * would find us in the stack of each of its failed fetches. May be imported by page/ only.
 */

import {
  ErrorCtor, exec, getOwnPropertyDescriptor, getPrototypeOf, hasOwn, includes, indexOf, isError, PromiseCtor, promisePrototype, promiseThen, slice,
} from './primordials.js';


/** @type {string | undefined} of our scripts in a window, their directory; in a worker, of its one script */
let address;

/**
 * Out of the first line of a stack: `    at ourAddress (chrome-extension://…/page.js:1:2)`. Not before it is needed: a
 * stack makes the engine read the script once more, for its positions, which takes longer than all else at the start.
 */
function ourAddress() {
  address ??= exec(/\((chrome-extension:\/\/[^()\s/]+\/|[^()\s]+(?=:\d+:\d+\)))/, `${new ErrorCtor().stack}`)?.[1];
  return address;
}

/** @param {string} stack @param {string} ours */
function withoutLinesOf(stack, ours) {
  let kept = '';
  for (let start = 0; start < stack.length;) {
    const end = indexOf(stack, '\n', start);
    const next = end === -1 ? stack.length : end + 1;
    const line = slice(stack, start, next);
    if (!includes(line, ours)) kept += line;
    start = next;
  }
  const last = kept.length - 1;
  return kept[last] === '\n' ? slice(kept, 0, last) : kept;
}

/** @param {any} error */
function clean(error) {
  // A page that formats stacks itself would be asked to format this one before its time.
  if (!isError(error) || hasOwn(ErrorCtor, 'prepareStackTrace')) return;
  try {
    if (getOwnPropertyDescriptor(error, 'stack') === undefined) return;
    const { stack } = error;
    const ours = ourAddress();
    if (typeof stack === 'string' && ours !== undefined && includes(stack, ours)) error.stack = withoutLinesOf(stack, ours);
  } catch {
    // A frozen error keeps its stack.
  }
}

/**
 * What a body gives, a promise or not, with errors that do not name us.
 * @param {() => any} body
 */
export function withoutOurFrames(body) {
  let result;
  try {
    result = body();
  } catch (error) {
    clean(error);
    throw error;
  }
  if (typeof result !== 'object' || result === null || getPrototypeOf(result) !== promisePrototype) return result;
  return new PromiseCtor((resolve, reject) => {
    promiseThen(result, resolve, (error) => {
      clean(error);
      reject(error);
    });
  });
}
