import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WriteSessions } from '../../extension/background/write-sessions.js';

test('a document has a bounded number of write sessions, also where there is no host', () => {
  const sessions = new WriteSessions(/** @type {any} */ ({ generation: 1 }), /** @type {any} */ ({}), /** @type {any} */ ({}));
  /** @type {string[]} */
  const open = [];
  assert.throws(() => { for (let count = 0; count < 1000; count += 1) open.push(sessions.openDetached()); }, { name: 'QuotaExceededError' });
  assert.equal(open.length, 256);
  sessions.releaseSome(open.slice(0, 1));
  sessions.openDetached();
});
