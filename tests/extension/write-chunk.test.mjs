import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seekCommand, toWriteCommand, truncateCommand } from '../../extension/page/second/write-chunk.js';

/** @param {any} command */
const contentOf = (command) => new Response(command.data.bytes).text();

test('bytes are copied at the call', async () => {
  const source = new TextEncoder().encode('-abc-');
  const command = toWriteCommand(source.subarray(1, 4));
  source.fill(0);
  assert.equal(await contentOf(command), 'abc');
});

test('every BufferSource, Blob and string is taken', async () => {
  const buffer = new TextEncoder().encode('abcd').buffer;
  assert.equal(await contentOf(toWriteCommand(buffer)), 'abcd');
  assert.equal(await contentOf(toWriteCommand(new DataView(buffer, 1, 2))), 'bc');
  assert.equal(await contentOf(toWriteCommand(new Uint16Array(buffer, 2, 1))), 'cd');
  assert.equal(await contentOf(toWriteCommand(new Blob(['x']))), 'x');
  assert.equal(await contentOf(toWriteCommand('ä')), 'ä');
  assert.equal(await contentOf(toWriteCommand(12)), '12');
});

test('commands carry their numbers', () => {
  const write = toWriteCommand({ type: 'write', position: 3, data: 'x' });
  assert.equal(write.type === 'write' && write.position, 3);
  assert.equal(toWriteCommand({ type: 'write', data: 'x' }).type, 'write');
  assert.deepEqual(toWriteCommand({ type: 'seek', position: '4' }), { type: 'seek', position: 4 });
  assert.deepEqual(toWriteCommand({ type: 'truncate', size: 5 }), { type: 'truncate', size: 5 });
  assert.deepEqual(seekCommand(6), { type: 'seek', position: 6 });
  assert.deepEqual(truncateCommand(7), { type: 'truncate', size: 7 });
});

test('what cannot be converted is a TypeError', () => {
  const shared = new SharedArrayBuffer(4);
  const resizable = new ArrayBuffer(4, { maxByteLength: 8 });
  for (const chunk of [
    undefined, null, Symbol('x'), {}, [], { type: 'nope' }, shared, new Uint8Array(shared), new DataView(shared),
    { type: 'write', data: shared }, resizable, new Uint8Array(resizable),
  ]) {
    assert.throws(() => toWriteCommand(chunk), TypeError);
  }
});

test('a command without what it needs is refused when its turn comes', () => {
  for (const [chunk, name] of [
    [{ type: 'write' }, 'SyntaxError'], [{ type: 'write', data: null }, 'TypeError'], [{ type: 'seek' }, 'SyntaxError'],
    [{ type: 'truncate', position: 1 }, 'SyntaxError'],
  ]) {
    const command = toWriteCommand(chunk);
    assert.equal(command.type === 'incomplete' && command.error.name, name);
  }
});

test('an object that imitates a converted command is converted like any other', () => {
  assert.equal(toWriteCommand({ type: 'seek', position: undefined }).type, 'incomplete');
  const forged = toWriteCommand({ type: 'write', position: 0, data: { bytes: 'x', size: 1e9 } });
  assert.equal(forged.type === 'write' && forged.data.size, '[object Object]'.length);
});
