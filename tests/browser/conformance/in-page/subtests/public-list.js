/** 5: the Public Hash List as pages see it, and frames on the pages of others. */
import { bytes_in_store, bytes_of, hash_of, listed_bytes, open_place, origin_of, site, storage, store, write_new } from '../environment.js';
import { assert_array_equals, assert_equals, promise_rejects_dom, promise_test } from '../harness.js';

const FOUND = 'found';
const MISSED = 'NotFoundError';
/** @param {{algorithm: string, value: string}} hash @param {string[]} names */
const seen_by = async (hash, names) => Promise.all(names.map(async (name) => (await site(name)).read(hash)));

promise_test(async () => {
  const hash = await store(listed_bytes(), '*');
  assert_array_equals(await seen_by(hash, ['sibling', 'otherPort', 'b', 'c', 'otherPortOfB']), [FOUND, FOUND, FOUND, FOUND, FOUND]);
}, 'a listed file that was stored for everyone is found by everyone');
promise_test(async () => {
  const hash = await store(listed_bytes());
  assert_array_equals(await seen_by(hash, ['sibling', 'b', 'c']), [FOUND, MISSED, MISSED]);
}, 'a listed file that was stored for its site is found by its site');
promise_test(async () => {
  const hash = await store(listed_bytes(), [origin_of('b')]);
  assert_array_equals(await seen_by(hash, ['b', 'c']), [FOUND, MISSED]);
}, 'a listed file that was stored for a list is found by the list');
promise_test(async () => {
  const bytes = listed_bytes();
  const hash = await store(bytes, [origin_of('b')]);
  await store(bytes, '*');
  assert_array_equals(await seen_by(hash, ['b', 'c']), [FOUND, FOUND]);
}, "a later '*' opens a listed file that was stored for a list");
promise_test(async () => {
  const bytes = listed_bytes();
  const hash = await store(bytes);
  assert_array_equals(await seen_by(hash, ['c']), [MISSED]);
  assert_equals(await (await site('b')).store(bytes, '*'), 'stored');
  assert_array_equals(await seen_by(hash, ['c', 'd']), [FOUND, FOUND]);
}, 'another site may open a listed file by writing its bytes');
promise_test(async () => {
  const bytes = listed_bytes();
  assert_equals(await (await site('b')).store(bytes, '*'), 'stored');
  assert_array_equals(await bytes_in_store(await hash_of(bytes)), bytes);
}, 'a listed file that a stranger stored for everyone is found here');
promise_test(async () => {
  const bytes = bytes_of('large and not listed', 600_000);
  const hash = await store(bytes, '*');
  assert_array_equals(await seen_by(hash, ['sibling', 'b']), [FOUND, MISSED]);
}, "a file that is not listed is found by its site only, '*' or not");
for (const algorithm of ['SHA-1', 'SHA-384', 'SHA-512']) {
  promise_test(async () => {
    const bytes = listed_bytes();
    const hash = await hash_of(bytes, algorithm);
    await write_new(bytes, hash, '*');
    assert_array_equals(await seen_by(hash, ['sibling', 'b']), [FOUND, MISSED]);
  }, `the list holds SHA-256 digests: the same bytes stored by ${algorithm} stay with their site`);
}
promise_test(async () => {
  const bytes = listed_bytes();
  const hash = await hash_of(bytes);
  assert_array_equals(await seen_by(hash, ['b', 'c', 'sibling']), [MISSED, MISSED, MISSED]);
}, 'being listed stores nothing');
promise_test(async (t) => {
  const bytes = listed_bytes();
  const hash = await hash_of(bytes);
  const handle = await storage().getFileHandle(hash, { create: true, origins: '*' });
  await promise_rejects_dom(t, 'NotAllowedError', handle.getFile());
  const writable = await handle.createWritable();
  await writable.write(bytes.subarray(1));
  await promise_rejects_dom(t, 'DataError', writable.close());
  assert_array_equals(await seen_by(hash, ['b']), [MISSED]);
}, 'a listed file is verified as any other');
promise_test(async () => {
  const bytes = listed_bytes();
  const hash = await store(bytes, '*');
  for (let round = 0; round < 3; round += 1) assert_array_equals(await seen_by(hash, ['c']), [FOUND]);
}, 'asking again gives the same answer');
promise_test(async (t) => {
  const hash = await store(listed_bytes(), '*');
  const frame = await open_place(t, { kind: 'frame', origin: origin_of('b'), allow: 'cross-origin-storage' });
  assert_equals(await frame.read(hash), FOUND);
}, 'a frame of another site that may use the API finds a listed file');
promise_test(async (t) => {
  const bytes = bytes_of('stored by a frame');
  const frame = await open_place(t, { kind: 'frame', origin: origin_of('d'), allow: 'cross-origin-storage' });
  assert_equals(await frame.store(bytes), 'stored');
  assert_equals(await frame.read(await hash_of(bytes)), FOUND);
  await promise_rejects_dom(t, 'NotFoundError', storage().getFileHandle(await hash_of(bytes)));
}, 'what a frame of another site stores is found by the frame and not by its page');
promise_test(async (t) => {
  const bytes = bytes_of('stored by its own window');
  assert_equals(await (await site('d')).store(bytes), 'stored');
  const frame = await open_place(t, { kind: 'frame', origin: origin_of('d'), allow: 'cross-origin-storage' });
  assert_equals(await frame.read(await hash_of(bytes)), MISSED);
}, 'a frame of another site does not recognize what its own window stored');
promise_test(async () => {
  const kinds = [await hash_of(bytes_of('no such file')), await store(bytes_of('stored for its site')), await store(bytes_of('stored for a list'), [origin_of('c')])];
  const b = await site('b');
  const seen = await b.run(async (/** @type {any[]} */ hashes) => Promise.all(hashes.map((hash) => /** @type {any} */ (navigator).crossOriginStorage.getFileHandle(hash)
    .then(() => 'found', (/** @type {any} */ error) => [error.name, error.message, error.code, Object.keys(error)].join()))), kinds);
  assert_equals(new Set(seen).size, 1);
}, 'a stranger’s misses look alike');
