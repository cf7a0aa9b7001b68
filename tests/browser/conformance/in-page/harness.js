/**
 * Subtests and assertions in the style of web-platform-tests, for windows and workers alike.
 * Subtests of a file run one after the other, in the order in which they stand there.
 */

/** @typedef {{name: string, passed: boolean, message: string, duration: number}} Result */

/** Bounds a subtest that hangs, and nothing else. */
const HANGING_MS = 30_000;

/** @type {{name: string, body: (t: Test) => unknown}[]} */
const declared = [];

class AssertionError extends Error {}

export class Test {
  /** @type {(() => unknown)[]} */
  #cleanups = [];

  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }

  /** @param {() => unknown} cleanup */
  add_cleanup(cleanup) {
    this.#cleanups.push(cleanup);
  }

  /** @param {string} what */
  unreached_func(what) {
    return () => assert_unreached(what);
  }

  async clean_up() {
    for (const cleanup of this.#cleanups.reverse()) await cleanup();
  }
}

/** @param {(t: Test) => unknown} body @param {string} name */
export function promise_test(body, name) {
  if (declared.some((other) => other.name === name)) throw new Error(`Two subtests are called ‘${name}’.`);
  declared.push({ name, body });
}

export const test = promise_test;

/** @param {{name: string, body: (t: Test) => unknown}} subtest @returns {Promise<Result>} */
async function run_one({ name, body }) {
  const t = new Test(name);
  /** @type {any} */ let timer;
  const hanging = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new AssertionError('It did not settle.')), HANGING_MS);
  });
  const start = performance.now();
  const result = (/** @type {boolean} */ passed, /** @type {string} */ message) => ({ name, passed, message, duration: performance.now() - start });
  try {
    await Promise.race([Promise.resolve().then(() => body(t)), hanging]);
    return result(true, '');
  } catch (error) {
    return result(false, describe(error));
  } finally {
    clearTimeout(timer);
    await Promise.race([Promise.resolve().then(() => t.clean_up()).catch(() => {}), hanging.catch(() => {})]);
  }
}

/** @returns {Promise<Result[]>} */
export async function run_declared() {
  const results = [];
  for (const subtest of declared.splice(0)) results.push(await run_one(subtest));
  return results;
}

/** @param {any} value @returns {string} */
function describe(value) {
  if (value instanceof AssertionError) return value.message;
  if (value instanceof Error || value instanceof DOMException) return `${value.name}: ${value.message}\n${value.stack ?? ''}`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** @param {unknown} condition @param {string} message @returns {asserts condition} */
export function assert(condition, message) {
  if (!condition) throw new AssertionError(message);
}

/** @param {string} [what] @returns {never} */
export function assert_unreached(what = 'reached') {
  throw new AssertionError(`Should not have happened: ${what}`);
}

/** @param {unknown} actual @param {string} [what] */
export const assert_true = (actual, what = '') => assert(actual === true, `${what} expected true, got ${describe(actual)}`);
/** @param {unknown} actual @param {string} [what] */
export const assert_false = (actual, what = '') => assert(actual === false, `${what} expected false, got ${describe(actual)}`);

/** @param {unknown} actual @param {unknown} expected @param {string} [what] */
export const assert_equals = (actual, expected, what = '') =>
  assert(Object.is(actual, expected), `${what} expected ${describe(expected)}, got ${describe(actual)}`);
/** @param {unknown} actual @param {unknown} other @param {string} [what] */
export const assert_not_equals = (actual, other, what = '') => assert(!Object.is(actual, other), `${what} got ${describe(actual)}`);

/** @param {ArrayLike<unknown>} actual @param {ArrayLike<unknown>} expected @param {string} [what] */
export function assert_array_equals(actual, expected, what = '') {
  assert(typeof actual === 'object' && actual !== null && 'length' in actual, `${what} expected a list, got ${describe(actual)}`);
  let same = actual.length === expected.length;
  for (let index = 0; same && index < expected.length; index += 1) same = Object.is(actual[index], expected[index]);
  assert(same, `${what} expected ${describe(Array.from(expected).slice(0, 20))}, got ${describe(Array.from(actual).slice(0, 20))}`);
}

/** @param {any} actual @param {Function} expected @param {string} [what] */
export const assert_instance = (actual, expected, what = '') => assert(actual instanceof expected, `${what} got ${describe(actual)}`);

/** @param {any} object @param {string} expected @param {string} [what] */
export const assert_class_string = (object, expected, what = '') =>
  assert_equals(Object.prototype.toString.call(object), `[object ${expected}]`, what);

/** @param {any} error @param {Function} constructor */
function check_js(error, constructor) {
  assert(typeof error === 'object' && error !== null, `expected a ${constructor.name}, got ${describe(error)}`);
  assert(error.constructor === constructor, `expected a ${constructor.name} of this realm, got ${describe(error)}`);
  assert_equals(error.name, constructor.name, 'the name of the error');
}

const LEGACY_CODES = /** @type {Record<string, number>} */ ({
  NotFoundError: 8, InvalidStateError: 11, SyntaxError: 12, AbortError: 20, QuotaExceededError: 22, DataCloneError: 25,
});

/** @param {any} error @param {string} name */
function check_dom(error, name) {
  assert(error instanceof DOMException, `expected a ${name}, got ${describe(error)}`);
  assert_equals(error.name, name, `the name of the exception (${error.message})`);
  assert(typeof error.message === 'string' && error.message !== '', 'the exception has no message');
  assert_equals(error.code, LEGACY_CODES[name] ?? 0, 'the code of the exception');
  assert(!(error instanceof TypeError), 'it must not be a TypeError');
  // Newer browsers made this one a class of its own.
  const Own = /** @type {any} */ (globalThis).QuotaExceededError;
  if (name === 'QuotaExceededError' && Own) assert_instance(error, Own, 'a QuotaExceededError has its own class');
  else assert_equals(error.constructor, DOMException, 'the class of the exception');
}

/** @param {Function} constructor @param {() => unknown} body */
export function assert_throws_js(constructor, body) {
  let error;
  try {
    body();
  } catch (thrown) {
    error = { thrown };
  }
  assert(error !== undefined, `expected it to throw a ${constructor.name}`);
  check_js(error.thrown, constructor);
}

/** @param {string} name @param {() => unknown} body */
export function assert_throws_dom(name, body) {
  let error;
  try {
    body();
  } catch (thrown) {
    error = { thrown };
  }
  assert(error !== undefined, `expected it to throw a ${name}`);
  check_dom(error.thrown, name);
}

/** @param {Promise<unknown>} promise @param {string} what @returns {Promise<any>} the reason */
async function reason_of(promise, what) {
  assert(promise instanceof Promise, `expected a promise that rejects with ${what}, got ${describe(promise)}`);
  return promise.then((value) => assert_unreached(`resolved with ${describe(value)} instead of rejecting with ${what}`), (error) => error);
}

/** @param {Test} _t @param {Function} constructor @param {Promise<unknown>} promise */
export async function promise_rejects_js(_t, constructor, promise) {
  const error = await reason_of(promise, constructor.name);
  check_js(error, constructor);
  return error;
}

/** @param {Test} _t @param {string} name @param {Promise<unknown>} promise */
export async function promise_rejects_dom(_t, name, promise) {
  const error = await reason_of(promise, name);
  check_dom(error, name);
  return error;
}

/** @param {Test} _t @param {unknown} exactly @param {Promise<unknown>} promise */
export async function promise_rejects_exactly(_t, exactly, promise) {
  assert_equals(await reason_of(promise, describe(exactly)), exactly, 'the reason of the rejection');
}
