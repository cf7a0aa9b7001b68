/** Handles that travel by structured clone: between windows, frames, workers, tabs and restarts. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { eventually, misses, succeeded } from './support/expect.mjs';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { openWorld } from './support/fixture.mjs';
import { attempt, store } from './support/in-page.mjs';

/** @typedef {import('playwright-core').Page} Page */

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
await extensionServiceWorker(profile.context);
const [a, b] = await Promise.all(['a.test', 'b.test'].map((host) => profile.page(host)));
const bare = await world.launch('bare', { extension: false });

const stored = bytesOf('what travels', 30_000);
const { value } = hashOf(stored);
succeeded(await store(a, stored));
const BLANK = world.sites.document({});

/** Functions of the page, for the sources of attempts. */
const IN_PAGE = `
  const get = (hash, options) => navigator.crossOriginStorage.getFileHandle(hash, options);
  const outcome = (promise) => promise.then((value) => value, (error) => error.name);
  const sizeOf = async (handle) => (await handle.getFile()).size;
  const write = async (handle, bytes) => {
    const writable = await handle.createWritable();
    await writable.write(bytes);
    await writable.close();
  };
  const database = () => new Promise((resolve, reject) => {
    const request = indexedDB.open('handles', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('store');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const keep = async (key, handle) => {
    const transaction = (await database()).transaction('store', 'readwrite');
    transaction.objectStore('store').put(handle, key);
    await new Promise((resolve, reject) => { transaction.oncomplete = resolve; transaction.onabort = () => reject(transaction.error); });
  };
  const kept = async (key) => {
    const request = (await database()).transaction('store').objectStore('store').get(key);
    return new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  };`;

/** @param {Page | import('playwright-core').Frame} target @param {string} body @param {unknown} [argument] */
const inPage = async (target, body, argument) => succeeded(await attempt(target, `async (given) => { ${IN_PAGE} ${body} }`, argument));

/** @param {Page} page */
function childOf(page) {
  const [, child] = page.frames();
  assert.ok(child, 'The page has no frame.');
  return child;
}

test('a clone is a handle of the same entry', async () => {
  const seen = await inPage(a, `
    const handle = await get(given);
    const copy = structuredClone(handle);
    const file = await copy.getFile();
    return [copy instanceof FileSystemFileHandle, copy !== handle, copy.kind, copy.name, file.name, file.size,
      await copy.isSameEntry(handle), await handle.isSameEntry(copy), await copy.queryPermission({ mode: 'readwrite' }),
      await outcome(copy.createWritable()), await outcome(copy.remove()), await outcome(copy.move('elsewhere'))];`, hashOf(stored));
  assert.deepEqual(seen, [true, true, 'file', value, value, stored.length, true, true, 'denied', 'NotAllowedError', 'NotAllowedError', 'NotAllowedError']);
});

test('a frame that never used the API reads what it was handed', async () => {
  const page = await profile.openDocument('a.test', { html: `<iframe src="${BLANK}"></iframe>` });
  await childOf(page).evaluate(() => {
    window.onmessage = async ({ data, source }) => {
      const answer = await data.getFile().then((/** @type {File} */ file) => [data.name, file.size], String);
      /** @type {any} */ (source).postMessage([answer, data]);
    };
  });
  const seen = await inPage(page, `
    const handle = await get(given);
    frames[0].postMessage(handle);
    const [answer, back] = await new Promise((resolve) => { window.onmessage = ({ data }) => resolve(data); });
    return [answer, await sizeOf(back), await back.isSameEntry(handle)];`, hashOf(stored));
  assert.deepEqual(seen, [[value, stored.length], stored.length, true]);
  await page.close();
});

test('handles go to a worker and come back, also written', async () => {
  const page = await profile.open('a.test');
  const bytes = bytesOf('written by a worker through a transferred handle');
  const seen = await inPage(page, `
    const [readable, created] = [await get(given.hash), await get(given.newHash, { create: true })];
    const body = async ({ data: [readable, created, bytes], ports: [port] }) => {
      const outcome = (promise) => promise.then((value) => value, (error) => error.name);
      const read = (await readable.getFile()).size;
      const early = await outcome(created.getFile());
      const sync = await outcome(readable.createSyncAccessHandle());
      const writable = await created.createWritable();
      await writable.write(bytes);
      await writable.close();
      port.postMessage([read, early, sync, (await created.getFile()).size, created]);
    };
    const worker = new Worker(URL.createObjectURL(new Blob(['onmessage = ' + body])));
    const { port1, port2 } = new MessageChannel();
    worker.postMessage([readable, created, given.bytes], [port2]);
    const [read, early, sync, written, back] = await new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); });
    return [read, early, sync, written, await sizeOf(back), await sizeOf(structuredClone(created)), await outcome(created.getFile())];`,
  { hash: hashOf(stored), newHash: hashOf(bytes), bytes });
  // The original itself was not written through; whoever has a copy has the written one.
  assert.deepEqual(seen, [stored.length, 'NotAllowedError', 'InvalidStateError', bytes.length, bytes.length, bytes.length, 'NotAllowedError']);
  await page.close();
});

test('another tab gets a working handle by BroadcastChannel', async () => {
  const [page, other] = [await profile.open('a.test'), await profile.open('a.test')];
  await other.evaluate(() => {
    const channel = new BroadcastChannel('handles');
    channel.onmessage = async ({ data }) => {
      if (data instanceof FileSystemFileHandle) channel.postMessage(await data.getFile().then((file) => [data.name, file.size], String));
    };
  });
  const seen = await inPage(page, `
    const channel = new BroadcastChannel('handles');
    const answered = new Promise((resolve) => { channel.onmessage = ({ data }) => resolve(data); });
    channel.postMessage(await get(given));
    return answered;`, hashOf(stored));
  assert.deepEqual(seen, [value, stored.length]);
  await Promise.all([page.close(), other.close()]);
});

test('a handle for writing cannot be read after its transfer, until it is written through', async () => {
  const bytes = bytesOf('cloned before and after its write');
  const seen = await inPage(a, `
    const handle = await get(given.hash, { create: true });
    const [copy, another] = [structuredClone(handle), structuredClone(await get(given.hash, { create: true }))];
    const before = [await outcome(copy.getFile()), await copy.queryPermission({ mode: 'readwrite' })];
    await write(copy, given.bytes);
    return [before, await sizeOf(copy), await sizeOf(structuredClone(copy)), await outcome(another.getFile())];`, { hash: hashOf(bytes), bytes });
  assert.deepEqual(seen, [['NotAllowedError', 'granted'], bytes.length, bytes.length, 'NotAllowedError']);
});

test('a transferred handle for an entry that others stored is as unreadable as any other', async () => {
  const seen = await inPage(b, 'return outcome(structuredClone(await get(given, { create: true })).getFile());', hashOf(stored));
  assert.equal(seen, 'NotAllowedError');
});

test('a handle of another origin does not arrive', async () => {
  const page = await profile.openDocument('a.test', { html: `<iframe src="${world.server.url('b.test', BLANK)}"></iframe>` });
  const arrived = childOf(page).evaluate(() => new Promise((resolve) => {
    window.onmessage = () => resolve('message');
    window.onmessageerror = ({ data }) => resolve(['messageerror', data]);
    document.title = 'ready';
  }));
  await childOf(page).waitForFunction(() => document.title === 'ready');
  await inPage(page, "frames[0].postMessage(await get(given), '*');", hashOf(stored));
  assert.deepEqual(await arrived, ['messageerror', null]);
  await page.close();
});

test('IndexedDB keeps handles, for other pages and across a restart of the browser', async () => {
  const lasting = await world.launch('lasting');
  const page = await lasting.open('a.test');
  const [bytes, unwritten] = [bytesOf('kept in a database'), bytesOf('kept and never written')];
  await inPage(page, `
    const handle = await get(given.hash, { create: true });
    await write(handle, given.bytes);
    await keep('read', await get(given.hash));
    await keep('written', handle);
    await keep('unwritten', await get(given.other, { create: true }));`, { hash: hashOf(bytes), bytes, other: hashOf(unwritten) });
  const look = `const [read, written, unwritten] = [await kept('read'), await kept('written'), await kept('unwritten')];
    return [await sizeOf(read), written.name === read.name && await written.isSameEntry(read), await outcome(unwritten.getFile())];`;
  const expected = [bytes.length, true, 'NotAllowedError'];
  assert.deepEqual(await inPage(page, look), expected);
  const other = await lasting.open('a.test');
  await page.close();
  assert.deepEqual(await inPage(other, look), expected);
  assert.equal(await inPage(other, "return sizeOf(await kept('written'));"), bytes.length);
  await lasting.close();

  const restarted = await world.launch('lasting');
  const later = await restarted.open('a.test');
  assert.deepEqual(await inPage(later, look), expected);
  await inPage(later, "await write(await kept('unwritten'), given);", unwritten);
  await restarted.close();
});

const FORGE = `
  const root = await navigator.storage.getDirectory();
  const directory = await root.getDirectoryHandle('.cos-' + given.kind + '-' + given.id, { create: true });
  return outcome((async () => sizeOf(await directory.getFileHandle(given.value, { create: true })))());`;

test('a page that forges a handle gets what a request would have given it', async () => {
  const id = 'ab'.repeat(16);
  assert.equal(await inPage(b, FORGE, { kind: 'r', id, value }), 'NotFoundError');
  assert.equal(await inPage(b, FORGE, { kind: 'c', id, value }), 'NotAllowedError');
  assert.equal(await inPage(a, FORGE, { kind: 'r', id, value }), stored.length);
  await misses(b, stored);
});

test('nothing is left in the page’s own file system', async () => {
  const page = await profile.open('c.test');
  const seen = await inPage(page, `
    const root = await navigator.storage.getDirectory();
    const handles = await Promise.all(Array.from({ length: 20 }, () => get(given, { create: true })));
    const names = async () => { const list = []; for await (const name of root.keys()) list.push(name); return list; };
    for (let round = 0; (await names()).length > 0 && round < 100; round += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    return [handles.length, await names(), await root.resolve(handles[0])];`, hashOf(bytesOf('many handles')));
  assert.deepEqual(seen, [20, [], null]);
  await page.close();
});

test('what a page that was left in the middle of a call has left there goes when the next one uses the API', async () => {
  const page = await profile.open('c.test');
  const [left, leftEmpty] = [`.cos-r-${'1'.repeat(32)}`, `.cos-c-${'2'.repeat(32)}`];
  await inPage(page, `
    const root = await navigator.storage.getDirectory();
    const [left, leftEmpty, ...own] = given.names;
    window.held = await (await root.getDirectoryHandle(left, { create: true })).getFileHandle(given.value, { create: true });
    for (const name of [leftEmpty, ...own]) await root.getDirectoryHandle(name, { create: true });
    await keep('left', held);`, { value, names: [left, leftEmpty, '.cos-own', `.cos-x-${'3'.repeat(32)}`] });
  await page.reload();
  await misses(page, stored);
  const names = () => inPage(page, `
    const list = [];
    for await (const name of (await navigator.storage.getDirectory()).keys()) list.push(name);
    return list.sort();`);
  assert.ok((await names()).includes(left), 'It may be in use by another tab.');
  await eventually(async () => !(await names()).some((/** @type {string} */ name) => name === left || name === leftEmpty), 'what was left is removed');
  assert.deepEqual(await names(), ['.cos-own', `.cos-x-${'3'.repeat(32)}`]);
  // A handle is a path and needs nothing to be there.
  assert.deepEqual(await inPage(page, `
    const handle = await kept('left');
    return [handle.name, await handle.isSameEntry(structuredClone(handle)), await outcome(handle.getFile())];`), [value, true, 'NotFoundError']);
  await page.close();
});

test('a handle travels although another document removed its directory before it had its file', async () => {
  const page = await profile.open('d.test');
  const copied = await inPage(page, `
    const root = await navigator.storage.getDirectory();
    let done = false;
    const removing = (async () => {
      while (!done) for await (const name of root.keys()) await root.removeEntry(name, { recursive: true }).catch(() => {});
    })();
    const handles = [];
    for (let index = 0; index < 300; index += 1) handles.push(await get(given, { create: true }));
    done = true;
    await removing;
    return handles.filter((handle) => { try { return structuredClone(handle); } catch { return false; } }).length;`, hashOf(bytesOf('made meanwhile')));
  assert.equal(copied, 300);
  await page.close();
});

test('the page’s own files work as ever, also those named like a digest', async () => {
  const body = `async (name) => {
    const root = await navigator.storage.getDirectory();
    const directory = await root.getDirectoryHandle('of my own', { create: true });
    const own = await directory.getFileHandle(name, { create: true });
    const writable = await own.createWritable();
    await writable.write('mine');
    await writable.close();
    const copy = structuredClone(own);
    const seen = [await (await copy.getFile()).text(), await own.isSameEntry(copy), await own.isSameEntry(directory),
      await root.resolve(copy), await directory.resolve(own), await own.queryPermission()];
    await own.move('renamed');
    seen.push(own.name, await (await own.getFile()).text());
    await own.remove();
    return [...seen, await own.getFile().catch((error) => error.name), await own.isSameEntry({}).catch((error) => error.name),
      await root.resolve({}).catch((error) => error.name), await own.getFile.call({}).catch((error) => error.name)];
  }`;
  const page = await bare.open('a.test');
  for (const name of [value, 'own.txt']) {
    assert.deepEqual(await a.evaluate(`(${body})('${name}')`), await page.evaluate(`(${body})('${name}')`));
  }
  await page.close();
});

test('the methods of file handles look as they do without the extension', async () => {
  const describe = (/** @type {Page} */ page) => page.evaluate(() => [FileSystemFileHandle, FileSystemHandle, FileSystemDirectoryHandle].map(({ prototype }) =>
    Object.entries(Object.getOwnPropertyDescriptors(prototype)).map(([name, { value: method, get, enumerable, configurable, writable }]) =>
      [name, typeof method, typeof get, enumerable, configurable, writable, method?.length, method?.name,
        typeof method !== 'function' || /native code/.test(Function.prototype.toString.call(method))])));
  const page = await profile.open('a.test');
  assert.deepEqual(await describe(page), await describe(await bare.page('a.test')));
  await page.close();
});

/** Hands a handle of the stored entry to a service worker, a realm without the API. */
async function giveToServiceWorker() {
  const page = await profile.openDocument('a.test', {});
  const script = world.sites.script(`onmessage = async ({ data, ports: [port] }) => port.postMessage([
    data.name, await data.getFile().catch((error) => error.name), await (await navigator.storage.getDirectory()).resolve(data)]);`);
  const answer = await inPage(page, `
    const registration = await navigator.serviceWorker.register(given.script);
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    window.held = await get(given.hash);
    active.postMessage(held, [port2]);
    const answer = await new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); });
    await registration.unregister();
    return answer;`, { script, hash: hashOf(stored) });
  return { page, answer };
}

test('in a service worker, which has no API, a handle leads nowhere', async () => {
  const { page, answer: [name, error] } = await giveToServiceWorker();
  assert.deepEqual([name, error], [value, 'NotFoundError']);
  await page.close();
});

test('the id of a living handle is worth nothing to another origin', async () => {
  const { page, answer: [, , path] } = await giveToServiceWorker();
  const [, kind, id] = path[0].match(/^\.cos-([rc])-(.*)$/);
  assert.equal(await inPage(b, FORGE, { kind, id, value }), 'NotFoundError');
  assert.equal(await inPage(b, FORGE, { kind: 'c', id, value }), 'NotAllowedError');
  await page.close();
});

test('a handle made where the origin has no file system works, and does not travel', async () => {
  const page = await profile.openDocument('a.test', {
    html: `<iframe src="${world.server.url('b.test', BLANK)}" allow="cross-origin-storage"></iframe>`,
  });
  const bytes = bytesOf('in a frame without a file system');
  const seen = await inPage(childOf(page), `
    const denied = await outcome(navigator.storage.getDirectory());
    const handle = await get(given.hash, { create: true });
    await write(handle, given.bytes);
    let cloned = true;
    try { structuredClone(handle); } catch (error) { cloned = error.name; }
    return [denied, handle.name, handle.kind, await sizeOf(handle), cloned];`, { hash: hashOf(bytes), bytes });
  assert.deepEqual(seen, ['SecurityError', hashOf(bytes).value, 'file', bytes.length, 'DataCloneError']);
  await page.close();
});
