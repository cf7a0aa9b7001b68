/** 3: handles travel by structured clone, within their origin. */
import { bytes_of, config, for_writing, hash_of, in_window, open_place, origin_of, site, storage, store, stored, write_new } from '../environment.js';
import {
  assert_array_equals, assert_class_string, assert_equals, assert_false, assert_not_equals, assert_throws_dom, assert_true, promise_rejects_dom, promise_test,
} from '../harness.js';

/** @typedef {import('../harness.js').Test} Test */

const content = async (/** @type {any} */ handle) => new Uint8Array(await (await handle.getFile()).arrayBuffer());

/** @param {string} name @param {unknown} value */
async function through_database(name, value) {
  const opened = indexedDB.open(`conformance ${config.context} ${name}`);
  opened.onupgradeneeded = () => opened.result.createObjectStore('values');
  const database = await new Promise((resolve, reject) => {
    opened.onsuccess = () => resolve(opened.result);
    opened.onerror = () => reject(opened.error);
  });
  const done = (/** @type {IDBRequest} */ request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  await done(database.transaction('values', 'readwrite').objectStore('values').put(value, 'key'));
  const result = await done(database.transaction('values').objectStore('values').get('key'));
  database.close();
  indexedDB.deleteDatabase(`conformance ${config.context} ${name}`);
  return /** @type {any} */ (result);
}

/** @type {Record<string, (handle: any, t: Test) => Promise<any>>} */
const WAYS = {
  'structuredClone': async (handle) => structuredClone(handle),
  'a clone of a clone': async (handle) => structuredClone(structuredClone(handle)),
  'an object that holds it': async (handle) => structuredClone({ list: [handle] }).list[0],
  'a Map and a Set': async (handle) => [...structuredClone(new Map([['key', new Set([handle])]])).get('key') ?? []][0],
  'a MessagePort': (handle) => new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = ({ data }) => resolve(data);
    port1.postMessage(handle);
  }),
  'BroadcastChannel': (handle, t) => new Promise((resolve) => {
    const [from, to] = [new BroadcastChannel(`handles ${config.context}`), new BroadcastChannel(`handles ${config.context}`)];
    t.add_cleanup(() => [from, to].forEach((channel) => channel.close()));
    to.onmessage = ({ data }) => resolve(data);
    from.postMessage(handle);
  }),
  'IndexedDB': (handle) => through_database('handles', handle),
  ...(in_window() && {
    'window.postMessage': (handle) => new Promise((resolve) => {
      addEventListener('message', function listen({ data, source }) {
        if (source !== window || !data.travelling) return;
        removeEventListener('message', listen);
        resolve(data.travelling);
      });
      window.postMessage({ travelling: handle }, '*');
    }),
    'history.state': async (handle, t) => {
      t.add_cleanup(() => history.replaceState(null, ''));
      history.replaceState({ handle }, '');
      return history.state.handle;
    },
    'a Notification’s data or a MessageEvent made by hand': async (handle) => new MessageEvent('message', { data: structuredClone(handle) }).data,
  }),
  'an echo of a worker': (handle, t) => new Promise((resolve, reject) => {
    const worker = new Worker(URL.createObjectURL(new Blob(['onmessage = ({ data }) => postMessage(data)'])));
    t.add_cleanup(() => worker.terminate());
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
    worker.postMessage(handle);
  }),
};

for (const [way, send] of Object.entries(WAYS)) {
  promise_test(async (t) => {
    const { handle, bytes, hash } = await stored(`by ${way}`);
    const clone = await send(handle, t);
    assert_not_equals(clone, handle);
    assert_class_string(clone, 'FileSystemFileHandle');
    assert_array_equals([clone.kind, clone.name], ['file', hash.value]);
    assert_true(await clone.isSameEntry(handle) && await handle.isSameEntry(clone), 'the same entry');
    assert_array_equals(await content(clone), bytes);
    assert_equals(await clone.queryPermission({ mode: 'readwrite' }), 'denied');
    await promise_rejects_dom(t, 'NotAllowedError', clone.createWritable());
    await promise_rejects_dom(t, 'NotAllowedError', clone.remove());
  }, `a handle from a read travels by ${way}`);
  promise_test(async (t) => {
    const { handle, bytes, hash } = await for_writing(`for writing by ${way}`);
    const clone = await send(handle, t);
    await promise_rejects_dom(t, 'NotAllowedError', clone.getFile());
    assert_equals(await clone.queryPermission({ mode: 'readwrite' }), 'granted');
    const writable = await clone.createWritable();
    await writable.write(bytes);
    await writable.close();
    assert_array_equals(await content(clone), bytes);
    assert_array_equals(await content(await storage().getFileHandle(hash)), bytes);
  }, `a handle for writing travels by ${way} unreadable, and is written through there`);
}

promise_test(async (t) => {
  const { handle, bytes } = await for_writing('unreadable clone');
  await store(bytes);
  await promise_rejects_dom(t, 'NotAllowedError', structuredClone(handle).getFile());
}, 'a clone of a handle for writing is as unreadable as its original, whoever stored the entry');
promise_test(async () => {
  const { handle, bytes } = await for_writing('cloned after its write');
  const writable = await handle.createWritable();
  await writable.write(bytes);
  await writable.close();
  assert_array_equals(await content(structuredClone(handle)), bytes);
}, 'a clone that is made after the write can be read');
promise_test(async (t) => {
  const { handle, bytes } = await for_writing('cloned before its write');
  const clone = structuredClone(handle);
  const writable = await handle.createWritable();
  await writable.write(bytes);
  await writable.close();
  await promise_rejects_dom(t, 'NotAllowedError', clone.getFile());
}, 'a clone that was made before the write through the original stays unreadable');
promise_test(async () => {
  const { handle } = await stored('transfer list');
  assert_throws_dom('DataCloneError', () => structuredClone(handle, { transfer: [handle] }));
}, 'a handle is not transferable');
promise_test(async () => {
  const handles = await Promise.all([1, 2, 3].map(async (index) => (await stored(`many ${index}`)).handle));
  const clones = structuredClone([...handles, handles[0]]);
  assert_equals(clones[0], clones[3]);
  assert_array_equals(clones.map(({ name }) => name), [...handles, handles[0]].map(({ name }) => name));
}, 'identity within one message is kept');

for (const kind of /** @type {const} */ (['window', 'frame'])) {
  promise_test(async (t) => {
    const { handle, bytes, hash } = await stored(`to a same-origin ${kind}`);
    const place = await open_place(t, { kind, origin: origin_of('a') });
    const seen = await place.run(async (/** @type {any} */ given) => [given.name, (await given.getFile()).size, await given.isSameEntry(given)], handle);
    assert_array_equals(seen, [hash.value, bytes.length, true]);
  }, `a same-origin ${kind} reads by a handle that it was given`);
  promise_test(async (t) => {
    const place = await open_place(t, { kind, origin: origin_of('a') });
    const bytes = bytes_of(`written in a ${kind}`);
    const handle = await storage().getFileHandle(await hash_of(bytes), { create: true });
    assert_equals(await place.run(async (/** @type {any} */ given, /** @type {any} */ data) => {
      const writable = await given.createWritable();
      await writable.write(data);
      await writable.close();
      return (await given.getFile()).size;
    }, handle, bytes), bytes.length);
  }, `a same-origin ${kind} writes by a handle that it was given`);
  promise_test(async (t) => {
    const { hash, bytes } = await stored(`from a same-origin ${kind}`);
    const place = await open_place(t, { kind, origin: origin_of('a') });
    const handle = await place.run((/** @type {any} */ wanted) => /** @type {any} */ (navigator).crossOriginStorage.getFileHandle(wanted), hash);
    assert_true(handle instanceof FileSystemFileHandle);
    assert_array_equals(await content(handle), bytes);
  }, `a handle that a same-origin ${kind} sends can be read`);
  for (const [what, name] of [['a sibling of its site', 'sibling'], ['another port', 'otherPort'], ['another site', 'b']]) {
    promise_test(async (t) => {
      const { handle } = await stored(`to ${what} ${kind}`);
      const place = await open_place(t, { kind, origin: origin_of(name), allow: 'cross-origin-storage' });
      await place.deliver(handle);
      await place.deliver({ deep: [handle] });
      await place.deliver('last');
      const events = await place.received(3);
      assert_array_equals(events.map(({ type }) => type), ['messageerror', 'messageerror', 'message']);
      assert_array_equals(events.map(({ data }) => data), ['null', 'null', 'last']);
    }, `a handle does not arrive in a ${kind} of ${what}: messageerror`);
  }
  promise_test(async (t) => {
    const { handle } = await stored(`to a sandboxed ${kind}`);
    const place = await open_place(t, kind === 'frame' ? { kind, origin: origin_of('a'), sandbox: 'allow-scripts' } : { kind, origin: origin_of('a'), headers: { 'content-security-policy': 'sandbox allow-scripts' } });
    await place.deliver(handle);
    assert_equals((await place.received(1))[0].type, 'messageerror');
  }, `a handle does not arrive in a sandboxed ${kind}`);
}
promise_test(async () => {
  const bytes = bytes_of('another origin’s clone');
  const b = await site('b');
  assert_equals(await b.store(bytes, [origin_of('a')]), 'stored');
  const handle = await storage().getFileHandle(await hash_of(bytes));
  assert_array_equals(await content(structuredClone(handle)), bytes);
}, 'a handle for another site’s entry that this origin may read travels as any other');
promise_test(async () => {
  const { handle, bytes } = await stored('stays after a clone');
  structuredClone(handle);
  assert_array_equals(await content(handle), bytes);
}, 'the original of a clone works on');
promise_test(async () => {
  const { handle } = await stored('no trace in the page’s files');
  structuredClone(handle);
  const root = await navigator.storage.getDirectory();
  const left = async () => {
    const names = [];
    for await (const name of /** @type {any} */ (root).keys()) names.push(name);
    return names.filter((name) => name.startsWith('.cos'));
  };
  for (let round = 0; round < 100 && (await left()).length > 0; round += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  assert_array_equals(await left(), []);
}, 'handles leave nothing in the page’s own file system');
promise_test(async () => {
  const bytes = bytes_of('written handle');
  const handle = await write_new(bytes, await hash_of(bytes));
  const clone = structuredClone(handle);
  assert_array_equals(await content(clone), bytes);
  assert_false(clone === handle);
}, 'a written handle travels readable');
