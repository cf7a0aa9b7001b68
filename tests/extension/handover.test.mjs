/** Direct hand-over, with a host that answers when the test says so and a file system of a few lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Handover } from '../../extension/background/handover.js';
import { HostError, HostUnavailable } from '../../extension/background/host-errors.js';

/** @returns {any} what of a directory hand-over uses; `files` holds the size of each, by path */
function makeDirectory(files = new Map(), path = '') {
  const fileHandle = (/** @type {string} */ whole) => ({
    getFile: async () => ({ name: whole, size: files.get(whole) }),
    createWritable: async () => ({ write: async () => {}, close: async () => {} }),
  });
  return {
    files,
    getDirectoryHandle: async (/** @type {string} */ name) => makeDirectory(files, `${path}/${name}`),
    removeEntry: async (/** @type {string} */ name) => void files.delete(`${path}/${name}`),
    getFileHandle: async (/** @type {string} */ name, { create = false } = {}) => {
      const whole = `${path}/${name}`;
      if (!files.has(whole) && !create) throw new DOMException('', 'NotFoundError');
      if (!files.has(whole)) files.set(whole, 0);
      return fileHandle(whole);
    },
  };
}

const HASH = { algorithm: /** @type {const} */ ('SHA-256'), value: 'a'.repeat(64) };
const PLACES = { one: '1'.repeat(32), two: '2'.repeat(32) };
const SIZE = 7;

/** A host that knows a handle for each place, and links once `release` is called. */
function makeHost() {
  const root = makeDirectory();
  Object.defineProperty(globalThis, 'navigator', { value: { storage: { getDirectory: async () => root } }, configurable: true });
  /** @type {Set<string>} */
  const linked = new Set();
  /** @type {Map<string, () => void>} */
  const held = new Map();
  const made = { count: 0 };
  return {
    made,
    held,
    /** @param {string} cmd @param {any} fields */
    async request(cmd, { handle }) {
      const place = PLACES[/** @type {'one' | 'two'} */ (handle.split(' ')[0])];
      if (cmd === 'open') return { size: SIZE, link: linked.has(place) ? 'current' : 'absent', place };
      await new Promise((resolve) => { held.set(handle, () => resolve(undefined)); });
      made.count += 1;
      linked.add(place);
      root.files.set(`/entries/${place}/${HASH.algorithm}/${HASH.value}`, SIZE);
      return {};
    },
  };
}

test('documents of different sites that open one entry do not wait for each other', async () => {
  const host = makeHost();
  const handover = new Handover(/** @type {any} */ (host));
  const first = handover.open('one', HASH);
  const second = handover.open('two', HASH);
  await sleep(10);
  host.held.get('two')?.();
  assert.equal((await second).size, SIZE);
  host.held.get('one')?.();
  assert.equal((await first).size, SIZE);
});

test('documents of one site that open one entry at once get one link', async () => {
  const host = makeHost();
  const handover = new Handover(/** @type {any} */ (host));
  const both = [handover.open('one a', HASH), handover.open('one b', HASH)];
  await sleep(10);
  for (const release of host.held.values()) release();
  assert.deepEqual((await Promise.all(both)).map(({ size }) => size), [SIZE, SIZE]);
  assert.equal(host.made.count, 1);
  assert.equal((await handover.open('one c', HASH)).size, SIZE);
  assert.equal(host.made.count, 1);
});

test('an answer of the host that is older than the link it is about takes no link away', async () => {
  const host = makeHost();
  /** @type {(() => void)[]} */
  const late = [];
  let asked = 0;
  const slow = {
    /** @param {string} cmd @param {any} fields */
    async request(cmd, fields) {
      const answer = await host.request(cmd, fields);
      asked += cmd === 'open' ? 1 : 0;
      if (cmd === 'open' && asked === 2) await new Promise((resolve) => { late.push(() => resolve(undefined)); });
      return answer;
    },
  };
  const handover = new Handover(/** @type {any} */ (slow));
  const first = handover.open('one a', HASH);
  const second = handover.open('one b', HASH);
  await sleep(10);
  for (const release of host.held.values()) release();
  await first;
  for (const release of late) release();
  assert.equal((await second).size, SIZE);
  assert.equal(host.made.count, 1);
});

/**
 * A profile in which the self-test of hand-over gives what it is told to, and that is remembered.
 * @param {() => object} answer of the host
 */
function makeProfile(answer) {
  makeHost();
  /** @type {Record<string, unknown>} */
  const kept = {};
  Object.assign(globalThis, {
    chrome: { extension: { inIncognitoContext: false }, storage: { local: { get: async () => structuredClone(kept), set: async (/** @type {object} */ items) => void Object.assign(kept, items) } } },
  });
  const asked = { tests: 0 };
  const host = {
    session: async () => ({ host: '1.0' }),
    request: async () => {
      asked.tests += 1;
      return answer();
    },
  };
  return { asked, kept, start: () => new Handover(/** @type {any} */ (host)) };
}

const fails = (/** @type {string} */ name) => () => { throw new HostError({ name, message: '' }); };

test('that hand-over failed is believed for an hour, across restarts, and then tested again', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2030, 0, 1) });
  const { asked, start } = makeProfile(fails('HandoverFailed'));
  const first = start();
  assert.deepEqual([await first.works(), await first.works(), await start().works()], [false, false, false]);
  assert.equal(asked.tests, 1);
  t.mock.timers.setTime(Date.UTC(2030, 0, 1, 1, 1));
  assert.deepEqual([await first.works(), await start().works()], [false, false]);
  assert.equal(asked.tests, 2);
  // The clock was wrong for a while.
  t.mock.timers.setTime(Date.UTC(2029, 0, 1));
  assert.equal(await start().works(), false);
  assert.equal(asked.tests, 3);
});

test('that hand-over is off is remembered for a minute, and by nobody else', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2030, 0, 1) });
  const { asked, kept, start } = makeProfile(fails('HandoverOff'));
  const first = start();
  assert.deepEqual([await first.works(), await first.works()], [false, false]);
  assert.deepEqual([asked.tests, kept], [1, {}]);
  assert.equal(await start().works(), false);
  assert.equal(asked.tests, 2);
  t.mock.timers.setTime(Date.UTC(2030, 0, 1, 0, 2));
  assert.equal(await first.works(), false);
  assert.equal(asked.tests, 3);
});

test('reads that come at once wait for one test, and a host that went meanwhile says nothing', async () => {
  let gone = true;
  const { asked, kept, start } = makeProfile(() => {
    if (gone) throw new HostUnavailable('broken');
    return fails('HandoverFailed')();
  });
  const handover = start();
  assert.deepEqual(await Promise.all([handover.works(), handover.works()]), [false, false]);
  assert.deepEqual([asked.tests, kept], [1, {}]);
  gone = false;
  assert.equal(await handover.works(), false);
  assert.equal(asked.tests, 2);
});
