/** What a request accepts and refuses, and how a miss looks. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { failedWith, finds, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { attempt, read, request, store } from './support/in-page.mjs';

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
const [a, b] = await Promise.all(['a.test', 'b.test'].map((host) => profile.page(host)));

const HEX = 'ab'.repeat(32);
const GOOD = { algorithm: 'SHA-256', value: HEX };

/** @type {Record<string, unknown>} */
const BAD_HASHES = {
  'an unknown algorithm': { algorithm: 'MD5', value: 'ab'.repeat(16) },
  'an algorithm that is a member of every object': { algorithm: 'constructor', value: HEX },
  'a name that only looks like SHA-256': { algorithm: '\u017fha-256', value: HEX },
  'upper-case digits': { algorithm: 'SHA-256', value: HEX.toUpperCase() },
  'a digit too few': { algorithm: 'SHA-256', value: HEX.slice(1) },
  'a digit too many': { algorithm: 'SHA-256', value: `${HEX}a` },
  'the length of another algorithm': { algorithm: 'SHA-1', value: HEX },
  'something that is no digit': { algorithm: 'SHA-256', value: `${HEX.slice(2)}/.` },
  'no value': { algorithm: 'SHA-256' },
  'no algorithm': { value: HEX },
  'a string for a hash': HEX,
  'nothing for a hash': undefined,
};

/** @type {Record<string, unknown>} */
const BAD_ORIGINS = {
  "'*' within a list": ['*'],
  "'*' beside an origin": ['https://b.test', '*'],
  'more than 100 origins': Array.from({ length: 101 }, (_, index) => `https://s${index}.test`),
  'a word that is no URL': ['not an origin'],
  'a host without a scheme': ['b.test'],
  'a data: URL': ['data:text/plain,x'],
  'a file: URL': ['file:///etc/hosts'],
  'an empty string': '',
  'a bare string that is no URL': 'nonsense',
};

for (const [what, hash] of Object.entries(BAD_HASHES)) {
  test(`${what} is a TypeError, with create and without`, async () => {
    failedWith(await request(a, hash), 'TypeError');
    failedWith(await request(a, hash, { create: true }), 'TypeError');
  });
}

for (const [what, origins] of Object.entries(BAD_ORIGINS)) {
  test(`${what} among origins is a TypeError, with create and without`, async () => {
    failedWith(await request(a, GOOD, { create: true, origins }), 'TypeError');
    failedWith(await request(a, GOOD, { origins }), 'TypeError');
  });
}

test('exactly 100 origins are accepted', async () => {
  const origins = Array.from({ length: 100 }, (_, index) => `https://s${index}.test`);
  succeeded(await request(a, GOOD, { create: true, origins }));
});

test('the name of the algorithm is taken in any case', async () => {
  const bytes = bytesOf('lower case');
  const { value } = hashOf(bytes);
  succeeded(await store(a, bytes, undefined, { algorithm: 'sha-256', value }));
  assert.equal(succeeded(await read(a, { algorithm: 'Sha-256', value })).digest, value);
  await finds(a, bytes);
});

for (const algorithm of /** @type {const} */ (['SHA-1', 'SHA-384', 'SHA-512'])) {
  test(`an entry under ${algorithm} is stored, verified and shared`, async () => {
    const bytes = bytesOf(algorithm);
    const hash = hashOf(bytes, algorithm);
    failedWith(await store(a, bytesOf('not it'), undefined, hash), 'DataError');
    await misses(a, hash);
    succeeded(await store(a, bytes, [world.origin('b.test')], hash));
    await finds(b, bytes, algorithm);
    await misses(b, hashOf(bytes));
  });
}

test('bytes that do not have the hash are a DataError at close, and nothing is stored', async () => {
  const wanted = bytesOf('the right bytes');
  failedWith(await store(a, bytesOf('other bytes'), '*', hashOf(wanted)), 'DataError');
  await misses(a, wanted);
  await misses(a, bytesOf('other bytes'));
});

test('an entry that is hidden and one that does not exist look the same', async () => {
  const hidden = bytesOf('hidden');
  succeeded(await store(a, hidden));
  const forHidden = await misses(b, hidden);
  const forMissing = await misses(b, bytesOf('stored by nobody'));
  assert.deepEqual(forHidden, forMissing);
});

test('requestFileHandle is getFileHandle, and warns once that it is deprecated', async () => {
  const page = await profile.open('a.test');
  const bytes = bytesOf('by the old name');
  /** @type {string[]} */
  const warnings = [];
  page.on('console', (message) => warnings.push(message.text()));
  succeeded(await store(page, bytes));
  const names = succeeded(await attempt(page, async (hash) => {
    const handles = [];
    for (let round = 0; round < 3; round += 1) handles.push(await navigator.crossOriginStorage.requestFileHandle(hash));
    return Promise.all(handles.map(async (handle) => (await handle.getFile()).size));
  }, hashOf(bytes)));
  assert.deepEqual(names, [1000, 1000, 1000]);
  failedWith(await attempt(page, (hash) => navigator.crossOriginStorage.requestFileHandle(hash), { ...GOOD, value: 'x' }), 'TypeError');
  assert.equal(warnings.filter((text) => text.includes('requestFileHandle')).length, 1, warnings.join('\n'));
  await page.close();
});

test('requestFileHandles gives a handle for each hash in order, and fails as a whole', async () => {
  const files = ['one', 'two', 'three'].map((word) => bytesOf(`several: ${word}`));
  for (const bytes of files) succeeded(await store(a, bytes));
  const hashes = files.map((bytes) => hashOf(bytes));
  const names = succeeded(await attempt(a, async (wanted) => {
    const handles = await navigator.crossOriginStorage.requestFileHandles(wanted);
    return Promise.all(handles.map(async (/** @type {any} */ handle) => (await handle.getFile()).name));
  }, hashes));
  assert.deepEqual(names, hashes.map(({ value }) => value));
  const all = (/** @type {any} */ wanted) => navigator.crossOriginStorage.requestFileHandles(wanted);
  failedWith(await attempt(a, all, [...hashes, GOOD]), 'NotFoundError');
  failedWith(await attempt(a, all, [...hashes, { algorithm: 'MD5', value: 'x' }]), 'TypeError');
});

test('the interface has the shape that the standard gives it', async () => {
  const shape = await a.evaluate(() => {
    const { crossOriginStorage: manager } = navigator;
    const { prototype } = /** @type {any} */ (globalThis).CrossOriginStorageManager;
    const foreign = (/** @type {() => unknown} */ use) => {
      try {
        use();
        return 'no error';
      } catch (error) {
        return /** @type {Error} */ (error).name;
      }
    };
    const getter = Object.getOwnPropertyDescriptor(Navigator.prototype, 'crossOriginStorage')?.get;
    return {
      sameObject: manager === navigator.crossOriginStorage,
      own: Object.hasOwn(navigator, 'crossOriginStorage'),
      tag: String(manager),
      prototype: Object.getPrototypeOf(manager) === prototype,
      length: prototype.getFileHandle.length,
      name: prototype.getFileHandle.name,
      construct: foreign(() => new /** @type {any} */ (globalThis).CrossOriginStorageManager()),
      getter: foreign(() => getter?.call(/** @type {any} */ ({}))),
    };
  });
  assert.deepEqual(shape, {
    sameObject: true, own: false, tag: '[object CrossOriginStorageManager]', prototype: true, length: 1,
    name: 'getFileHandle', construct: 'TypeError', getter: 'TypeError',
  });
  failedWith(await attempt(a, (hash) => navigator.crossOriginStorage.getFileHandle.call(/** @type {any} */ ({}), hash), GOOD), 'TypeError');
});
