/** 10: limits, eviction and clearing, as a page meets them. The store is set to hold little. */
import { bytes_of, command, for_writing, hash_of, new_writable, origin_of, site, storage, store } from '../environment.js';
import { assert_array_equals, assert_equals, assert_true, promise_rejects_dom, promise_test } from '../harness.js';

const MIB = 1024 * 1024;
/** Largest file of one write, and what one storing origin may fill: what the suite sets. */
const LIMIT = 2 * MIB;
const SHARE = 8 * MIB;

/** @param {string} name @param {{algorithm: string, value: string}} hash */
const seen_by = async (name, hash) => (await site(name)).read(hash);
/** @param {{algorithm: string, value: string}} hash */
const seen_here = (hash) => storage().getFileHandle(hash).then(() => 'found', (/** @type {Error} */ error) => error.name);

for (const [what, act] of /** @type {[string, (writable: any) => Promise<unknown>][]} */ ([
  ['a write beyond it', (writable) => writable.write(new Uint8Array(LIMIT + 1)).then(() => writable.close())],
  ['a Blob beyond it', (writable) => writable.write(new Blob([new Uint8Array(LIMIT + 1)])).then(() => writable.close())],
  ['many writes beyond it', async (writable) => {
    for (let index = 0; index < 5; index += 1) await writable.write(new Uint8Array(MIB / 2));
    await writable.close();
  }],
  ['a position beyond it', (writable) => writable.write({ type: 'write', position: LIMIT, data: 'x' }).then(() => writable.close())],
  ['seek beyond it and a write', (writable) => writable.seek(LIMIT).then(() => writable.write('x')).then(() => writable.close())],
  ['truncate beyond it', (writable) => writable.truncate(LIMIT + 1).then(() => writable.close())],
  ['a pipe beyond it', (writable) => new Blob([new Uint8Array(LIMIT + 1)]).stream().pipeTo(writable)],
  ['truncate far beyond it', (writable) => writable.truncate(2 ** 52).then(() => writable.close())],
])) {
  promise_test(async (t) => {
    const writable = await new_writable(t, what);
    await promise_rejects_dom(t, 'QuotaExceededError', act(writable));
  }, `the largest file of one write: ${what} is a QuotaExceededError`);
}
promise_test(async () => {
  const hash = await store(bytes_of('just as large', LIMIT));
  assert_equals(await seen_here(hash), 'found');
}, 'the largest file of one write may be stored');
promise_test(async (t) => {
  const { handle, hash } = await for_writing('too large, then right');
  const writable = await handle.createWritable();
  await promise_rejects_dom(t, 'QuotaExceededError', writable.truncate(LIMIT + 1));
  await promise_rejects_dom(t, 'QuotaExceededError', writable.write('x'));
  assert_equals(await seen_here(hash), 'NotFoundError');
  const again = await handle.createWritable();
  await again.write(bytes_of('too large, then right'));
  await again.close();
  assert_equals(await seen_here(hash), 'found');
}, 'a write that went too far stores nothing, and the handle may be written anew');
promise_test(async () => {
  const hashes = [];
  for (let index = 0; index < 8; index += 1) hashes.push(await store(bytes_of(`filling ${index}`, 1.5 * MIB)));
  const seen = await Promise.all(hashes.map(seen_here));
  assert_equals(seen[0], 'NotFoundError', 'the oldest');
  assert_equals(seen[7], 'found', 'the newest');
  assert_true(seen.filter((each) => each === 'found').length * 1.5 * MIB <= SHARE);
}, 'an origin beyond its share loses its own oldest entries');
promise_test(async () => {
  const strangers = bytes_of('of a stranger', MIB);
  assert_equals(await (await site('b')).store(strangers), 'stored');
  for (let index = 0; index < 8; index += 1) await store(bytes_of(`more ${index}`, 1.5 * MIB));
  assert_equals(await seen_by('b', await hash_of(strangers)), 'found');
}, 'an origin beyond its share takes nothing from others');
promise_test(async () => {
  const first = await store(bytes_of('read again and again', 1.5 * MIB));
  for (let index = 0; index < 6; index += 1) {
    await store(bytes_of(`beside it ${index}`, 1.5 * MIB));
    assert_equals(await seen_here(first), 'found');
    await (await storage().getFileHandle(first)).getFile();
  }
}, 'what was read least recently goes first');
promise_test(async () => {
  const bytes = bytes_of('again for nothing', 1.5 * MIB);
  const others = await store(bytes_of('beside the same bytes', 1.5 * MIB));
  for (let index = 0; index < 8; index += 1) await store(bytes);
  assert_array_equals([await seen_here(await hash_of(bytes)), await seen_here(others)], ['found', 'found']);
}, 'the same bytes again cost nothing');
promise_test(async (t) => {
  const open = [];
  let refusal;
  for (let index = 0; index < 64 && refusal === undefined; index += 1) {
    try {
      open.push(await (await for_writing(`open ${index}`)).handle.createWritable());
    } catch (error) {
      refusal = error;
    }
  }
  t.add_cleanup(() => Promise.all(open.map((writable) => writable.abort())));
  assert_true(open.length >= 16, 'so many at least');
  await promise_rejects_dom(t, 'QuotaExceededError', Promise.reject(refusal));
  await open.pop().abort();
  open.push(await (await for_writing('a place again')).handle.createWritable());
}, 'an origin may have so many files open for writing, and a place that is freed is free');
promise_test(async () => {
  const handles = await Promise.all(Array.from({ length: 300 }, async (_, index) => storage().getFileHandle(await hash_of(bytes_of(`handle ${index}`)), { create: true })));
  assert_equals(handles.length, 300);
}, 'handles for writing cost nothing');

promise_test(async () => {
  const own = await store(bytes_of('cleared with its site'), [origin_of('c')]);
  const shared_bytes = bytes_of('stored by two sites');
  const shared = await store(shared_bytes);
  assert_equals(await (await site('b')).store(shared_bytes), 'stored');
  await command('clear', 'a.test', '--yes');
  assert_array_equals([await seen_here(own), await seen_by('c', own), await seen_here(shared), await seen_by('b', shared)], ['NotFoundError', 'NotFoundError', 'NotFoundError', 'found']);
}, 'clearing a site takes its entries, and leaves what another site has stored as well to that site');
promise_test(async () => {
  const bytes = bytes_of('listed, then the reader is cleared');
  const hash = await store(bytes, [origin_of('d')]);
  assert_equals(await seen_by('d', hash), 'found');
  await command('clear', 'd.test', '--yes');
  assert_array_equals([await seen_by('d', hash), await seen_here(hash)], ['NotFoundError', 'found']);
}, 'clearing a site takes it off the lists of others');
promise_test(async (t) => {
  const hash = await store(bytes_of('a handle that outlives its entry'));
  const handle = await storage().getFileHandle(hash);
  await command('clear', 'a.test', '--yes');
  await promise_rejects_dom(t, 'NotFoundError', handle.getFile());
}, 'a handle whose entry was cleared finds nothing');
promise_test(async () => {
  const bytes = bytes_of('cleared and stored anew');
  const hash = await store(bytes);
  await command('clear', 'a.test', '--yes');
  assert_equals(await seen_here(hash), 'NotFoundError');
  await store(bytes);
  assert_equals(await seen_here(hash), 'found');
}, 'what was cleared may be stored anew');
promise_test(async () => {
  const own = await store(bytes_of('cleared with all'));
  await command('clear', '--all', '--yes');
  assert_equals(await seen_here(own), 'NotFoundError');
}, 'clearing all takes everything');
