/** 2: entries, grants and disclosure. The context stores; windows of other sites read, and the other way round. */
import { bytes_in_store, bytes_of, hash_of, origin_of, site, storage, store, write_new } from '../environment.js';
import { assert_array_equals, assert_equals, promise_rejects_dom, promise_test } from '../harness.js';

const FOUND = 'found';
const MISSED = 'NotFoundError';
const READERS = ['sibling', 'otherPort', 'b', 'c'];

/** What windows of several sites get. @param {{algorithm: string, value: string}} hash @param {string[]} [names] */
const seen_by = async (hash, names = READERS) => Promise.all(names.map(async (name) => (await site(name)).read(hash)));

for (const [what, origins, expected] of /** @type {[string, () => any, string[]][]} */ ([
  ['without origins', () => undefined, [FOUND, FOUND, MISSED, MISSED]],
  ['for an empty list', () => [], [FOUND, FOUND, MISSED, MISSED]],
  ['for a list of one', () => [origin_of('b')], [FOUND, FOUND, FOUND, MISSED]],
  ['for a bare string', () => origin_of('b'), [FOUND, FOUND, FOUND, MISSED]],
  ['for a list of two', () => [origin_of('b'), origin_of('c')], [FOUND, FOUND, FOUND, FOUND]],
  ['for a list of URLs with paths', () => [`${origin_of('b')}/path?x#y`], [FOUND, FOUND, FOUND, MISSED]],
  ['for a list with the same origin twice', () => [origin_of('c'), origin_of('c')], [FOUND, FOUND, MISSED, FOUND]],
  ['for itself', () => [origin_of('a')], [FOUND, FOUND, MISSED, MISSED]],
  ["for everyone, not being on the Public Hash List", () => '*', [FOUND, FOUND, MISSED, MISSED]],
  ['for another port of a site', () => [origin_of('otherPortOfB')], [FOUND, FOUND, MISSED, MISSED]],
  ['for another scheme of a site', () => [origin_of('b').replace('https:', 'http:')], [FOUND, FOUND, MISSED, MISSED]],
  ['for the domain above a site', () => ['https://test'], [FOUND, FOUND, MISSED, MISSED]],
])) {
  promise_test(async () => {
    const hash = await store(bytes_of(`stored ${what}`), origins());
    assert_array_equals(await seen_by(hash), expected, 'sibling, other port, b, c:');
    assert_equals((await storage().getFileHandle(hash)).name, hash.value);
  }, `an entry stored ${what}: ${READERS.map((name, index) => `${name} ${expected[index]}`).join(', ')}`);
}
promise_test(async () => {
  const hash = await store(bytes_of('a listed origin and its sibling'), [origin_of('b')]);
  assert_array_equals(await seen_by(hash, ['b', 'otherPortOfB']), [FOUND, MISSED]);
}, 'a listed origin does not open an entry to the rest of its site');
promise_test(async () => {
  const bytes = bytes_of('stored by the sibling');
  assert_equals(await (await site('sibling')).store(bytes), 'stored');
  assert_array_equals(await bytes_in_store(await hash_of(bytes)), bytes);
  assert_array_equals(await seen_by(await hash_of(bytes), ['otherPort', 'b']), [FOUND, MISSED]);
}, 'an entry that a sibling stored is found by the whole site');
promise_test(async (t) => {
  const bytes = bytes_of('stored by a stranger');
  assert_equals(await (await site('b')).store(bytes), 'stored');
  await promise_rejects_dom(t, 'NotFoundError', storage().getFileHandle(await hash_of(bytes)));
}, 'an entry that a stranger stored is not found');
promise_test(async () => {
  const bytes = bytes_of('listed by a stranger');
  assert_equals(await (await site('b')).store(bytes, [origin_of('a')]), 'stored');
  assert_array_equals(await bytes_in_store(await hash_of(bytes)), bytes);
}, 'an entry that a stranger stored for this origin is found');
promise_test(async (t) => {
  const bytes = bytes_of('listed for the sibling');
  assert_equals(await (await site('b')).store(bytes, [origin_of('sibling')]), 'stored');
  await promise_rejects_dom(t, 'NotFoundError', storage().getFileHandle(await hash_of(bytes)));
}, 'an entry that was stored for a sibling of this origin is not found');

/** @type {[string, any[], string[]][]} */
const UPGRADES = [
  ['a list after nothing', [undefined, ['b']], [FOUND, MISSED]], ['nothing after a list', [['b'], undefined], [FOUND, MISSED]],
  ['another list after a list', [['b'], ['c']], [FOUND, FOUND]], ["'*' after a list", [['b'], '*'], [FOUND, MISSED]],
  ["a list after '*'", ['*', ['c']], [MISSED, FOUND]], ["nothing after '*' and a list", [['b'], '*', undefined], [FOUND, MISSED]],
  ['the same list again', [['b'], ['b']], [FOUND, MISSED]], ['an empty list after a list', [['b'], []], [FOUND, MISSED]],
];
for (const [what, writes, expected] of UPGRADES) {
  promise_test(async () => {
    const bytes = bytes_of(`upgrade ${what}`);
    for (const origins of writes) await store(bytes, Array.isArray(origins) ? origins.map(origin_of) : origins);
    assert_array_equals(await seen_by(await hash_of(bytes), ['b', 'c']), expected);
  }, `visibility only grows: ${what}`);
}
promise_test(async () => {
  const bytes = bytes_of('widened by another');
  const hash = await store(bytes);
  assert_equals(await (await site('b')).store(bytes, [origin_of('c')]), 'stored');
  assert_array_equals(await seen_by(hash, ['b', 'c', 'sibling', 'd']), [FOUND, FOUND, FOUND, MISSED]);
}, 'another site may widen an entry by writing its bytes');
promise_test(async () => {
  const bytes = bytes_of('written by two');
  const hash = await store(bytes);
  assert_array_equals(await seen_by(hash, ['c']), [MISSED]);
  assert_equals(await (await site('c')).store(bytes), 'stored');
  assert_array_equals(await seen_by(hash, ['c', 'b']), [FOUND, MISSED]);
  assert_array_equals(await bytes_in_store(hash), bytes);
}, 'a site that writes the bytes itself finds the entry, and the first one keeps it');
promise_test(async () => {
  const bytes = bytes_of('wanted by a stranger');
  const hash = await store(bytes);
  const b = await site('b');
  assert_equals(await b.run(async (/** @type {any} */ wanted) => {
    const handle = await /** @type {any} */ (navigator).crossOriginStorage.getFileHandle(wanted, { create: true, origins: '*' });
    const writable = await handle.createWritable();
    await writable.write('other bytes');
    return writable.close().then(() => 'stored', (/** @type {Error} */ error) => error.name);
  }, hash), 'DataError');
  assert_array_equals(await seen_by(hash, ['b', 'c']), [MISSED, MISSED]);
}, 'a stranger who writes other bytes gains nothing and widens nothing');
promise_test(async () => {
  const hash = await store(bytes_of('asked for by a stranger'));
  const b = await site('b');
  await b.run((/** @type {any} */ wanted, /** @type {string} */ self) => /** @type {any} */ (navigator).crossOriginStorage.getFileHandle(wanted, { create: true, origins: [self] }).then(() => true), hash, origin_of('b'));
  assert_array_equals(await seen_by(hash, ['b']), [MISSED]);
}, 'a create request alone gives its origin nothing');
promise_test(async () => {
  const b = await site('b');
  const hash = await store(bytes_of('kept data'));
  assert_equals(await b.run(async (/** @type {any} */ wanted) => {
    const handle = await /** @type {any} */ (navigator).crossOriginStorage.getFileHandle(wanted, { create: true });
    const writable = await handle.createWritable({ keepExistingData: true });
    return writable.close().then(() => 'stored', (/** @type {Error} */ error) => error.name);
  }, hash), 'DataError');
  assert_array_equals(await seen_by(hash, ['b']), [MISSED]);
}, 'keepExistingData makes nobody a storing origin');

promise_test(async (t) => {
  const hash = await hash_of(bytes_of('never written'));
  await storage().getFileHandle(hash, { create: true, origins: '*' });
  await promise_rejects_dom(t, 'NotFoundError', storage().getFileHandle(hash));
}, 'a create request registers nothing');
promise_test(async (t) => {
  const bytes = bytes_of('under way');
  const hash = await hash_of(bytes);
  const handle = await storage().getFileHandle(hash, { create: true, origins: [origin_of('b')] });
  const writable = await handle.createWritable();
  await writable.write(bytes);
  await promise_rejects_dom(t, 'NotFoundError', storage().getFileHandle(hash));
  assert_array_equals(await seen_by(hash, ['sibling', 'b']), [MISSED, MISSED]);
  await writable.close();
  assert_array_equals(await seen_by(hash, ['sibling', 'b']), [FOUND, FOUND]);
}, 'a read during a write is an ordinary miss, for the writer and for others');
promise_test(async () => {
  const bytes = bytes_of('scope of the handle');
  const hash = await hash_of(bytes);
  const wide = await storage().getFileHandle(hash, { create: true, origins: [origin_of('b')] });
  await write_new(bytes, hash);
  assert_array_equals(await seen_by(hash, ['b']), [MISSED]);
  const writable = await wide.createWritable();
  await writable.write(bytes);
  await writable.close();
  assert_array_equals(await seen_by(hash, ['b']), [FOUND]);
}, 'a write grants what its own handle was created for');
promise_test(async () => {
  const origins = [origin_of('b')];
  const hash = await hash_of(bytes_of('list changed later'));
  const promise = storage().getFileHandle(hash, { create: true, origins });
  origins[0] = origin_of('c');
  const writable = await (await promise).createWritable();
  await writable.write(bytes_of('list changed later'));
  await writable.close();
  assert_array_equals(await seen_by(hash, ['b', 'c']), [FOUND, MISSED]);
}, 'a list that changes after the call changes nothing');
promise_test(async () => {
  const bytes = bytes_of('full list');
  const first = Array.from({ length: 100 }, (_, index) => `https://s${index}.test`);
  const hash = await store(bytes, first);
  await store(bytes, [origin_of('b')]);
  assert_array_equals(await seen_by(hash, ['b']), [MISSED]);
  assert_array_equals(await bytes_in_store(hash), bytes);
}, 'a list at capacity takes no more origins, and the write succeeds');
promise_test(async () => {
  const bytes = bytes_of('full list with a listed reader');
  await store(bytes, [...Array.from({ length: 99 }, (_, index) => `https://s${index}.test`), origin_of('b')]);
  const hash = await store(bytes, ['https://another.test']);
  assert_array_equals(await seen_by(hash, ['b']), [FOUND]);
}, 'a full list keeps its origins');
promise_test(async () => {
  const bytes = bytes_of('by two algorithms');
  const short = await hash_of(bytes, 'SHA-1');
  const long = await hash_of(bytes, 'SHA-512');
  await write_new(bytes, short, [origin_of('b')]);
  assert_array_equals([...await seen_by(short, ['b']), ...await seen_by(long, ['b', 'sibling'])], [FOUND, MISSED, MISSED]);
}, 'an entry is found by the algorithm that it was stored by, and by no other');
promise_test(async (t) => {
  const messages = new Set();
  const own = await hash_of(bytes_of('unknown to all'));
  const strangers = bytes_of('of a stranger');
  assert_equals(await (await site('b')).store(strangers), 'stored');
  const other = bytes_of('of a stranger, for everyone');
  assert_equals(await (await site('b')).store(other, '*'), 'stored');
  for (const hash of [own, await hash_of(strangers), await hash_of(other), await hash_of(strangers, 'SHA-1')]) {
    const error = await promise_rejects_dom(t, 'NotFoundError', storage().getFileHandle(hash));
    messages.add(`${error.message} ${Reflect.ownKeys(error).filter((key) => key !== 'stack').map(String)}`);
  }
  assert_equals(messages.size, 1);
}, 'a miss looks the same whatever its reason');
promise_test(async () => {
  const hash = await hash_of(bytes_of('fresh errors'));
  const [first, second] = await Promise.all([storage().getFileHandle(hash), storage().getFileHandle(hash)].map((promise) => promise.catch((/** @type {Error} */ error) => error)));
  assert_equals(first === second, false);
}, 'each miss is an exception of its own');
