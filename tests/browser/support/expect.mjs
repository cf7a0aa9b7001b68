/** What tests expect of an outcome. */
import assert from 'node:assert/strict';
import { hashOf } from './bytes.mjs';
import { read } from './in-page.mjs';

/** @typedef {import('./in-page.mjs').Outcome} Outcome */
/** @typedef {import('./in-page.mjs').Target} Target */
/** @typedef {import('./bytes.mjs').Hash} Hash */

/** @param {Outcome} outcome @returns {any} the value */
export function succeeded(outcome) {
  assert.equal(outcome.error, undefined, `It failed: ${outcome.error?.name}: ${outcome.error?.message}`);
  return outcome.value;
}

/** @param {Outcome} outcome @param {string} name @param {string} [what] */
export function failedWith(outcome, name, what) {
  const seen = outcome.error ? outcome.error.name : `success with ${JSON.stringify(outcome.value)}`;
  assert.equal(seen, name, what ?? outcome.error?.message);
  const error = /** @type {import('./in-page.mjs').PageError} */ (outcome.error);
  assert.ok(name === 'TypeError' ? error.isTypeError : error.isDOMException, `${name} of the wrong class`);
  return error;
}

/** @param {Target} target @param {Uint8Array} bytes @param {import('./bytes.mjs').Algorithm} [algorithm] */
export async function finds(target, bytes, algorithm = 'SHA-256') {
  const hash = hashOf(bytes, algorithm);
  assert.deepEqual(succeeded(await read(target, hash)), { name: hash.value, size: bytes.length, digest: hash.value });
}

/** @param {Target} target @param {Uint8Array | Hash} wanted */
export async function misses(target, wanted) {
  const hash = wanted instanceof Uint8Array ? hashOf(wanted) : wanted;
  return failedWith(await read(target, hash), 'NotFoundError', 'The read should have been a miss.');
}

/**
 * Waits for what happens in its own time, such as the clean-up after a page that is gone.
 * @param {() => unknown} check
 * @param {string} what
 * @param {number} [timeout] milliseconds; generous, since it only bounds a hanging test
 */
export async function eventually(check, what, timeout = 15_000) {
  const deadline = Date.now() + timeout;
  while (!(await check())) {
    if (Date.now() > deadline) assert.fail(`It did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
