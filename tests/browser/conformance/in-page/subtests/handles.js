/** 3: handles and their files. */
import { bytes_of, for_writing, hash_of, in_dedicated_worker, origin_of, storage, store, stored, write_new } from '../environment.js';
import {
  assert_array_equals, assert_class_string, assert_equals, assert_false, assert_not_equals, assert_true, promise_rejects_dom, promise_rejects_js, promise_test,
} from '../harness.js';

/** @param {Blob} blob */
const content = async (blob) => new Uint8Array(await blob.arrayBuffer());
/** A file of the origin itself. @param {string} name */
async function own_file(name) {
  const root = await navigator.storage.getDirectory();
  return /** @type {any} */ (await root.getFileHandle(name, { create: true }));
}

for (const [what, make] of /** @type {[string, () => Promise<any>][]} */ ([
  ['from a read', async () => stored('attributes of a read')], ['for writing', async () => for_writing('attributes of a create')]])) {
  promise_test(async () => assert_equals((await make()).handle.kind, 'file'), `kind of a handle ${what} is 'file'`);
  promise_test(async () => {
    const { handle, hash } = await make();
    assert_equals(handle.name, hash.value);
  }, `name of a handle ${what} is the hash`);
  promise_test(async () => {
    const { handle } = await make();
    assert_class_string(handle, 'FileSystemFileHandle');
    assert_true(handle instanceof FileSystemFileHandle);
  }, `a handle ${what} is a FileSystemFileHandle`);
  promise_test(async () => {
    const { handle } = await make();
    const { kind, name } = handle;
    new Function('handle', "handle.kind = 'directory'; handle.name = 'another'")(handle);
    assert_array_equals([handle.kind, handle.name], [kind, name]);
  }, `attributes of a handle ${what} are read-only`);
}

promise_test(async () => {
  const { handle, bytes } = await stored('a file');
  const file = await handle.getFile();
  assert_class_string(file, 'File');
  assert_true(file instanceof File && file.constructor === File);
  assert_array_equals(await content(file), bytes);
}, 'getFile gives a File of this realm with the bytes of the entry');
promise_test(async () => {
  const { handle, hash } = await stored('name of a file');
  assert_equals((await handle.getFile()).name, hash.value);
}, 'the File is named by the hash');
promise_test(async () => {
  const { handle, bytes } = await stored('size of a file', 1234);
  assert_equals((await handle.getFile()).size, bytes.length);
}, 'the File has the size of the entry');
promise_test(async () => {
  const { handle } = await stored('type of a file');
  assert_equals((await handle.getFile()).type, '');
}, 'the File has no type');
promise_test(async () => {
  const { handle } = await stored('date of a file');
  const { lastModified } = await handle.getFile();
  assert_true(lastModified < Date.now() - 86_400_000, 'the date of storing');
  assert_equals((await handle.getFile()).lastModified, lastModified);
}, 'the date of the File does not tell when the entry was stored');
promise_test(async () => {
  const { handle } = await stored('path of a file');
  assert_equals((await handle.getFile()).webkitRelativePath ?? '', '');
}, 'the File has no path');
promise_test(async () => {
  const { handle } = await stored('fresh files');
  assert_not_equals(await handle.getFile(), await handle.getFile());
}, 'each getFile gives a File of its own');
promise_test(async () => {
  const { handle, bytes } = await stored('ways to read', 5000);
  const file = await handle.getFile();
  assert_array_equals(new Uint8Array(await new Response(file).arrayBuffer()), bytes, 'Response');
  assert_array_equals(await content(file.slice(1000, 2000)), bytes.subarray(1000, 2000), 'slice');
  assert_array_equals(await content(file.slice(-10)), bytes.subarray(-10), 'slice from the end');
  /** @type {Uint8Array[]} */ const chunks = [];
  for await (const chunk of file.stream()) chunks.push(chunk);
  assert_array_equals(await content(new Blob(/** @type {any} */ (chunks))), bytes, 'stream');
  const url = URL.createObjectURL(file);
  assert_array_equals(new Uint8Array(await (await fetch(url)).arrayBuffer()), bytes, 'object URL');
  URL.revokeObjectURL(url);
}, 'the File can be read in every way');
promise_test(async () => {
  const text = 'Zwölf Boxkämpfer – 東京 🗼';
  const bytes = new TextEncoder().encode(`${text} ${await hash_of(bytes_of('a text')).then(({ value }) => value)}`);
  const hash = await store(bytes);
  assert_equals(await (await (await storage().getFileHandle(hash)).getFile()).text(), new TextDecoder().decode(bytes));
}, 'the File can be read as text');
promise_test(async () => {
  const { handle, bytes } = await stored('read by a reader');
  const reader = new FileReader();
  const result = await new Promise(async (resolve) => {
    reader.onload = () => resolve(reader.result);
    reader.readAsArrayBuffer(await handle.getFile());
  });
  assert_array_equals(new Uint8Array(result), bytes);
}, 'the File can be read by a FileReader');
promise_test(async () => {
  const { handle, bytes, hash } = await stored('cloned files');
  const clone = structuredClone(await handle.getFile());
  assert_equals(clone.name, hash.value);
  assert_array_equals(await content(clone), bytes);
}, 'the File can be cloned');
promise_test(async () => {
  const { handle, bytes } = await stored('all at once', 70_000);
  const files = await Promise.all(Array.from({ length: 20 }, () => handle.getFile()));
  for (const file of files) assert_array_equals(await content(file), bytes);
}, 'twenty calls of getFile at once each give the bytes');
promise_test(async () => {
  const { handle, bytes } = await stored('arguments of getFile');
  assert_array_equals(await content(await handle.getFile('x', {}, 1)), bytes);
}, 'getFile ignores arguments');
for (const size of [1, 2, 63, 64, 65, 511, 512, 4095, 4096, 4097, 65_535, 65_536, 262_144, 1_048_577, 9_000_000]) {
  promise_test(async () => {
    const { handle, bytes } = await stored(`size ${size}`, size);
    const seen = await content(await handle.getFile());
    assert_equals(seen.length, bytes.length);
    assert_equals((await hash_of(seen)).value, (await hash_of(bytes)).value);
  }, `an entry of ${size} bytes is stored and read`);
}
promise_test(async () => {
  const hash = await hash_of(new Uint8Array());
  const handle = await storage().getFileHandle(hash, { create: true });
  const writable = await handle.createWritable();
  const error = await writable.close().then(() => null, (/** @type {Error} */ reason) => reason);
  // Nothing was written: the specification's DataError, though the digest of nothing would be right.
  if (error !== null) assert_equals(error.name, 'DataError');
  else assert_equals((await (await storage().getFileHandle(hash)).getFile()).size, 0);
}, 'an empty entry is stored as empty, or refused as a DataError');

promise_test(async (t) => {
  const { handle } = await for_writing('unreadable');
  const { message } = await promise_rejects_dom(t, 'NotAllowedError', handle.getFile());
  const { hash } = await stored('unreadable too');
  const other = await storage().getFileHandle(hash, { create: true });
  assert_equals((await promise_rejects_dom(t, 'NotAllowedError', other.getFile())).message, message);
}, 'a handle for writing cannot be read, whether or not the entry exists, and says so in the same words');
promise_test(async () => {
  const { handle, bytes } = await for_writing('readable after its write');
  const writable = await handle.createWritable();
  await writable.write(bytes);
  await writable.close();
  assert_array_equals(await content(await handle.getFile()), bytes);
}, 'a handle can be read once its write has succeeded');
promise_test(async (t) => {
  const { handle, bytes, hash } = await for_writing('another handle’s write');
  await write_new(bytes, hash);
  await promise_rejects_dom(t, 'NotAllowedError', handle.getFile());
}, 'a write through another handle does not make a handle readable');
promise_test(async (t) => {
  const { handle, bytes } = await for_writing('readable only after close');
  const writable = await handle.createWritable();
  await writable.write(bytes);
  await promise_rejects_dom(t, 'NotAllowedError', handle.getFile());
  await writable.close();
  await handle.getFile();
}, 'a handle cannot be read while it is written');
promise_test(async (t) => {
  const { handle } = await for_writing('failed write');
  const writable = await handle.createWritable();
  await writable.write('other bytes');
  await promise_rejects_dom(t, 'DataError', writable.close());
  await promise_rejects_dom(t, 'NotAllowedError', handle.getFile());
}, 'a handle stays unreadable when its write fails');
promise_test(async () => {
  const { handle, bytes } = await for_writing('written twice');
  for (let round = 0; round < 2; round += 1) {
    const writable = await handle.createWritable();
    await writable.write(bytes);
    await writable.close();
  }
  const writable = await handle.createWritable();
  await writable.write('wrong');
  await writable.close().catch(() => {});
  assert_array_equals(await content(await handle.getFile()), bytes);
}, 'a handle stays readable when a later write fails');

promise_test(async (t) => {
  const { handle } = await stored('not for writing');
  await promise_rejects_dom(t, 'NotAllowedError', handle.createWritable());
  await promise_rejects_dom(t, 'NotAllowedError', handle.createWritable({ keepExistingData: true }));
}, 'a handle from a read cannot be written');
for (const [what, options] of /** @type {[string, unknown][]} */ ([['a number', 1], ['a string', 'x'], ['a mode that is none', { mode: 'x' }], ['an empty mode', { mode: '' }], ['a symbol for a mode', { mode: Symbol('x') }]])) {
  for (const make of [for_writing, stored]) {
    promise_test(async (t) => {
      const { handle } = await make(`createWritable ${what} ${make.name}`);
      await promise_rejects_js(t, TypeError, handle.createWritable(options));
    }, `createWritable of a handle ${make === stored ? 'from a read' : 'for writing'} refuses ${what} for options`);
  }
}
for (const [what, options] of /** @type {[string, unknown][]} */ ([['undefined', undefined], ['null', null], ['an empty object', {}], ['keepExistingData', { keepExistingData: true }],
  ['siloed', { mode: 'siloed' }], ['exclusive', { mode: 'exclusive' }], ['a function', () => {}]])) {
  promise_test(async () => {
    const { handle, bytes, hash } = await for_writing(`createWritable with ${what}`);
    const writable = await handle.createWritable(options);
    assert_class_string(writable, 'FileSystemWritableFileStream');
    await writable.write(bytes);
    await writable.close();
    assert_equals((await (await storage().getFileHandle(hash)).getFile()).size, bytes.length);
  }, `createWritable takes ${what} for options`);
}
promise_test(async () => {
  const { handle } = await for_writing('order of options');
  /** @type {string[]} */ const log = [];
  const writable = await handle.createWritable({ get mode() { log.push('mode'); return undefined; }, get keepExistingData() { log.push('keepExistingData'); return false; } });
  assert_array_equals(log, ['keepExistingData', 'mode']);
  await writable.abort();
}, 'createWritable reads its options once each, in lexicographic order');
promise_test(async (t) => {
  const { handle, bytes } = await for_writing('keepExistingData');
  let writable = await handle.createWritable();
  await writable.write(bytes);
  await writable.close();
  writable = await handle.createWritable({ keepExistingData: true });
  await promise_rejects_dom(t, 'DataError', writable.close());
}, 'a writable starts empty, also when existing data was to be kept');

for (const name of ['move', 'remove']) {
  for (const [what, make] of /** @type {const} */ ([['from a read', stored], ['for writing', for_writing]])) {
    promise_test(async (t) => {
      const { handle, hash } = await make(`${name} ${what}`);
      for (const args of [[], ['name'], [await navigator.storage.getDirectory(), 'name'], [{ recursive: true }]]) {
        await promise_rejects_dom(t, 'NotAllowedError', handle[name](...args));
      }
      assert_equals(handle.name, hash.value);
      if (make === stored) await (await storage().getFileHandle(hash)).getFile();
    }, `${name} of a handle ${what} is not allowed, and changes nothing`);
  }
}

for (const [what, descriptor, of_read, of_create] of /** @type {[string, any, string, string][]} */ ([
  ['nothing', undefined, 'granted', 'granted'], ['null', null, 'granted', 'granted'], ['an empty object', {}, 'granted', 'granted'],
  ['read', { mode: 'read' }, 'granted', 'granted'], ['readwrite', { mode: 'readwrite' }, 'denied', 'granted'], ['mode undefined', { mode: undefined }, 'granted', 'granted']])) {
  for (const name of ['queryPermission', 'requestPermission']) {
    promise_test(async () => {
      const read = await stored(`${name} ${what}`);
      const created = await for_writing(`${name} ${what} created`);
      assert_equals(await read.handle[name](descriptor), of_read, 'of a read');
      assert_equals(await created.handle[name](descriptor), of_create, 'of a create');
    }, `${name} with ${what}: '${of_read}' of a read, '${of_create}' of a create`);
  }
}
for (const name of ['queryPermission', 'requestPermission']) {
  promise_test(async (t) => {
    const { handle } = await stored(`bad ${name}`);
    for (const descriptor of [1, 'x', { mode: 'write' }, { mode: null }, { mode: '' }, Symbol('x')]) await promise_rejects_js(t, TypeError, handle[name](descriptor));
  }, `${name} refuses what is no descriptor`);
  promise_test(async () => {
    const { handle, bytes } = await for_writing(`${name} after writing`);
    const writable = await handle.createWritable();
    await writable.write(bytes);
    await writable.close();
    assert_equals(await handle[name]({ mode: 'readwrite' }), 'granted');
  }, `${name} is 'granted' after a write`);
}

promise_test(async () => {
  const { handle, hash } = await stored('same');
  assert_true(await handle.isSameEntry(handle), 'itself');
  assert_true(await handle.isSameEntry(await storage().getFileHandle(hash)), 'another read');
  const created = await storage().getFileHandle(hash, { create: true });
  assert_true(await handle.isSameEntry(created) && await created.isSameEntry(handle), 'a create');
}, 'isSameEntry is true for handles of one hash');
promise_test(async () => {
  const first = await stored('different 1');
  const second = await stored('different 2');
  assert_false(await first.handle.isSameEntry(second.handle));
}, 'isSameEntry is false for handles of different hashes');
promise_test(async () => {
  const bytes = bytes_of('two algorithms');
  const first = await write_new(bytes, await hash_of(bytes, 'SHA-256'));
  const second = await write_new(bytes, await hash_of(bytes, 'SHA-512'));
  assert_false(await first.isSameEntry(second));
}, 'isSameEntry is false for the same bytes by different algorithms');
promise_test(async (t) => {
  const { handle } = await stored('no handles');
  for (const other of [undefined, null, {}, 1, 'x', storage(), FileSystemFileHandle.prototype, new Proxy(handle, {}), Object.create(handle)]) {
    await promise_rejects_js(t, TypeError, handle.isSameEntry(other));
  }
  await promise_rejects_js(t, TypeError, handle.isSameEntry());
}, 'isSameEntry refuses what is no handle');
promise_test(async (t) => {
  const { handle } = await stored('a file of the page');
  const file = await own_file('compared');
  t.add_cleanup(() => file.remove());
  const root = await navigator.storage.getDirectory();
  for (const other of [file, root]) {
    const first = await handle.isSameEntry(other).then(() => 'resolved', (/** @type {Error} */ error) => error.name);
    const second = await /** @type {any} */ (other).isSameEntry(handle).then(() => 'resolved', (/** @type {Error} */ error) => error.name);
    assert_not_equals(first, 'resolved');
    if (other === file) assert_equals(second, first);
  }
}, 'isSameEntry rejects for a file of the page’s own file system, either way around');
promise_test(async () => {
  const { handle, hash } = await stored('resolved');
  const root = await navigator.storage.getDirectory();
  assert_equals(await root.resolve(handle), null);
  const names = [];
  for await (const name of root.keys()) names.push(name);
  assert_false(names.some((name) => name.includes(hash.value)));
}, 'an entry is in none of the page’s directories');
promise_test(async (t) => {
  const file = await own_file('own file');
  t.add_cleanup(() => file.remove());
  const writable = await file.createWritable();
  await writable.write('own');
  await writable.close();
  assert_equals(await (await file.getFile()).text(), 'own');
  assert_true(await file.isSameEntry(await own_file('own file')));
  assert_equals(await file.queryPermission({ mode: 'readwrite' }), 'granted');
}, 'the page’s own files work as ever');
promise_test(async (t) => {
  const name = (await hash_of(bytes_of('a file that is named like a digest'))).value;
  const file = await own_file(name);
  const writable = await file.createWritable();
  await writable.write('own');
  await writable.close();
  assert_equals(await (await file.getFile()).text(), 'own');
  await file.remove();
  await promise_rejects_dom(t, 'NotFoundError', file.getFile());
}, 'a file of the page that is named like a digest works as ever');

promise_test(async (t) => {
  const { handle } = await stored('synchronous access');
  if (!in_dedicated_worker()) {
    assert_equals(handle.createSyncAccessHandle, undefined);
    return;
  }
  await promise_rejects_dom(t, 'InvalidStateError', handle.createSyncAccessHandle());
  await promise_rejects_dom(t, 'InvalidStateError', (await for_writing('synchronous access')).handle.createSyncAccessHandle({ mode: 'read-only' }));
}, 'there is no synchronous access to an entry, and its method is where the browser has it');
for (const method of ['getDirectoryHandle', 'getFileHandle', 'removeEntry', 'resolve', 'keys', 'values', 'entries']) {
  promise_test(async (t) => {
    const { handle } = await stored(`no directory ${method}`);
    const result = () => /** @type {any} */ (FileSystemDirectoryHandle.prototype)[method].call(handle, 'x');
    if (['keys', 'values', 'entries'].includes(method)) {
      let thrown;
      try { result(); } catch (error) { thrown = error; }
      assert_true(thrown instanceof TypeError);
    } else await promise_rejects_js(t, TypeError, result());
  }, `a handle is no directory: ${method}`);
}
promise_test(async () => {
  const { handle } = await stored('expando');
  handle.mine = 1;
  assert_equals(handle.mine, 1);
  assert_false('mine' in await storage().getFileHandle((await stored('expando')).hash));
}, 'a handle takes properties of the page, for itself alone');
promise_test(async () => {
  const { hash } = await stored('origins do not matter on a read');
  assert_equals((await storage().getFileHandle(hash, { origins: [origin_of('b')] })).name, hash.value);
}, 'origins of a read request change nothing');
