/** 6: what a page notices of its lookup budget: nothing but ordinary misses. */
import { bytes_of, config, hash_of, listed_bytes, origin_of, site, storage, store } from '../environment.js';
import { assert_array_equals, assert_equals, assert_true, promise_test } from '../harness.js';

/** The site whose budget a context may spend. */
const stranger = () => site({ window: 'b', 'dedicated worker': 'c', 'shared worker': 'd' }[config.context] ?? 'e');
const many = (/** @type {string} */ word, /** @type {number} */ count) =>
  Promise.all(Array.from({ length: count }, (_, index) => hash_of(bytes_of(`${word} ${index}`))));

promise_test(async () => {
  const first = await store(listed_bytes(), '*');
  const last = await store(listed_bytes(), '*');
  const reader = await stranger();
  assert_equals(await reader.read(first), 'found');
  for (const hash of await many('unknown', 120)) assert_equals(await reader.read(hash), 'NotFoundError');
  assert_equals(await reader.read(last), 'NotFoundError');
  assert_equals(await reader.read(first), 'found');
}, 'a site that asked for too many files misses what it has not asked for before, and keeps what it has');
promise_test(async () => {
  const bytes = bytes_of('own, over budget');
  const reader = await stranger();
  assert_equals(await reader.store(bytes), 'stored');
  assert_equals(await reader.read(await hash_of(bytes)), 'found');
}, 'over budget a site stores, and reads what it has stored');
promise_test(async () => {
  const hash = await store(bytes_of('listed for a site over budget'), [origin_of({ window: 'b', 'dedicated worker': 'c', 'shared worker': 'd' }[config.context] ?? 'e')]);
  assert_equals(await (await stranger()).read(hash), 'found');
}, 'over budget a site reads what others stored for it');
promise_test(async () => {
  const hash = await store(listed_bytes(), '*');
  const reader = await stranger();
  assert_array_equals([await reader.read(hash), await reader.read(hash), await reader.read(hash)], Array(3).fill('NotFoundError'));
}, 'over budget asking again changes nothing');
promise_test(async () => {
  const hash = await store(listed_bytes(), '*');
  const reader = await stranger();
  const messages = await reader.run(async (/** @type {any[]} */ hashes) => Promise.all(hashes.map((each) =>
    /** @type {any} */ (navigator).crossOriginStorage.getFileHandle(each).catch((/** @type {Error} */ error) => `${error.name} ${error.message}`))), [hash, await hash_of(bytes_of('nowhere'))]);
  assert_equals(messages[0], messages[1]);
}, 'a miss over budget looks like any other');
promise_test(async () => {
  const hashes = await many('of this site', 150);
  const own = await store(bytes_of('own file after many'));
  for (const hash of hashes) await storage().getFileHandle(hash).catch(() => {});
  assert_equals((await storage().getFileHandle(own)).name, own.value);
  const handles = await Promise.all(hashes.map((hash) => storage().getFileHandle(hash, { create: true })));
  assert_true(handles.every(({ name }, index) => name === hashes[index].value));
}, 'own entries and create requests cost nothing');
