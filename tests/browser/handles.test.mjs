/** Handles and the files they give. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { failedWith, finds, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { attempt, store, withCreateHandle } from './support/in-page.mjs';

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
const [a, b] = await Promise.all(['a.test', 'b.test'].map((host) => profile.page(host)));

const stored = bytesOf('what these tests read', 50_000);
succeeded(await store(a, stored));

/**
 * @param {string} body source of an async function of a handle that may read
 */
const withReadHandle = (body) => attempt(a, `async (hash) => {
  const handle = await navigator.crossOriginStorage.getFileHandle(hash);
  return (${body})(handle);
}`, hashOf(stored));

test('a handle is a FileSystemFileHandle and its writable a FileSystemWritableFileStream', async () => {
  const bytes = bytesOf('classes');
  const outcome = await withCreateHandle(a, bytes, async (handle, data) => {
    const writable = await handle.createWritable();
    const classes = [
      handle instanceof FileSystemFileHandle, handle instanceof FileSystemHandle,
      writable instanceof FileSystemWritableFileStream, writable instanceof WritableStream,
    ];
    await writable.write(data);
    await writable.close();
    return [...classes, (await handle.getFile()) instanceof File, Object.prototype.toString.call(handle), handle.kind];
  });
  assert.deepEqual(succeeded(outcome), [true, true, true, true, true, '[object FileSystemFileHandle]', 'file']);
});

test('the file is named by the hash, has the right bytes, and tells no time of storing', async () => {
  const seen = succeeded(await withReadHandle(`async (handle) => {
    const file = await handle.getFile();
    const middle = new Uint8Array(await file.slice(1000, 1010).arrayBuffer());
    return { handle: handle.name, name: file.name, size: file.size, modified: file.lastModified, middle: [...middle] };
  }`));
  const { value } = hashOf(stored);
  assert.deepEqual(seen, {
    handle: value, name: value, size: stored.length, modified: seen.modified, middle: [...stored.subarray(1000, 1010)],
  });
  assert.ok(Math.abs(Date.now() - seen.modified) > 3_600_000, 'lastModified tells when the entry was stored.');
  await finds(a, stored);
});

test('a file can be read again and again, also as a stream', async () => {
  const sizes = succeeded(await withReadHandle(`async (handle) => {
    const file = await handle.getFile();
    const whole = (await file.arrayBuffer()).byteLength;
    const text = (await new Response(file.stream()).arrayBuffer()).byteLength;
    const again = (await (await handle.getFile()).arrayBuffer()).byteLength;
    return [whole, text, again];
  }`));
  assert.deepEqual(sizes, [stored.length, stored.length, stored.length]);
});

/**
 * @param {string} method of a handle, called while nothing else holds the handle
 * @param {object} options for the request of the handle
 */
async function callsOfGarbage(method, options) {
  const page = await profile.open('a.test');
  const session = await page.context().newCDPSession(page);
  await page.evaluate(([name, hash, rest]) => {
    const global = /** @type {any} */ (globalThis);
    global.outcomes = [];
    const one = async () => {
      const result = await /** @type {any} */ (navigator).crossOriginStorage.getFileHandle(hash, rest).then((/** @type {any} */ handle) => handle[name]());
      await result.abort?.();
    };
    void (async () => {
      for (let time = 0; time < 40; time += 1) global.outcomes.push(await one().then(() => 'done', (error) => String(error)));
    })();
  }, /** @type {const} */ ([method, hashOf(stored), options]));
  const outcomes = () => page.evaluate(() => /** @type {any} */ (globalThis).outcomes);
  while ((await outcomes()).length < 40) await session.send('HeapProfiler.collectGarbage');
  const seen = new Set(await outcomes());
  await page.close();
  return [...seen];
}

test('a handle that is garbage as soon as its method was called still gives its file, and a writable', async () => {
  assert.deepEqual(await callsOfGarbage('getFile', {}), ['done']);
  assert.deepEqual(await callsOfGarbage('createWritable', { create: true }), ['done']);
});

test('a handle from a create request cannot be read before it was written', async () => {
  const outcome = await withCreateHandle(a, bytesOf('not written'), (handle) => handle.getFile());
  failedWith(outcome, 'NotAllowedError');
});

test('that refusal says nothing about whether the entry exists', async () => {
  const forMissing = await withCreateHandle(b, bytesOf('stored by nobody'), (handle) => handle.getFile());
  const forStored = await withCreateHandle(b, stored, (handle) => handle.getFile());
  assert.deepEqual(failedWith(forStored, 'NotAllowedError'), failedWith(forMissing, 'NotAllowedError'));
});

test('a handle can be read after its own write', async () => {
  const bytes = bytesOf('written through the handle');
  const size = succeeded(await withCreateHandle(a, bytes, async (handle, data) => {
    const writable = await handle.createWritable();
    await writable.write(data);
    await writable.close();
    return (await handle.getFile()).size;
  }));
  assert.equal(size, bytes.length);
});

test('a write through one handle does not make another handle readable', async () => {
  const bytes = bytesOf('two handles');
  const outcome = await withCreateHandle(a, bytes, async (first, data, hash) => {
    const second = await navigator.crossOriginStorage.getFileHandle(hash, { create: true });
    const writable = await first.createWritable();
    await writable.write(data);
    await writable.close();
    await first.getFile();
    return second.getFile();
  }, { extra: hashOf(bytes) });
  failedWith(outcome, 'NotAllowedError');
});

test('a handle from a read refuses to be written', async () => {
  failedWith(await withReadHandle('(handle) => handle.createWritable()'), 'NotAllowedError');
  await finds(a, stored);
});

test('entries are not moved and not removed through a handle', async () => {
  failedWith(await withReadHandle('(handle) => handle.remove()'), 'NotAllowedError');
  failedWith(await withReadHandle("(handle) => handle.move('other')"), 'NotAllowedError');
  await finds(a, stored);
});

test('two handles are the same entry when their hashes are equal', async () => {
  const other = bytesOf('another entry');
  succeeded(await store(a, other));
  const answers = succeeded(await attempt(a, async ([hash, otherHash]) => {
    const get = (/** @type {any} */ wanted, options = {}) => navigator.crossOriginStorage.getFileHandle(wanted, options);
    const [one, again, created, different] = [
      await get(hash), await get(hash), await get(hash, { create: true }), await get(otherHash)];
    return [await one.isSameEntry(one), await one.isSameEntry(again), await one.isSameEntry(created), await one.isSameEntry(different)];
  }, [hashOf(stored), hashOf(other)]));
  assert.deepEqual(answers, [true, true, true, false]);
});

test('comparing with a file of the page itself is refused, and the page’s own files still work', async () => {
  const outcome = await withReadHandle(`async (handle) => {
    const root = await navigator.storage.getDirectory();
    const own = await root.getFileHandle('own.txt', { create: true });
    const writable = await own.createWritable();
    await writable.write('of my own');
    await writable.close();
    if (!(await own.isSameEntry(own)) || (await (await own.getFile()).text()) !== 'of my own') return 'broken';
    await own.remove();
    return handle.isSameEntry(root);
  }`);
  failedWith(outcome, 'NotAllowedError');
});

test('permission is granted or denied and never to be asked for', async () => {
  const forReading = succeeded(await withReadHandle(`async (handle) => [
    await handle.queryPermission(), await handle.queryPermission({ mode: 'readwrite' }),
    await handle.requestPermission({ mode: 'read' }), await handle.requestPermission({ mode: 'readwrite' })]`));
  assert.deepEqual(forReading, ['granted', 'denied', 'granted', 'denied']);
  const forWriting = succeeded(await withCreateHandle(a, bytesOf('permission'), async (handle) =>
    [await handle.queryPermission(), await handle.queryPermission({ mode: 'readwrite' })]));
  assert.deepEqual(forWriting, ['granted', 'granted']);
});
