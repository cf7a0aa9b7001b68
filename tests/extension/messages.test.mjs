import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEnvelope, parseMessage } from '../../extension/background/messages.js';

const hash = { algorithm: 'SHA-256', value: 'ab'.repeat(32) };
const id = '0123456789abcdef0123456789abcdef';
const handle = { id, hash, created: true, origins: ['https://b.example'] };

/** @param {unknown} message */
const contentOf = (message) => parseMessage(message).content;

test('well-formed requests pass', () => {
  for (const request of [
    { op: 'permission' },
    { op: 'workers' },
    { op: 'find', hash },
    { op: 'create', hash, origins: undefined },
    { op: 'create', hash, origins: '*' },
    { op: 'open', handle },
    { op: 'write.open', handle },
    { op: 'write', session: id, position: 0, data: new Blob(['x']) },
    { op: 'write.truncate', session: id, size: 5 },
    { op: 'write.close', session: id },
    { op: 'write.abort', session: id },
  ]) {
    assert.deepEqual(contentOf({ call: 1, ...request }), request);
  }
  assert.deepEqual(contentOf({ op: 'release', handles: [id], sessions: [] }), { op: 'release', handles: [id], sessions: [] });
});

test('members that nobody asked for are left behind', () => {
  assert.deepEqual(contentOf({ call: 1, op: 'find', hash: { ...hash, path: '/' }, caller: { origin: 'https://x' } }), {
    op: 'find',
    hash,
  });
});

test('that a handle is a copy is said by true, and by nothing else', () => {
  for (const copy of [1, 'true', {}, false]) {
    assert.deepEqual(contentOf({ call: 1, op: 'open', handle: { ...handle, copy } }), { op: 'open', handle }, String(copy));
  }
  assert.deepEqual(contentOf({ call: 1, op: 'open', handle: { ...handle, copy: true } }), { op: 'open', handle: { ...handle, copy: true } });
});

test('a notice releases at most ten thousand of each kind', () => {
  for (const [count, fits] of /** @type {[number, boolean][]} */ ([[10_000, true], [10_001, false]])) {
    const ids = Array(count).fill(id);
    assert.equal(contentOf({ op: 'release', handles: ids, sessions: [] }) !== undefined, fits);
    assert.equal(contentOf({ op: 'release', handles: [], sessions: ids }) !== undefined, fits);
  }
});

test('anything else is refused, but its call can still be answered', () => {
  for (const content of [
    {}, { op: 'hello' }, { op: 'constructor' }, { op: '__proto__' }, { op: ['find'], hash },
    { op: 'find' }, { op: 'find', hash: { ...hash, value: `../${'a'.repeat(61)}` } },
    { op: 'find', hash: { ...hash, value: 'AB'.repeat(32) } }, { op: 'find', hash: { ...hash, algorithm: 'sha-256' } },
    { op: 'find', hash: { ...hash, value: [hash.value] } },
    { op: 'create', hash, origins: [] }, { op: 'create', hash, origins: [1] }, { op: 'create', hash, origins: 'https://b.example' },
    { op: 'create', hash, origins: Array(101).fill('https://b.example') },
    { op: 'create', hash, origins: [`https://${'b'.repeat(3000)}.example`] },
    { op: 'create', hash, origins: '*', resource: {} },
    { op: 'open', handle: id }, { op: 'open', handle: { ...handle, id: '../x' } }, { op: 'open', handle: { ...handle, created: 1 } },
    { op: 'open', handle: { ...handle, id: `${id}/x` } }, { op: 'open', handle: { ...handle, id: `x${id}` } },
    { op: 'open', handle: { ...handle, origins: 'https://b.example' } },
    { op: 'write.open', handle: { ...handle, created: false } },
    { op: 'write', session: id, position: -1, data: new Blob([]) }, { op: 'write', session: id, position: 0.5, data: new Blob([]) },
    { op: 'write', session: id, position: Number.MAX_SAFE_INTEGER, data: new Blob(['x']) },
    { op: 'write', session: id, position: 0, data: 'x' }, { op: 'write', session: id, position: 0, data: { size: 1 } }, { op: 'write', session: 'x', position: 0, data: new Blob([]) },
    { op: 'write.truncate', session: id, size: 2 ** 53 }, { op: 'write.close' },
    { op: 'release', handles: [id], sessions: [] },
  ]) {
    assert.deepEqual(parseMessage({ call: 7, ...content }), { call: 7, content: undefined }, JSON.stringify(content));
  }
});

test('a request without a number, and what is no object at all, gets no answer', () => {
  for (const message of [undefined, null, 1, 'find', [], { op: 'find', hash }, { call: '1', op: 'find', hash }, { call: -1, op: 'find', hash }]) {
    assert.deepEqual(parseMessage(message), { call: undefined, content: undefined });
  }
});

test("whether the user is there is the content script's word, not the page's", () => {
  const message = { op: 'permission', call: 1, active: true };
  assert.deepEqual(parseEnvelope({ active: false, message }), { active: false, call: 1, content: { op: 'permission' } });
  assert.equal(parseEnvelope({ active: true, message }).active, true);
  assert.equal(parseEnvelope({ active: 'yes', message }).active, false);
  assert.deepEqual(parseEnvelope(message), { active: true, call: undefined, content: undefined });
  assert.deepEqual(parseEnvelope(undefined), { active: false, call: undefined, content: undefined });
});
