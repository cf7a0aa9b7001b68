/** 3: a writable as a stream: locks, closing, aborting, pipes and back-pressure. */
import { bytes_in_store, for_writing, native_writable, new_writable, storage, store, bytes_of, url_of, hash_of } from '../environment.js';
import {
  assert_array_equals, assert_equals, assert_false, assert_throws_js, assert_true, promise_rejects_dom, promise_rejects_exactly, promise_rejects_js, promise_test,
} from '../harness.js';

/** @typedef {import('../harness.js').Test} Test */

/** @param {Promise<unknown>} promise */
const outcome = (promise) => promise.then((value) => `resolved with ${value}`, (error) => `${error instanceof DOMException ? 'DOMException' : 'script'} ${error?.name}`);

/**
 * The same steps with a writable of the store and with one of the browser's own give the same outcomes.
 * @param {string} what
 * @param {(writable: any, t: Test) => Promise<unknown[]>} steps outcomes; must not depend on the bytes being right
 */
const as_native = (what, steps) =>
  promise_test(async (t) => assert_array_equals(await steps(await new_writable(t, what), t), await steps(await native_writable(t), t)), `${what}: as the browser’s own writable`);

/** A source of chunks. @param {unknown[]} chunks @param {unknown} [error] at the end */
const source_of = (chunks, error) => new ReadableStream({
  start(controller) {
    chunks.forEach((chunk) => controller.enqueue(chunk));
    if (error === undefined) controller.close();
  },
  pull(controller) {
    if (error !== undefined) controller.error(error);
  },
}, { highWaterMark: chunks.length });

as_native('a lock', async (writable) => {
  const before = writable.locked;
  const writer = writable.getWriter();
  const during = writable.locked;
  const refused = await outcome(writable.write('x'));
  let second;
  try { writable.getWriter(); } catch (error) { second = /** @type {Error} */ (error).name; }
  writer.releaseLock();
  return [before, during, refused, second, writable.locked, await outcome(writable.write('x'))];
});
for (const method of ['write', 'seek', 'truncate', 'close', 'abort']) {
  as_native(`${method} of a locked writable`, async (writable) => {
    const writer = writable.getWriter();
    const seen = await outcome(writable[method](method === 'write' ? 'x' : 0));
    writer.releaseLock();
    return [seen];
  });
  as_native(`${method} after abort`, async (writable) => {
    await writable.abort();
    return [await outcome(writable[method](method === 'write' ? 'x' : 0))];
  });
  as_native(`${method} after abort with a reason`, async (writable) => {
    await writable.abort(new RangeError('mine'));
    return [await outcome(writable[method](method === 'write' ? 'x' : 0))];
  });
  as_native(`${method} after a write that failed`, async (writable) => {
    await writable.write({ type: 'seek' }).catch(() => {});
    return [await outcome(writable[method](method === 'write' ? 'x' : 0))];
  });
  as_native(`${method} after a write that could not be converted`, async (writable) => {
    const first = await outcome(writable.write(undefined));
    return method === 'close' ? [first] : [first, await outcome(writable[method](method === 'write' ? 'x' : 0))];
  });
  promise_test(async (t) => {
    const { handle, bytes } = await for_writing(`${method} after close`);
    const writable = await handle.createWritable();
    await writable.write(bytes);
    await writable.close();
    const native = await native_writable(t);
    await native.close();
    assert_equals(await outcome(writable[method](method === 'write' ? 'x' : 0)), await outcome(native[method](method === 'write' ? 'x' : 0)));
    assert_array_equals(new Uint8Array(await (await handle.getFile()).arrayBuffer()), bytes);
  }, `${method} after close: as the browser’s own writable, and the entry stays`);
}
as_native('desiredSize', async (writable) => {
  const writer = writable.getWriter();
  const start = writer.desiredSize;
  const pending = writer.write('x');
  const during = writer.desiredSize;
  await pending;
  await writer.ready;
  const after = writer.desiredSize;
  await writer.abort();
  return [start, during, after];
});
as_native('desiredSize of a writer whose writes wait', async (writable) => {
  const writer = writable.getWriter();
  const writes = [writer.write('a'), writer.write('b'), writer.write('c')];
  const size = writer.desiredSize;
  await Promise.all(writes);
  await writer.abort();
  return [size];
});
as_native('what a writer’s promises give', async (writable) => {
  const writer = writable.getWriter();
  const seen = [await outcome(writer.ready), await outcome(writer.write('x')), await outcome(writer.write({ type: 'seek', position: 0 })), await outcome(writer.write({ type: 'truncate', size: 0 }))];
  writer.releaseLock();
  return [...seen, await outcome(writer.closed), await outcome(writer.write('x'))];
});
for (const [what, chunk] of /** @type {[string, any][]} */ ([['undefined', undefined], ['null', null], ['an empty object', {}], ['an array', [1]], ['a seek without position', { type: 'seek' }],
  ['an unknown type', { type: 'x' }], ['a symbol', Symbol('x')], ['a number', 1], ['a Blob', new Blob(['x'])], ['a string', 'x'], ['null data', { type: 'write', data: null }]])) {
  as_native(`a writer’s write of ${what}`, async (writable) => {
    const writer = writable.getWriter();
    const first = await outcome(writer.write(chunk));
    const next = await outcome(writer.write('next'));
    writer.closed.catch(() => {});
    await writer.abort().catch(() => {});
    return [first, next];
  });
  as_native(`a pipe of ${what}`, async (writable) => {
    const seen = await outcome(source_of([chunk]).pipeTo(writable, { preventClose: true }));
    return [seen, writable.locked];
  });
}
as_native('what write, seek and truncate give', async (writable) => [await outcome(writable.write('x')), await outcome(writable.seek(0)), await outcome(writable.truncate(0)), await outcome(writable.abort())]);
as_native('abort twice', async (writable) => [await outcome(writable.abort('first')), await outcome(writable.abort('second'))]);
as_native('abort and close at once', async (writable) => Promise.all([outcome(writable.abort()), outcome(writable.close())]));
as_native('abort while a write is under way', async (writable) => Promise.all([outcome(writable.write('x'.repeat(100_000))), outcome(writable.abort(new RangeError('mine')))]));
as_native('a signal of the stream’s end', async (writable) => {
  const writer = writable.getWriter();
  const { closed } = writer;
  await writer.abort(new RangeError('mine'));
  return [await outcome(closed)];
});
as_native('transfer of a writable', async (writable) => {
  try {
    const moved = structuredClone(writable, { transfer: [writable] });
    const seen = [Object.prototype.toString.call(moved), writable.locked];
    await moved.abort();
    return seen;
  } catch (error) {
    return [/** @type {Error} */ (error).name];
  }
});
as_native('a clone of a writable', async (writable) => {
  try { return [Object.prototype.toString.call(structuredClone(writable))]; } catch (error) { return [/** @type {Error} */ (error).name]; }
});
as_native('a pipe that is aborted by its signal', async (writable) => {
  const controller = new AbortController();
  const promise = new ReadableStream({ pull: () => new Promise(() => {}) }).pipeTo(writable, { signal: controller.signal });
  controller.abort();
  return [await outcome(promise), writable.locked, await outcome(writable.write('x'))];
});
as_native('a pipe whose source fails', async (writable) => [await outcome(source_of(['a'], new RangeError('mine')).pipeTo(writable)), writable.locked, await outcome(writable.write('x'))]);
as_native('a pipe whose source fails, with preventAbort', async (writable) =>
  [await outcome(source_of(['a'], new RangeError('mine')).pipeTo(writable, { preventAbort: true })), writable.locked, await outcome(writable.write('x'))]);
as_native('a pipe to a locked writable', async (writable) => {
  const writer = writable.getWriter();
  const seen = await outcome(source_of(['a']).pipeTo(writable));
  writer.releaseLock();
  return [seen];
});
as_native('a pipe from a locked source', async (writable) => {
  const source = source_of(['a']);
  source.getReader();
  return [await outcome(source.pipeTo(writable)), writable.locked, await outcome(writable.write('x'))];
});
as_native('pipeThrough to it', async (writable) => {
  const through = { writable, readable: new ReadableStream() };
  return [source_of(['a']).pipeThrough(through) === through.readable, writable.locked];
});

/** @param {string} what @param {(writable: any, bytes: Uint8Array<ArrayBuffer>) => Promise<unknown>} write @param {number} [size] */
const stores = (what, write, size = 3000) =>
  promise_test(async () => {
    const { handle, bytes, hash } = await for_writing(what, size);
    await write(await handle.createWritable(), bytes);
    assert_array_equals(await bytes_in_store(hash), bytes);
  }, `${what} stores the entry`);
const parts = (/** @type {Uint8Array<ArrayBuffer>} */ bytes) => [bytes.slice(0, 1000), bytes.slice(1000, 1001), bytes.slice(1001)];

stores('close of the writable', async (writable, bytes) => {
  await writable.write(bytes);
  await writable.close();
});
stores('close of a writer', async (writable, bytes) => {
  const writer = writable.getWriter();
  await writer.write(bytes);
  await writer.close();
  assert_equals(await outcome(writer.closed), 'resolved with undefined');
});
stores('close that nobody waited for writes before', async (writable, bytes) => {
  writable.write(bytes);
  await writable.close();
});
stores('a pipe', (writable, bytes) => source_of(parts(bytes)).pipeTo(writable));
stores('a pipe of Blobs and objects', (writable, bytes) => {
  const [first, second, third] = parts(bytes);
  return source_of([new Blob([first]), { type: 'write', data: second }, { type: 'seek', position: 1001 }, third]).pipeTo(writable);
});
stores('a pipe with preventClose and a close after it', async (writable, bytes) => {
  await source_of(parts(bytes)).pipeTo(writable, { preventClose: true });
  assert_false(writable.locked);
  await writable.close();
});
stores('two pipes', async (writable, bytes) => {
  await source_of([bytes.slice(0, 5)]).pipeTo(writable, { preventClose: true });
  await source_of([bytes.slice(5)]).pipeTo(writable);
});
stores('a pipe through a transform', (writable, bytes) => source_of(parts(bytes)).pipeThrough(new TransformStream()).pipeTo(writable));
stores('the stream of a Blob', (writable, bytes) => new Blob([bytes]).stream().pipeTo(writable), 300_000);
stores('the body of a response', (writable, bytes) => /** @type {any} */ (new Response(bytes)).body.pipeTo(writable), 300_000);
stores('a pipe with a signal that stays silent', (writable, bytes) => source_of(parts(bytes)).pipeTo(writable, { signal: new AbortController().signal }));
stores('a writer after another writer', async (writable, bytes) => {
  for (const part of parts(bytes)) {
    const writer = writable.getWriter();
    await writer.write(part);
    writer.releaseLock();
  }
  await writable.close();
});
stores('a writer that waits for ready', async (writable, bytes) => {
  const writer = writable.getWriter();
  for (let index = 0; index < bytes.length; index += 100) {
    await writer.ready;
    writer.write(bytes.slice(index, index + 100));
  }
  await writer.close();
});
stores('a source that is pulled', async (writable, bytes) => {
  let offset = 0;
  await new ReadableStream({ pull(controller) {
    controller.enqueue(bytes.slice(offset, offset + 500));
    offset += 500;
    if (offset >= bytes.length) controller.close();
  } }).pipeTo(writable);
});
stores('a byte stream', async (writable, bytes) => {
  await new ReadableStream({ type: 'bytes', start(controller) { controller.enqueue(bytes.slice()); controller.close(); } }).pipeTo(writable);
});
promise_test(async () => {
  const url = url_of('harness.js');
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const hash = await hash_of(bytes);
  const handle = await storage().getFileHandle(hash, { create: true });
  await /** @type {any} */ (await fetch(url)).body.pipeTo(await handle.createWritable());
  assert_array_equals(await bytes_in_store(hash), bytes);
}, 'a download can be piped into the store');

promise_test(async (t) => {
  const { handle, hash } = await for_writing('a pipe of wrong bytes');
  await promise_rejects_dom(t, 'DataError', source_of(['wrong']).pipeTo(await handle.createWritable()));
  await promise_rejects_dom(t, 'NotFoundError', storage().getFileHandle(hash));
}, 'a pipe of wrong bytes rejects with DataError and stores nothing');
promise_test(async (t) => {
  const { handle, hash, bytes } = await for_writing('an aborted pipe');
  const reason = { mine: true };
  const controller = new AbortController();
  const endless = new ReadableStream({ pull(stream) { stream.enqueue(bytes); } });
  const promise = endless.pipeTo(await handle.createWritable(), { signal: controller.signal });
  setTimeout(() => controller.abort(reason), 20);
  await promise_rejects_exactly(t, reason, promise);
  await promise_rejects_dom(t, 'NotFoundError', storage().getFileHandle(hash));
  await promise_rejects_dom(t, 'NotAllowedError', handle.getFile());
}, 'a pipe that is aborted stores nothing');
promise_test(async (t) => {
  const { handle, bytes, hash } = await for_writing('an aborted write');
  const writable = await handle.createWritable();
  await writable.write(bytes);
  await writable.abort();
  await promise_rejects_dom(t, 'NotFoundError', storage().getFileHandle(hash));
}, 'an aborted write stores nothing, though all bytes were there');
promise_test(async (t) => {
  const { handle, bytes, hash } = await for_writing('not closed');
  const writable = await handle.createWritable();
  t.add_cleanup(() => writable.abort());
  await writable.write(bytes);
  await promise_rejects_dom(t, 'NotFoundError', storage().getFileHandle(hash));
}, 'a write that is not closed stores nothing, for the writer either');
promise_test(async (t) => {
  const writable = await new_writable(t, 'closing nothing');
  await promise_rejects_dom(t, 'DataError', writable.close());
}, 'closing without writing is a DataError');
promise_test(async (t) => {
  const { handle, bytes, hash } = await for_writing('after a DataError');
  const writable = await handle.createWritable();
  await writable.write('wrong');
  const error = await promise_rejects_dom(t, 'DataError', writable.close());
  assert_equals(await writable.write('x').catch((/** @type {unknown} */ reason) => reason), error);
  const again = await handle.createWritable();
  await again.write(bytes);
  await again.close();
  assert_array_equals(await bytes_in_store(hash), bytes);
}, 'after a DataError the writable is beyond use and the handle is not');
promise_test(async (t) => {
  const { handle, bytes, hash } = await for_writing('wrong bytes for an entry that is there');
  await store(bytes);
  const writable = await handle.createWritable();
  await writable.write('wrong');
  await promise_rejects_dom(t, 'DataError', writable.close());
  assert_array_equals(await bytes_in_store(hash), bytes);
}, 'wrong bytes take no entry away');
promise_test(async () => {
  const { handle, bytes } = await for_writing('several writables of one handle');
  const writables = await Promise.all([handle.createWritable(), handle.createWritable(), handle.createWritable()]);
  await writables[0].write('wrong');
  await writables[1].write(bytes);
  await writables[2].write(bytes);
  const seen = await Promise.all(writables.map((writable) => writable.close().then(() => 'stored', (/** @type {Error} */ error) => error.name)));
  assert_array_equals(seen, ['DataError', 'stored', 'stored']);
}, 'several writables of one handle do not disturb each other');
promise_test(async () => {
  const bytes = bytes_of('many writers', 50_000);
  const hash = await hash_of(bytes);
  const handles = await Promise.all(Array.from({ length: 8 }, () => storage().getFileHandle(hash, { create: true })));
  await Promise.all(handles.map(async (handle) => {
    const writable = await handle.createWritable();
    for (let index = 0; index < bytes.length; index += 10_000) await writable.write(bytes.slice(index, index + 10_000));
    await writable.close();
  }));
  assert_array_equals(await bytes_in_store(hash), bytes);
}, 'eight writers of one hash at once all succeed');
promise_test(async (t) => {
  for (let round = 0; round < 40; round += 1) {
    const writable = await (await for_writing(`aborted ${round}`)).handle.createWritable();
    await writable.write('x');
    await writable.abort();
  }
  for (let round = 0; round < 40; round += 1) {
    const writable = await (await for_writing(`failed ${round}`)).handle.createWritable();
    await writable.write({ type: 'seek' }).catch(() => {});
  }
  await new_writable(t, 'after all these');
}, 'writables that ended free their place at once');
promise_test(async (t) => {
  const writable = await new_writable(t, 'strategy');
  const writer = writable.getWriter();
  const first = writer.write('x'.repeat(1000));
  assert_equals(writer.desiredSize, 0);
  let is_ready = false;
  const ready = writer.ready.then(() => { is_ready = true; });
  assert_false(is_ready);
  await first;
  await ready;
  assert_equals(writer.desiredSize, 1);
  writer.releaseLock();
}, 'a writer is held back until its chunk was taken');
promise_test(async (t) => {
  const writable = await new_writable(t, 'methods of streams');
  await promise_rejects_js(t, TypeError, WritableStream.prototype.close.call({}));
  assert_throws_js(TypeError, () => WritableStream.prototype.getWriter.call(/** @type {any} */ ({})));
  assert_true(new WritableStreamDefaultWriter(writable) instanceof WritableStreamDefaultWriter);
  assert_true(writable.locked);
}, 'a writable is taken by new WritableStreamDefaultWriter()');
