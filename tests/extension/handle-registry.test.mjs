import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { HandleRegistry } from '../../extension/background/handle-registry.js';

/** @typedef {import('../../extension/background/handle-table.js').HeldHandle} HeldHandle */

/** @returns {HeldHandle} */
const handle = () => ({ hash: { algorithm: 'SHA-256', value: '00' }, created: false, origins: undefined, hostId: 'h', generation: 1, readable: true });

/** @param {HandleRegistry} registry @param {string} partition @param {number} count */
function noteMany(registry, partition, count) {
  for (let index = 0; index < count; index += 1) registry.note(`${partition}${index}`, partition, handle());
}

test('a handle is known in its own partition only', () => {
  const registry = new HandleRegistry();
  registry.enter('a');
  registry.enter('b');
  const held = handle();
  registry.note('id', 'a', held);
  assert.deepEqual([registry.get('id', 'a'), registry.get('id', 'b')], [held, undefined]);
});

test('however many handles one partition has, it loses its own only', () => {
  const registry = new HandleRegistry();
  registry.enter('a');
  registry.enter('b');
  noteMany(registry, 'a', 10);
  noteMany(registry, 'b', 100_000);
  assert.deepEqual([registry.get('a0', 'a') === undefined, registry.get('b0', 'b') === undefined, registry.get('b99999', 'b') === undefined], [false, true, false]);
});

test('a partition is forgotten a while after its last document has gone, unless there is another by then', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const registry = new HandleRegistry();
  registry.enter('a');
  registry.enter('a');
  noteMany(registry, 'a', 1);
  registry.leave('a');
  mock.timers.tick(100_000);
  assert.notEqual(registry.get('a0', 'a'), undefined, 'one of two documents has gone');
  registry.leave('a');
  registry.enter('a');
  mock.timers.tick(100_000);
  assert.notEqual(registry.get('a0', 'a'), undefined, 'the page was loaded again');
  registry.leave('a');
  mock.timers.tick(100_000);
  noteMany(registry, 'a', 1);
  assert.equal(registry.get('a0', 'a'), undefined);
  mock.timers.reset();
});
