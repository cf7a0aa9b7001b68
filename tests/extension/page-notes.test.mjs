/** What the background notes of pages: states that outlive its service worker, and calls for the panel of the developer tools. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DocumentCalls } from '../../extension/background/call-log.js';
import { PageStates } from '../../extension/background/pages.js';

test('what finds no room for one tab is written for the others, and tried again', async () => {
  /** @type {Record<string, unknown>} */
  const kept = {};
  let full = true;
  const session = /** @type {any} */ ({
    get: async () => ({}),
    set: async (/** @type {Record<string, any>} */ items) => {
      if (full && 'x:1' in items) throw new Error('Session storage quota bytes exceeded.');
      Object.assign(kept, items);
    },
    remove: async () => {},
  });
  const states = new PageStates(session, 'x', { read: (/** @type {any} */ state) => state ?? { n: 0 }, write: (/** @type {any} */ state) => state });
  for (const tab of [1, 2]) (await states.changing(tab, 'page')).n = 7;
  await states.flush();
  assert.deepEqual(Object.keys(kept), ['x:2']);
  full = false;
  await states.flush();
  assert.deepEqual(Object.keys(kept), ['x:2', 'x:1']);
});

test('the panel is told once of a write that was refused, with the bytes that were taken', async () => {
  /** @type {any[]} */
  const noted = [];
  const log = /** @type {any} */ ({ isWatched: () => true, note: (/** @type {number} */ _tab, /** @type {any} */ call) => noted.push(call) });
  const calls = new DocumentCalls(log, /** @type {any} */ ({}), /** @type {any} */ ({ tabId: 1, frameId: 0, origin: 'https://a.test' }));
  const hash = { algorithm: /** @type {const} */ ('SHA-256'), value: 'a'.repeat(64) };
  const session = '0'.repeat(32);
  const ok = async () => ({ ok: true, session });
  const refused = async () => ({ ok: false, error: { name: 'QuotaExceededError', message: 'The file would be too large.' } });
  await calls.observe({ op: 'write.open', handle: { id: session, hash, created: true } }, undefined, ok);
  await calls.observe({ op: 'write', session, position: 0, data: new Blob(['ab']) }, undefined, ok);
  await calls.observe({ op: 'write', session, position: 2, data: new Blob(['cd']) }, undefined, refused);
  await calls.observe({ op: 'write.abort', session }, undefined, ok);
  await sleep(10);
  assert.deepEqual(noted.map(({ what, outcome, error, bytes }) => [what, outcome, error, bytes]), [['store', 'refused', 'QuotaExceededError', 2]]);
});
