/** 7: the Cross-Origin-Storage-Allow-Origin ceiling. */
import { bytes_of, hash_of, listed_bytes, open_place, origin_of, site, storage, store } from '../environment.js';
import { assert_array_equals, assert_equals, promise_test } from '../harness.js';

/** @typedef {import('../harness.js').Test} Test */

const FOUND = 'found';
const MISSED = 'NotFoundError';
const HEADER = 'cross-origin-storage-allow-origin';
/** @param {{algorithm: string, value: string}} hash @param {string[]} names */
const seen_by = async (hash, names) => Promise.all(names.map(async (name) => (await site(name)).read(hash)));
const b = () => origin_of('b');
const c = () => origin_of('c');

for (const kind of /** @type {const} */ (['window', 'frame'])) {
  for (const [what, header, expected] of /** @type {[string, () => string, string[]][]} */ ([
    ['one of two', () => b(), [FOUND, MISSED]], ['both', () => `${b()}, ${c()}`, [FOUND, FOUND]], ['both without a space', () => `${b()},${c()}`, [FOUND, FOUND]],
    ['both in tabs and spaces', () => ` \t${b()} \t, ${c()}\t`, [FOUND, FOUND]], ['neither', () => origin_of('d'), [MISSED, MISSED]], ['nothing', () => '', [MISSED, MISSED]],
    ['one with a path', () => `${b()}/path`, [FOUND, MISSED]], ['one with a trailing slash', () => `${b()}/`, [FOUND, MISSED]], ['one in upper case', () => b().toUpperCase(), [FOUND, MISSED]],
    ['one twice', () => `${b()}, ${b()}`, [FOUND, MISSED]], ["'*'", () => '*', [MISSED, MISSED]], ["one and '*'", () => `${b()}, *`, [MISSED, MISSED]],
    ["'*' and one", () => `*, ${b()}`, [MISSED, MISSED]], ['one and a word', () => `${b()}, nonsense`, [MISSED, MISSED]], ['one and an opaque origin', () => `${b()}, data:text/plain,x`, [MISSED, MISSED]],
    ["one and 'null'", () => `${b()}, null`, [MISSED, MISSED]], ['a host without a scheme', () => new URL(b()).host, [MISSED, MISSED]],
    ['one on another port', () => origin_of('otherPortOfB'), [MISSED, MISSED]], ['one by another scheme', () => b().replace('https', 'http'), [MISSED, MISSED]],
    ['one in quotes', () => `"${b()}"`, [MISSED, MISSED]], ['two without a comma', () => `${b()} ${c()}`, [MISSED, MISSED]],
  ])) {
    promise_test(async (t) => {
      const place = await open_place(t, { kind, origin: origin_of('a'), headers: { [HEADER]: header() } });
      const bytes = bytes_of(`${kind} header ${what}`);
      assert_equals(await place.store(bytes, [b(), c()]), 'stored');
      assert_array_equals(await seen_by(await hash_of(bytes), ['sibling', 'b', 'c']), [FOUND, ...expected]);
    }, `the header of a ${kind} names ${what}: b ${expected[0]}, c ${expected[1]}`);
  }
  promise_test(async (t) => {
    const place = await open_place(t, { kind, origin: origin_of('a'), headers: { [HEADER]: c() } });
    const bytes = listed_bytes();
    assert_equals(await place.store(bytes, '*'), 'stored');
    assert_array_equals(await seen_by(await hash_of(bytes), ['b']), [FOUND]);
  }, `the header of a ${kind} does not bound '*'`);
  promise_test(async (t) => {
    const place = await open_place(t, { kind, origin: origin_of('a'), headers: { [HEADER]: '' } });
    const bytes = bytes_of(`${kind} same-site under a ceiling`);
    assert_equals(await place.store(bytes), 'stored');
    assert_array_equals(await seen_by(await hash_of(bytes), ['sibling', 'b']), [FOUND, MISSED]);
  }, `the header of a ${kind} does not bound its own site`);
  promise_test(async (t) => {
    const place = await open_place(t, { kind, origin: origin_of('a'), headers: { [HEADER]: b() } });
    const seen = await place.run(async (/** @type {any} */ hash, /** @type {string[]} */ origins) => {
      const handle = await /** @type {any} */ (navigator).crossOriginStorage.getFileHandle(hash, { create: true, origins });
      return handle.name === hash.value;
    }, await hash_of(bytes_of('narrowed silently')), [c()]);
    assert_equals(seen, true);
  }, `a request of a ${kind} that the header cuts down succeeds`);
}
promise_test(async (t) => {
  const narrow = await open_place(t, { kind: 'window', origin: origin_of('a'), headers: { [HEADER]: c() } });
  const bytes = bytes_of('under one ceiling, then without');
  assert_equals(await narrow.store(bytes, [b()]), 'stored');
  assert_array_equals(await seen_by(await hash_of(bytes), ['b']), [MISSED]);
  await store(bytes, [b()]);
  assert_array_equals(await seen_by(await hash_of(bytes), ['b']), [FOUND]);
}, 'a ceiling is that of the document that asks');
promise_test(async (t) => {
  const place = await open_place(t, { kind: 'window', origin: origin_of('a'), headers: { [HEADER]: c() } });
  const bytes = bytes_of('address changed');
  await place.run(() => history.replaceState(null, '', '/conformance/executor.html'));
  assert_equals(await place.store(bytes, [b()]), 'stored');
  assert_array_equals(await seen_by(await hash_of(bytes), ['b']), [MISSED]);
}, 'a document that changes its address keeps its ceiling');
promise_test(async (t) => {
  const place = await open_place(t, { kind: 'window', origin: origin_of('a'), headers: { [HEADER]: c() } });
  const bytes = bytes_of('in a blank frame');
  const seen = await place.run(async (/** @type {any} */ data, /** @type {string[]} */ origins) => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const api = /** @type {any} */ (frame.contentWindow).navigator.crossOriginStorage;
    // @ts-expect-error A name of executor.js.
    const handle = await api.getFileHandle(await hashOf(data), { create: true, origins });
    const writable = await handle.createWritable();
    await writable.write(data);
    await writable.close();
    return 'stored';
  }, bytes, [b()]);
  assert_equals(seen, 'stored');
  assert_array_equals(await seen_by(await hash_of(bytes), ['b']), [MISSED]);
}, 'a blank frame has the ceiling of its creator');
promise_test(async (t) => {
  const place = await open_place(t, { kind: 'window', origin: origin_of('a'), headers: { [HEADER]: c() } });
  const bytes = bytes_of('in a worker');
  const seen = await place.run(async (/** @type {any} */ data, /** @type {string[]} */ origins) => {
    await /** @type {any} */ (navigator).crossOriginStorage.getFileHandle({ algorithm: '', value: '' }).catch(() => {});
    const source = `onmessage = async ({ data: { data, hash, origins } }) => {
      const handle = await navigator.crossOriginStorage.getFileHandle(hash, { create: true, origins });
      const writable = await handle.createWritable();
      await writable.write(data);
      await writable.close();
      postMessage('stored');
    };`;
    // @ts-expect-error A name of executor.js.
    const hash = await hashOf(data);
    return new Promise((resolve) => {
      const worker = new Worker(URL.createObjectURL(new Blob([source])));
      worker.onmessage = (event) => resolve(event.data);
      worker.postMessage({ data, hash, origins });
    });
  }, bytes, [b()]);
  assert_equals(seen, 'stored');
  assert_array_equals(await seen_by(await hash_of(bytes), ['sibling', 'b']), [FOUND, MISSED]);
}, 'a worker has the ceiling of its owner');
promise_test(async () => {
  const hash = await store(bytes_of('no header'), [b(), c()]);
  assert_array_equals(await seen_by(hash, ['b', 'c', 'd']), [FOUND, FOUND, MISSED]);
  assert_equals((await storage().getFileHandle(hash)).kind, 'file');
}, 'without a header a list is bounded by nothing');
