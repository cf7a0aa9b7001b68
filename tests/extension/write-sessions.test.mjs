import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WriteSessions } from '../../extension/background/write-sessions.js';

/** A host that opens whatever it is asked to, and the write sessions of one document. @param {number} [limit] of a file's size */
function makeSessions(limit = 10) {
  /** @type {[string, any][]} */
  const told = [];
  const host = {
    generation: 1,
    request: async (/** @type {string} */ cmd, /** @type {any} */ fields) => {
      told.push([cmd, fields]);
      return cmd === 'write.open' ? { session: `host-${told.length}`, ticket: 't', limit } : { size: 1, dropped: [] };
    },
    tell: (/** @type {string} */ cmd, /** @type {any} */ fields) => void told.push([cmd, fields]),
  };
  const bytes = { write: async (/** @type {string} */ _ticket, /** @type {number} */ position, /** @type {Blob} */ data) => void told.push(['bytes', [position, data.size]]) };
  const sessions = new WriteSessions(/** @type {any} */ (host), /** @type {any} */ (bytes), /** @type {any} */ ({ userActivation: false }));
  const open = () => sessions.open('handle', () => {});
  return { sessions, host, told, open };
}

test('a document has a bounded number of write sessions, also where there is no host', async () => {
  const { sessions, open } = makeSessions();
  /** @type {string[]} */
  const ids = [];
  for (let count = 0; count < 128; count += 1) ids.push(await open());
  assert.throws(() => { for (let count = 0; count < 1000; count += 1) ids.push(sessions.openDetached()); }, { name: 'QuotaExceededError' });
  assert.equal(ids.length, 256);
  await assert.rejects(open(), { name: 'QuotaExceededError' });
  sessions.releaseSome(ids.slice(0, 2));
  sessions.openDetached();
  await open();
});

test('no write, and no change of size, goes beyond what the host allows for a file', async () => {
  const { sessions, told, open } = makeSessions(10);
  const id = await open();
  await assert.rejects(sessions.write(id, 0, new Blob(['x'.repeat(11)])), { name: 'QuotaExceededError' });
  await assert.rejects(sessions.write(id, 10, new Blob(['x'])), { name: 'QuotaExceededError' });
  await assert.rejects(sessions.truncate(id, 11), { name: 'QuotaExceededError' });
  await sessions.write(id, 9, new Blob(['x']));
  await sessions.truncate(id, 10);
  assert.deepEqual(told.slice(1), [['bytes', [9, 1]], ['write.truncate', { session: 'host-1', size: 10 }]]);
});

test('a session that was opened with a host that has gone is nothing to the next one', async () => {
  const { sessions, host, told, open } = makeSessions();
  const [first, second] = [await open(), await open()];
  host.generation = 2;
  const asked = told.length;
  await assert.rejects(sessions.write(first, 0, new Blob(['x'])), { name: 'HostUnavailable' });
  await assert.rejects(sessions.close(first), { name: 'HostUnavailable' });
  sessions.releaseSome([second]);
  assert.equal(told.length, asked);
});

test('a session ends with its close, and a write that failed does not keep it from that', async () => {
  const { sessions, told, open } = makeSessions(10);
  const id = await open();
  await assert.rejects(sessions.write(id, 0, new Blob(['x'.repeat(11)])), { name: 'QuotaExceededError' });
  assert.deepEqual(await sessions.close(id), []);
  sessions.releaseAll();
  assert.deepEqual(told.map(([cmd]) => cmd), ['write.open', 'write.close'], 'there is nothing left to release');
});
