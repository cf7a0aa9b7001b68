/** Pages that keep things: private file system, databases, caches, locks. */
import { htmlDocument, packaged, packagedText, scripted } from '../support/page.mjs';

/** @typedef {import('../support/page.mjs').HarmPage} HarmPage */

const HANDLE_FRAME = { 'inner.html': htmlDocument('Inner', `<script>
  const look = async (data, source) => { const root = await navigator.storage.getDirectory();
    return [data instanceof FileSystemFileHandle, data.constructor.name, data.name, await (await data.getFile()).text(), await root.resolve(data), await data.isSameEntry(await root.getFileHandle(data.name))]; };
  onmessage = async ({ data, source }) => source.postMessage(await look(data));
  onmessageerror = () => parent.postMessage('messageerror', '*');
</script>`) };

/** @type {HarmPage[]} */
export const STORAGE = [
  scripted('A page with a file system of its own', async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('folder', { create: true });
    const file = await folder.getFileHandle('note.txt', { create: true });
    const writable = await file.createWritable();
    await writable.write('hello ');
    await writable.write({ type: 'write', position: 6, data: new Blob(['world']) });
    await writable.seek(0);
    await writable.write(new TextEncoder().encode('H'));
    await writable.truncate(9);
    await writable.close();
    const text = await (await file.getFile()).text();
    const more = await file.createWritable({ keepExistingData: true });
    await new Response('streamed').body?.pipeTo(/** @type {any} */ (more));
    const failed = async (/** @type {() => Promise<unknown>} */ body) => body().then(() => 'nothing', (error) => `${error.name} ${error.constructor.name}`);
    const failures = [
      await failed(() => root.getFileHandle('missing')), await failed(() => root.getFileHandle('folder')), await failed(() => root.getFileHandle('a/b')),
      await failed(() => root.removeEntry('folder')), await failed(() => FileSystemFileHandle.prototype.getFile.call(root)), await failed(async () => /** @type {any} */ (file).createSyncAccessHandle()),
    ];
    await /** @type {any} */ (file).move('renamed.txt');
    const names = await Array.fromAsync(/** @type {any} */ (folder).keys());
    const facts = [file.name, file.kind, await folder.resolve(file), await file.isSameEntry(file), await folder.isSameEntry(root), await /** @type {any} */ (file).queryPermission({ mode: 'readwrite' }), (await file.getFile()).size];
    const abandoned = await file.createWritable();
    await abandoned.write('never');
    await abandoned.abort();
    const hashed = await root.getFileHandle('ab'.repeat(32), { create: true });
    const plain = await hashed.createWritable();
    await plain.write('named like a digest');
    await plain.close();
    const digest = [await (await hashed.getFile()).text(), await hashed.isSameEntry(file)];
    await /** @type {any} */ (hashed).remove();
    await root.removeEntry('folder', { recursive: true });
    return [text, failures, names, facts, digest, await Array.fromAsync(/** @type {any} */ (root).keys())];
  }),
  scripted('A page whose worker has files', async () => new Promise((resolve) => {
    const worker = new Worker('files.js');
    worker.onmessage = ({ data }) => resolve(data);
  }), {
    files: { 'files.js': { body: `(async () => {
      const root = await navigator.storage.getDirectory();
      const file = await root.getFileHandle('sync.bin', { create: true });
      const access = await file.createSyncAccessHandle();
      access.truncate(0);
      const wrote = access.write(new Uint8Array([1, 2, 3]), { at: 1 });
      access.flush();
      const back = new Uint8Array(4);
      access.read(back, { at: 0 });
      const size = access.getSize();
      const busy = await file.createSyncAccessHandle().then(() => 'opened', (error) => error.name);
      access.close();
      await file.remove();
      postMessage([wrote, [...back], size, busy]);
    })().catch((error) => postMessage(String(error)));` } } }),
  scripted('A page that hands file handles around', async () => {
    const root = await navigator.storage.getDirectory();
    const file = await root.getFileHandle('handed.txt', { create: true });
    const writable = await file.createWritable();
    await writable.write('handed');
    await writable.close();
    const copy = structuredClone(file);
    const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { src: 'inner.html' }));
    await new Promise((resolve) => { frame.onload = resolve; });
    const answer = () => new Promise((resolve) => { onmessage = ({ data }) => resolve(data); });
    let heard = answer();
    frame.contentWindow?.postMessage(file, '*');
    const inFrame = await heard;
    frame.sandbox.add('allow-scripts');
    frame.src = 'inner.html?again';
    await new Promise((resolve) => { frame.onload = resolve; });
    heard = answer();
    frame.contentWindow?.postMessage(file, '*');
    const inSandbox = await heard;
    const database = await new Promise((resolve) => {
      const request = indexedDB.open('handles');
      request.onupgradeneeded = () => request.result.createObjectStore('all');
      request.onsuccess = () => resolve(request.result);
    });
    const kept = await new Promise((resolve) => {
      const store = database.transaction('all', 'readwrite').objectStore('all');
      store.put({ file, root }, 1);
      store.get(1).onsuccess = (/** @type {any} */ { target }) => resolve(target.result);
    });
    database.close();
    indexedDB.deleteDatabase('handles');
    const channel = new BroadcastChannel('handles');
    const same = [await copy.isSameEntry(file), await kept.file.isSameEntry(file), await kept.root.isSameEntry(root), await (await kept.file.getFile()).text(), copy instanceof FileSystemFileHandle];
    channel.close();
    await root.removeEntry('handed.txt');
    return [inFrame, inSandbox, same, await copy.getFile().then(() => 'there', (/** @type {Error} */ { name }) => name)];
  }, { files: HANDLE_FRAME }),
  scripted('A page with a database', async () => {
    const request = indexedDB.open('harm', 2);
    request.onupgradeneeded = () => request.result.createObjectStore('things', { keyPath: 'id' }).createIndex('by size', 'size');
    const database = await new Promise((resolve, reject) => { request.onsuccess = () => resolve(request.result); request.onerror = reject; });
    const transaction = database.transaction('things', 'readwrite');
    const things = transaction.objectStore('things');
    for (const id of [3, 1, 2]) things.put({ id, size: -id, blob: new Blob([`${id}`]), map: new Map([[id, new Date(0)]]), big: 2n ** 70n });
    await new Promise((resolve) => { transaction.oncomplete = resolve; });
    const found = await new Promise((resolve) => { database.transaction('things').objectStore('things').index('by size').getAll().onsuccess = (/** @type {any} */ { target }) => resolve(target.result); });
    const texts = await Promise.all(found.map((/** @type {any} */ { blob }) => blob.text()));
    database.close();
    indexedDB.deleteDatabase('harm');
    return [texts, found[0].big.toString(), found[0].map.size];
  }),
  scripted('A page with localForage', async () => {
    const { localforage } = /** @type {any} */ (globalThis);
    await localforage.setItem('list', [1, { two: new Uint8Array([3]) }]);
    const list = await localforage.getItem('list');
    const keys = await localforage.keys();
    await localforage.clear();
    return [localforage.driver(), list[1].two.length, keys];
  }, { scripts: [packagedText('localforage/dist/localforage.min.js')] }),
  scripted('A page with a database in WebAssembly', async () => {
    const SQL = await /** @type {any} */ (globalThis).initSqlJs({ locateFile: (/** @type {string} */ name) => name });
    const database = new SQL.Database();
    database.run('create table t (a, b); insert into t values (1, \'x\'), (2, \'y\')');
    return [database.exec('select sum(a), group_concat(b) from t')[0].values, database.export().length];
  }, { scripts: [packagedText('sql.js/dist/sql-wasm.js')], files: { 'sql-wasm.wasm': { body: packaged('sql.js/dist/sql-wasm.wasm') } } }),
  scripted('A page with caches, locks, cookies and channels', async () => {
    const cache = await caches.open('harm');
    await cache.put('one', new Response('1', { headers: { 'x-mine': 'yes' } }));
    await cache.add('main.js');
    const cached = [(await cache.match('one'))?.headers.get('x-mine'), (await cache.keys()).length, await caches.has('harm'), await caches.delete('harm')];
    const locked = await navigator.locks.request('harm', async (lock) => [lock?.name, (await navigator.locks.query()).held?.length]);
    localStorage.setItem('key', 'value');
    sessionStorage.setItem('key', 'value');
    document.cookie = 'name=value; SameSite=Strict; Secure';
    const stored = [localStorage.length, sessionStorage.length, document.cookie, (await /** @type {any} */ (globalThis).cookieStore.getAll()).length];
    localStorage.clear();
    document.cookie = 'name=; max-age=0';
    const [one, other] = [new BroadcastChannel('harm'), new BroadcastChannel('harm')];
    const told = new Promise((resolve) => { other.onmessage = ({ data }) => resolve(data); });
    one.postMessage({ deep: [1, new Blob(['x'])] });
    const message = /** @type {any} */ (await told);
    one.close();
    other.close();
    return [cached, locked, stored, message.deep[1].size, await navigator.storage.persisted()];
  }),
];
