import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WriteQueue } from '../../extension/page/second/write-queue.js';

const MiB = 1024 * 1024;

/** A queue whose way out is under the test's control. */
function makeQueue() {
  /** @type {{operation: any, land: (error?: Error | null) => void}[]} */
  const sent = [];
  const queue = new WriteQueue((operation, done) => {
    sent.push({ operation, land: (error = null) => done(error) });
  });
  /** @param {number} position @param {Uint8Array | Blob} data */
  const write = (position, data) => {
    /** @type {{done: boolean, error: Error | null | undefined}} */
    const state = { done: false, error: undefined };
    const size = data instanceof Blob ? data.size : data.byteLength;
    queue.write(position, /** @type {any} */ (data), size, (error) => Object.assign(state, { done: true, error }));
    return state;
  };
  /** @param {(done: (error: Error | null) => void) => void} start */
  const run = (start) => {
    /** @type {{done: boolean, error: Error | null | undefined}} */
    const state = { done: false, error: undefined };
    start((error) => Object.assign(state, { done: true, error }));
    return state;
  };
  return { queue, sent, write, run };
}

const bytes = (/** @type {number} */ size, fill = 1) => new Uint8Array(size).fill(fill);

test('small sequential writes leave as one Blob when the session closes', async () => {
  const { queue, sent, write, run } = makeQueue();
  for (let index = 0; index < 1000; index += 1) assert.equal(write(index * 3, bytes(3, index)).error, null);
  assert.equal(sent.length, 0);
  const closed = run((done) => queue.close(done));
  assert.deepEqual(sent.map(({ operation }) => [operation.op, operation.position]), [['write', 0]]);
  const data = new Uint8Array(await sent[0].operation.data.arrayBuffer());
  assert.equal(data.length, 3000);
  assert.deepEqual([...data.slice(2994)], [230, 230, 230, 231, 231, 231]);
  assert.equal(closed.done, false);
  sent[0].land();
  assert.equal(sent[1].operation.op, 'write.close');
  sent[1].land();
  assert.deepEqual(closed, { done: true, error: null });
});

test('bytes and Blobs keep their order across blocks', async () => {
  const { queue, sent, write, run } = makeQueue();
  write(0, bytes(2, 1));
  write(2, new Blob([bytes(2, 2)]));
  write(4, bytes(300 * 1024, 3));
  write(4 + 300 * 1024, bytes(1, 4));
  run((done) => queue.close(done));
  const data = new Uint8Array(await sent[0].operation.data.arrayBuffer());
  assert.deepEqual([...data.slice(0, 5), data.at(-2), data.at(-1)], [1, 1, 2, 2, 3, 3, 4]);
});

test('a chunk leaves at 8 MiB, and the next one fills while it is on its way', () => {
  const { sent, write } = makeQueue();
  for (let index = 0; index < 15; index += 1) assert.equal(write(index * MiB, bytes(MiB)).done, true);
  assert.equal(sent.length, 1);
  assert.equal(sent[0].operation.data.size, 8 * MiB);
});

test('a second full chunk waits for the first: the writer is held back', () => {
  const { sent, write } = makeQueue();
  for (let index = 0; index < 15; index += 1) write(index * MiB, bytes(MiB));
  const held = write(15 * MiB, bytes(MiB));
  assert.equal(held.done, false);
  sent[0].land();
  assert.equal(held.done, true);
  assert.deepEqual(sent.map(({ operation }) => operation.position), [0, 8 * MiB]);
});

test('a write elsewhere sends what has gathered first', () => {
  const { queue, sent, write, run } = makeQueue();
  write(0, bytes(10));
  write(100, bytes(5));
  run((done) => queue.close(done));
  assert.equal(sent.length, 1);
  sent[0].land();
  assert.deepEqual(sent.map(({ operation }) => [operation.op, operation.position]), [['write', 0], ['write', 100]]);
});

test('a huge Blob goes out as it is', () => {
  const { sent, write } = makeQueue();
  const huge = new Blob([bytes(20 * MiB)]);
  assert.equal(write(0, huge).done, true);
  assert.equal(sent[0].operation.data.size, 20 * MiB);
});

test('truncate comes after every write before it has landed', () => {
  const { queue, sent, write, run } = makeQueue();
  write(0, bytes(10));
  const truncated = run((done) => queue.truncate(5, done));
  assert.equal(sent.length, 1);
  sent[0].land();
  assert.deepEqual(sent[1].operation, { op: 'write.truncate', size: 5 });
  sent[1].land();
  assert.deepEqual(truncated, { done: true, error: null });
});

test('an error shows at the next operation', () => {
  const { sent, write } = makeQueue();
  const error = new Error('disk full');
  write(0, bytes(8 * MiB));
  sent[0].land(error);
  assert.equal(write(8 * MiB, bytes(1)).error, error);
});

test('an error of the last chunk fails the close, which then ends the session', () => {
  const { queue, sent, write, run } = makeQueue();
  const error = new Error('disk full');
  write(0, bytes(10));
  const closed = run((done) => queue.close(done));
  sent[0].land(error);
  assert.equal(sent[1].operation.op, 'write.abort');
  sent[1].land();
  assert.equal(closed.error, error);
});

test('abort sends nothing of what has gathered', () => {
  const { queue, sent, write, run } = makeQueue();
  write(0, bytes(10));
  run((done) => queue.abort(done));
  assert.deepEqual(sent.map(({ operation }) => operation.op), ['write.abort']);
});
