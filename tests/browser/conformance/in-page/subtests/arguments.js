/** 1: the conversion of arguments, the steps of validation, and their order. */
import { bytes_of, hash_of, origin_of, storage, store, stored, unknown_hash } from '../environment.js';
import {
  assert_array_equals, assert_equals, assert_not_equals, assert_true, promise_rejects_dom, promise_rejects_exactly, promise_rejects_js, promise_test,
} from '../harness.js';

/** An object whose getters write down that they were called. @param {string[]} log @param {string} name @param {Record<string, unknown>} members */
const watched = (log, name, members) =>
  Object.defineProperties({}, Object.fromEntries(Object.entries(members).map(([key, value]) => [key, { get() { log.push(`${name}.${key}`); return value; } }])));
const DIGITS = /** @type {const} */ ({ 'SHA-1': 40, 'SHA-256': 64, 'SHA-384': 96, 'SHA-512': 128 });
const GOOD = { algorithm: 'SHA-256', value: 'ab'.repeat(32) };
const get = (/** @type {unknown[]} */ ...args) => storage().getFileHandle(...args);

for (const [what, args] of /** @type {[string, unknown[]][]} */ ([
  ['undefined', [undefined]], ['null', [null]], ['a number', [1]], ['a string', [GOOD.value]], ['a boolean', [true]], ['a symbol', [Symbol('hash')]],
  ['a BigInt', [1n]], ['an empty object', [{}]], ['an array', [[GOOD.algorithm, GOOD.value]]], ['no algorithm', [{ value: GOOD.value }]],
  ['no value', [{ algorithm: 'SHA-256' }]], ['an undefined algorithm', [{ ...GOOD, algorithm: undefined }]], ['an undefined value', [{ ...GOOD, value: undefined }]],
  ['a symbol for an algorithm', [{ ...GOOD, algorithm: Symbol('x') }]], ['a symbol for a value', [{ ...GOOD, value: Symbol('x') }]],
  ['an object without a string for a value', [{ ...GOOD, value: Object.create(null) }]], ['a null value', [{ ...GOOD, value: null }]],
  ['a null algorithm', [{ ...GOOD, algorithm: null }]], ['a number for a value', [{ ...GOOD, value: 1 }]], ['an array of digits for a value', [{ ...GOOD, value: [...GOOD.value] }]],
  ['options that are a number', [GOOD, 1]], ['options that are a string', [GOOD, 'create']], ['options that are a boolean', [GOOD, true]],
  ['options that are a symbol', [GOOD, Symbol('x')]], ['options that are a BigInt', [GOOD, 0n]],
])) promise_test((t) => promise_rejects_js(t, TypeError, get(...args)), `conversion: ${what} is a TypeError`);

for (const [what, options] of /** @type {[string, unknown][]} */ ([
  ['absent', undefined], ['null', null], ['an empty object', {}], ['a function', () => {}], ['an array', []], ['a date', new Date()], ['a regular expression', /x/],
  ['an object of unknown members', { mode: 'x', keep: 1 }], ['origins undefined', { origins: undefined }], ['create undefined', { create: undefined }],
  ['an object without a prototype', Object.create(null)],
])) {
  promise_test(async () => {
    const { hash } = await stored(`options ${what}`);
    assert_equals((await get(hash, options)).name, hash.value);
  }, `conversion: options may be ${what}`);
}

for (const [value, created] of /** @type {[unknown, boolean][]} */ ([
  [true, true], [1, true], ['false', true], [{}, true], [Symbol('x'), true], [1n, true], [[], true],
  [false, false], [0, false], ['', false], [null, false], [Number.NaN, false], [0n, false], [undefined, false],
])) {
  promise_test(async (t) => {
    const hash = await unknown_hash(`create ${String(value)} ${typeof value}`);
    const promise = get(hash, { create: value });
    if (created) assert_equals((await promise).name, hash.value);
    else await promise_rejects_dom(t, 'NotFoundError', promise);
  }, `conversion: create: ${typeof value === 'string' ? `'${value}'` : String(value)} (${typeof value}) is ${created}`);
}

promise_test(async () => {
  const { hash } = await stored('members read');
  /** @type {string[]} */ const log = [];
  await get(watched(log, 'hash', { value: hash.value, algorithm: hash.algorithm, extra: 1 }), watched(log, 'options', { origins: undefined, create: false, extra: 1 }));
  assert_array_equals(log, ['hash.algorithm', 'hash.value', 'options.create', 'options.origins']);
}, 'conversion: members are read once each, in lexicographic order, the hash first');
promise_test(async () => {
  /** @type {string[]} */ const log = [];
  const text = (/** @type {string} */ name, /** @type {string} */ value) => ({ toString() { log.push(name); return value; } });
  await get({ get value() { log.push('value'); return text('value.toString', GOOD.value); }, get algorithm() { log.push('algorithm'); return text('algorithm.toString', 'MD5'); } })
    .catch(() => {});
  assert_array_equals(log, ['algorithm', 'algorithm.toString', 'value', 'value.toString']);
}, 'conversion: each member is converted before the next is read, and all before validation');
promise_test(async (t) => {
  /** @type {string[]} */ const log = [];
  await promise_rejects_js(t, TypeError, get({ algorithm: 'SHA-256' }, watched(log, 'options', { create: true })));
  assert_array_equals(log, []);
}, 'conversion: options are not read when the hash fails');
promise_test(async (t) => {
  /** @type {string[]} */ const log = [];
  await promise_rejects_js(t, TypeError, get({ algorithm: 'MD5', value: 'x' }, watched(log, 'options', { create: true, origins: ['https://b.test'] })));
  assert_array_equals(log, ['options.create', 'options.origins']);
}, 'conversion: options are read even when the hash will be refused by validation');
promise_test(async () => {
  /** @type {string[]} */ const log = [];
  const { hash } = await stored('synchronous conversion');
  const promise = get(watched(log, 'hash', { ...hash }));
  assert_equals(log.length, 2);
  await promise;
}, 'conversion happens during the call');
promise_test(async () => {
  const { hash } = await stored('changed after the call');
  const given = { ...hash };
  const promise = get(given);
  given.value = GOOD.value;
  assert_equals((await promise).name, hash.value);
}, 'conversion: what the page changes after the call does not count');
promise_test(async () => {
  const { hash } = await stored('inherited');
  assert_equals((await get(Object.create(hash))).name, hash.value);
}, 'conversion: inherited members count');
promise_test(async () => {
  const { hash } = await stored('a function as dictionary');
  assert_equals((await get(Object.assign(() => {}, hash))).name, hash.value);
}, 'conversion: a function is a dictionary');
promise_test(async () => {
  const { hash } = await stored('a proxy as dictionary');
  /** @type {string[]} */ const log = [];
  await get(new Proxy(hash, { get(target, name, receiver) { log.push(`get ${String(name)}`); return Reflect.get(target, name, receiver); },
    has() { log.push('has'); return true; }, ownKeys() { log.push('ownKeys'); return []; } }));
  assert_array_equals(log, ['get algorithm', 'get value']);
}, 'conversion: a dictionary is only read, never enumerated');
promise_test(async () => {
  const { hash } = await stored('boxed strings');
  assert_equals((await get({ algorithm: new String(hash.algorithm), value: new String(hash.value) })).name, hash.value);
}, 'conversion: members are converted to strings');

const reason = { mine: true };
const raise = () => { throw reason; };
for (const [what, args] of /** @type {[string, unknown[]][]} */ ([
  ['the getter of algorithm', [{ get algorithm() { return raise(); }, value: 'x' }]], ['the getter of value', [{ algorithm: 'x', get value() { return raise(); } }]],
  ['toString of algorithm', [{ ...GOOD, algorithm: { toString: raise } }]], ['toString of value', [{ ...GOOD, value: { toString: raise } }]],
  ['the getter of create', [GOOD, { get create() { return raise(); } }]], ['the getter of origins', [GOOD, { get origins() { return raise(); } }]],
  ['toString of origins', [GOOD, { origins: { toString: raise } }]], ['the getter of @@iterator', [GOOD, { origins: { get [Symbol.iterator]() { return raise(); } } }]],
  ['@@iterator', [GOOD, { origins: { [Symbol.iterator]: raise } }]], ['the getter of next', [GOOD, { origins: { [Symbol.iterator]: () => ({ get next() { return raise(); } }) } }]],
  ['next', [GOOD, { origins: { [Symbol.iterator]: () => ({ next: raise }) } }]],
  ['the getter of done', [GOOD, { origins: { [Symbol.iterator]: () => ({ next: () => ({ get done() { return raise(); } }) }) } }]],
  ['the getter of an item', [GOOD, { origins: { [Symbol.iterator]: () => ({ next: () => ({ done: false, get value() { return raise(); } }) }) } }]],
  ['toString of an item', [GOOD, { origins: [{ toString: raise }] }]], ['a generator', [GOOD, { origins: (function* () { raise(); }()) }]],
])) promise_test((t) => promise_rejects_exactly(t, reason, get(...args)), `conversion: an exception of ${what} is the reason`);

for (const [algorithm, digits] of Object.entries(DIGITS)) {
  const value = 'a0'.repeat(digits / 2);
  for (const spelling of new Set([algorithm, algorithm.toLowerCase(), algorithm.replace('S', 's')])) {
    promise_test(async (t) => {
      await promise_rejects_dom(t, 'NotFoundError', get({ algorithm: spelling, value }));
    }, `validation: '${spelling}' is an algorithm`);
  }
  promise_test(async () => {
    const bytes = bytes_of(`stored by ${algorithm}`);
    const hash = await hash_of(bytes, algorithm);
    const handle = await get(hash, { create: true });
    const writable = await handle.createWritable();
    await writable.write(bytes);
    await writable.close();
    const file = await (await get({ ...hash, algorithm: algorithm.toLowerCase() })).getFile();
    assert_array_equals(new Uint8Array(await file.arrayBuffer()), bytes);
    assert_equals(file.name, hash.value);
  }, `an entry may be stored and found by ${algorithm}`);
  for (const [what, bad] of [['a digit too few', value.slice(1)], ['a digit too many', `${value}a`], ['upper-case digits', value.toUpperCase()],
    ['one upper-case digit', `A${value.slice(1)}`], ['a letter that is no digit', `g${value.slice(1)}`], ['a space', ` ${value.slice(1)}`],
    ['a full-width digit', `\uff11${value.slice(1)}`], ['a zero character', `\0${value.slice(1)}`], ['a line feed at the end', `${value.slice(1)}\n`], ['nothing', '']]) {
    promise_test((t) => promise_rejects_js(t, TypeError, get({ algorithm, value: bad })), `validation: ${algorithm} with ${what} is a TypeError`);
  }
}
for (const algorithm of ['', 'MD5', 'SHA256', 'SHA-3', 'SHA-224', 'SHA3-256', 'SHA-256 ', ' SHA-256', 'SHA-256\0', '\u017fHA-256', 'sha\u2010256', 'constructor', '__proto__', 'toString', 'BLAKE3', 'sha-512/256']) {
  promise_test((t) => promise_rejects_js(t, TypeError, get({ algorithm, value: GOOD.value })), `validation: ${JSON.stringify(algorithm)} is no algorithm`);
}
for (const [algorithm, digits] of Object.entries(DIGITS)) {
  for (const [other, length] of Object.entries(DIGITS)) {
    if (other === algorithm) continue;
    promise_test((t) => promise_rejects_js(t, TypeError, get({ algorithm, value: 'a'.repeat(length) })),
      `validation: ${algorithm} with the ${length} digits of ${other} instead of ${digits} is a TypeError`);
  }
}

/** @type {[string, unknown][]} */
const BAD_ORIGINS = [
  ["'*' in a list", ['*']], ["'*' beside an origin", ['https://b.test', '*']], ['a word', ['nonsense']], ['a host without a scheme', ['b.test']],
  ['a path', ['/path']], ['an empty string', ''], ['an empty string in a list', ['']], ['a bare word', 'nonsense'], ["'**'", '**'], ["' * '", ' * '], ["'null'", 'null'],
  ['a data: URL', ['data:text/plain,x']], ['a file: URL', ['file:///etc/hosts']], ['a blob: URL', ['blob:https://b.test/x']], ['a javascript: URL', ['javascript:1']],
  ['an ftp: URL', ['ftp://b.test']], ['a ws: URL', ['wss://b.test']], ['a chrome-extension: URL', ['chrome-extension://nfnjcpnlghcadaegalilihnljncmldfj']],
  ['about:blank', ['about:blank']], ['a bad port', ['https://b.test:99999']], ['a bad host', ['https://b test']], ['101 origins', Array.from({ length: 101 }, (_, index) => `https://s${index}.test`)],
  ['101 times the same origin', Array(101).fill('https://b.test')], ['one bad origin among good ones', ['https://b.test', 'https://c.test', 'nonsense']],
  ['null', null], ['a number', 1], ['a boolean', true], ['an object without an iterator', { length: 1, 0: 'https://b.test' }], ['a number in a list', [1]],
  ['null in a list', [null]], ['an array in a list', [['x']]], ['an iterator method that is no function', { [Symbol.iterator]: 1 }],
  ['an iterator that is no object', { [Symbol.iterator]: () => 1 }], ['an iterator without next', { [Symbol.iterator]: () => ({}) }],
  ['a next that gives no object', { [Symbol.iterator]: () => ({ next: () => 1 }) }], ['a symbol', Symbol('x')], ['a symbol in a list', [Symbol('x')]], ['a hole in a list', [, 'https://b.test']],
];
for (const [what, origins] of BAD_ORIGINS) {
  for (const create of [false, true]) {
    promise_test(async (t) => {
      await promise_rejects_js(t, TypeError, get(await unknown_hash(`bad origins ${what}`), { create, origins }));
    }, `validation: ${what} for origins is a TypeError ${create ? 'of a create request' : 'of a read'}`);
  }
}
/** @type {[string, () => unknown][]} */
const GOOD_ORIGINS = [
  ["'*'", () => '*'], ['a String object', () => new String('https://b.test')], ['a bare origin', () => 'https://b.test'], ['a list', () => ['https://b.test', 'https://c.test']],
  ['an empty list', () => []], ['a set', () => new Set(['https://b.test'])], ['a generator', () => (function* () { yield 'https://b.test'; }())],
  ['an http origin', () => ['http://b.test']], ['an origin with a port', () => ['https://b.test:8443']], ['a URL with a path', () => ['https://b.test/path?query#fragment']],
  ['a URL with a user', () => ['https://user:word@b.test']], ['upper case', () => ['HTTPS://B.TEST']], ['a trailing slash', () => ['https://b.test/']],
  ['surrounding spaces', () => [' https://b.test ']], ['an international host', () => ['https://bücher.test']], ['an address', () => ['https://127.0.0.1']], ['an IPv6 address', () => ['https://[::1]']],
  ['100 origins', () => Array.from({ length: 100 }, (_, index) => `https://s${index}.test`)], ['a URL object', () => [new URL('https://b.test/')]],
  ['an object with toString', () => [{ toString: () => 'https://b.test' }]], ['an iterable function', () => Object.assign(() => {}, { [Symbol.iterator]: function* () { yield 'https://b.test'; } })],
  ['an array-like with an iterator', () => ({ [Symbol.iterator]: Array.prototype.values, length: 1, 0: 'https://b.test' })], ['a typed list of a subclass', () => new (class extends Array {})('https://b.test', 'https://c.test')],
];
for (const [what, make] of GOOD_ORIGINS) {
  promise_test(async () => {
    const hash = await unknown_hash(`good origins ${what}`);
    // A String object has an iterator: WebIDL takes it for a sequence of its characters.
    const promise = get(hash, { create: true, origins: make() });
    if (what === 'a String object') await promise_rejects_js(/** @type {any} */ (undefined), TypeError, promise);
    else assert_equals((await promise).name, hash.value);
  }, `validation: ${what} for origins ${what === 'a String object' ? 'is a list of characters, and so a TypeError' : 'is accepted'}`);
}
promise_test(async () => {
  /** @type {string[]} */ const log = [];
  const origins = { get [Symbol.iterator]() {
    log.push('method');
    return () => {
      log.push('call');
      let left = 2;
      return { get next() { log.push('next'); return () => { left -= 1; return { get done() { log.push('done'); return left < 0; }, get value() { log.push('value'); return 'https://b.test'; } }; }; } };
    };
  } };
  await get(await unknown_hash('iterator protocol'), { create: true, origins });
  assert_array_equals(log, ['method', 'call', 'next', 'done', 'value', 'done', 'value', 'done']);
}, 'conversion: the iterator of origins is followed as the protocol says');
promise_test(async (t) => {
  let returned = false;
  const origins = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: Symbol('x') }), return() { returned = true; return {}; } }) };
  await promise_rejects_js(t, TypeError, get(GOOD, { origins }));
  assert_equals(returned, false);
}, 'conversion: an iterator is not closed when an item cannot be converted');
promise_test(async (t) => {
  await promise_rejects_js(t, TypeError, get({ algorithm: 'MD5', value: GOOD.value }, { create: true, origins: ['nonsense'] }));
}, 'validation: a bad hash and bad origins together are a TypeError');

promise_test(async () => {
  const bytes = bytes_of('in order');
  const hash = await hash_of(bytes);
  const before = get(hash).then(() => 'found', (/** @type {Error} */ error) => error.name);
  const written = store(bytes);
  assert_equals(await before, 'NotFoundError');
  await written;
  assert_equals(await get(hash).then(() => 'found'), 'found');
}, 'requests are carried out in the order of their calls');
promise_test(async () => {
  const { hash } = await stored('settling order');
  /** @type {number[]} */ const order = [];
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((index) => get(hash).then(() => order.push(index))));
  assert_array_equals(order, [0, 1, 2, 3, 4, 5, 6, 7]);
}, 'requests settle in the order of their calls');
promise_test(async () => {
  const hashes = await Promise.all(Array.from({ length: 200 }, (_, index) => unknown_hash(`many ${index}`)));
  const names = await Promise.all(hashes.map((hash) => get(hash).catch((/** @type {Error} */ error) => error.name)));
  assert_true(names.every((name) => name === 'NotFoundError'));
}, 'two hundred requests at once are all answered');

promise_test(async () => {
  const { hash } = await stored('alias');
  assert_equals((await storage().requestFileHandle(hash)).name, hash.value);
}, 'requestFileHandle does what getFileHandle does');
promise_test(async (t) => {
  await promise_rejects_dom(t, 'NotFoundError', storage().requestFileHandle(await unknown_hash('alias miss')));
  await promise_rejects_js(t, TypeError, storage().requestFileHandle({ algorithm: 'SHA-256', value: 'x' }));
}, 'requestFileHandle fails as getFileHandle does');
promise_test(async () => {
  const entries = [await stored('oldest 1'), await stored('oldest 2')];
  const handles = await storage().requestFileHandles(entries.map(({ hash }) => hash));
  assert_true(Array.isArray(handles));
  assert_array_equals(handles.map((/** @type {any} */ { name }) => name), entries.map(({ hash }) => hash.value));
}, 'requestFileHandles gives the handles in the order of the hashes');
promise_test(async () => {
  const { hash } = await stored('oldest from an iterable');
  const handles = await storage().requestFileHandles(new Set([hash]));
  assert_equals(handles.length, 1);
  assert_equals((await storage().requestFileHandles([])).length, 0);
}, 'requestFileHandles takes any iterable, an empty one too');
promise_test(async () => {
  const { hash } = await stored('oldest twice');
  const [first, second] = await storage().requestFileHandles([hash, hash]);
  assert_not_equals(first, second);
}, 'requestFileHandles gives a handle for each hash, also for the same one');
promise_test(async (t) => {
  const { hash } = await stored('oldest, one missing');
  await promise_rejects_dom(t, 'NotFoundError', storage().requestFileHandles([hash, await unknown_hash('one missing')]));
}, 'requestFileHandles rejects when one entry is missing');
for (const [what, value] of /** @type {[string, unknown][]} */ ([['a hash', GOOD], ['a string', 'x'], ['null', null], ['a number', 1], ['a list with a number', [1]], ['a list with a bad hash', [{ algorithm: 'MD5', value: 'x' }]]])) {
  promise_test((t) => promise_rejects_js(t, TypeError, storage().requestFileHandles(value)), `requestFileHandles refuses ${what}`);
}
promise_test(async () => {
  const hashes = await Promise.all([unknown_hash('oldest create 1'), unknown_hash('oldest create 2')]);
  const handles = await storage().requestFileHandles(hashes, { create: true, origins: [origin_of('b')] });
  assert_array_equals(handles.map((/** @type {any} */ { name }) => name), hashes.map(({ value }) => value));
}, 'requestFileHandles creates handles');
