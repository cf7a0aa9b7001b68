import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateHash, validateOrigins } from '../../extension/page/validation.js';
import { toHash, toHashes, toOptions, toUnsignedLongLong } from '../../extension/page/webidl.js';

const HEX = 'a1'.repeat(32);

test('algorithm names fold ASCII case and become canonical', () => {
  assert.deepEqual(validateHash({ algorithm: 'sHa-256', value: HEX }), { algorithm: 'SHA-256', value: HEX });
});

test('each algorithm has its own length', () => {
  for (const [algorithm, digits] of /** @type {const} */ ([['SHA-1', 40], ['SHA-256', 64], ['SHA-384', 96], ['SHA-512', 128]])) {
    assert.equal(validateHash({ algorithm, value: 'f'.repeat(digits) }).algorithm, algorithm);
    assert.throws(() => validateHash({ algorithm, value: 'f'.repeat(digits - 1) }), TypeError);
    assert.throws(() => validateHash({ algorithm, value: 'f'.repeat(digits + 1) }), TypeError);
  }
});

test('unknown algorithms are refused, look-alikes and inherited names included', () => {
  for (const algorithm of ['', 'MD5', 'SHA256', 'SHA-224', ' SHA-256', '\u017fha-256', 'constructor', '__proto__']) {
    assert.throws(() => validateHash({ algorithm, value: HEX }), TypeError, algorithm);
  }
});

test('only lowercase hex digits make a value', () => {
  for (const value of ['', HEX.toUpperCase(), `${HEX.slice(1)}g`, `../${HEX.slice(3)}`, `${HEX.slice(1)}\u0661`]) {
    assert.throws(() => validateHash({ algorithm: 'SHA-256', value }), TypeError);
  }
});

test('origins: absent and the empty list mean same-site, * everyone', () => {
  assert.equal(validateOrigins(undefined), undefined);
  assert.equal(validateOrigins([]), undefined);
  assert.equal(validateOrigins('*'), '*');
});

test('origins are serialized and deduplicated; a bare string is a list of one', () => {
  assert.deepEqual(validateOrigins('https://B.example:443/path'), ['https://b.example']);
  assert.deepEqual(validateOrigins(['https://b.example', 'https://b.example/', 'http://b.example']), [
    'https://b.example',
    'http://b.example',
  ]);
});

test('origins: * within a list, opaque, foreign and malformed ones are refused', () => {
  for (const entry of ['*', '', 'b.example', 'data:,x', 'about:blank', 'file:///x', 'ftp://b.example', 'blob:https://b.example/x']) {
    assert.throws(() => validateOrigins(['https://a.example', entry]), TypeError, entry);
  }
  assert.throws(() => validateOrigins(''), TypeError);
});

test('origins: at most 100 entries, counted before duplicates go', () => {
  assert.deepEqual(validateOrigins(Array(100).fill('https://b.example')), ['https://b.example']);
  assert.throws(() => validateOrigins(Array(101).fill('https://b.example')), TypeError);
});

/** An object that writes down which of its members are read. */
function spy(/** @type {Record<string, unknown>} */ members) {
  /** @type {PropertyKey[]} */
  const reads = [];
  const object = new Proxy(members, { get: (target, name) => (reads.push(name), Reflect.get(target, name)) });
  return { object, reads };
}

test('dictionary members are read once each, in lexicographic order', () => {
  const hash = spy({ value: HEX, algorithm: 'SHA-256', extra: 1 });
  toHash(hash.object);
  assert.deepEqual(hash.reads, ['algorithm', 'value']);
  const options = spy({ origins: '*', create: 1 });
  assert.deepEqual(toOptions(options.object), { create: true, origins: '*' });
  assert.deepEqual(options.reads, ['create', 'origins']);
});

test('required members must be there, and nothing but objects are dictionaries', () => {
  for (const value of [undefined, null, {}, { algorithm: 'SHA-256' }, { value: HEX }, 'x', 1, Symbol.iterator]) {
    assert.throws(() => toHash(value), TypeError);
  }
  assert.throws(() => toOptions('*'), TypeError);
  assert.deepEqual(toOptions(null), { create: false, origins: undefined });
});

test('members are converted to strings', () => {
  assert.deepEqual(toHash({ algorithm: { toString: () => 'SHA-1' }, value: 7 }), { algorithm: 'SHA-1', value: '7' });
  assert.throws(() => toHash({ algorithm: Symbol('x'), value: HEX }), TypeError);
});

test('origins may come from any iterable, each item as a string', () => {
  assert.deepEqual(toOptions({ origins: new Set(['https://a.example', 1]) }).origins, ['https://a.example', '1']);
  assert.equal(toOptions({ origins: null }).origins, 'null');
  assert.equal(toOptions({ origins: {} }).origins, '[object Object]');
  assert.deepEqual(toOptions({ origins: Object('*') }).origins, ['*']);
});

test('a list of hashes must be a sequence', () => {
  assert.equal(toHashes([{ algorithm: 'SHA-1', value: 'x' }]).length, 1);
  assert.throws(() => toHashes({ algorithm: 'SHA-1', value: 'x' }), TypeError);
  assert.throws(() => toHashes('x'), TypeError);
});

test('unsigned long long wraps like a binding', () => {
  assert.equal(toUnsignedLongLong('12.9'), 12);
  assert.equal(toUnsignedLongLong(NaN), 0);
  assert.equal(toUnsignedLongLong(-Infinity), 0);
  assert.equal(Object.is(toUnsignedLongLong(-0.5), 0), true);
  assert.equal(toUnsignedLongLong(-1), 2 ** 64);
});
