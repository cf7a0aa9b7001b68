/** 3: what can be written, and where it goes. */
import { bytes_in_store, bytes_of, for_writing, hash_of, native_writable, new_writable, storage, store } from '../environment.js';
import {
  assert_array_equals, assert_class_string, assert_equals, assert_false, assert_true, promise_rejects_dom, promise_rejects_exactly, promise_rejects_js, promise_test,
} from '../harness.js';

const pair = (/** @type {number} */ first, /** @type {number} */ second) => new Uint8Array([first, second]);
const text = new TextEncoder();

/**
 * A subtest that writes in its own way and finds what it should then be.
 * @param {string} what
 * @param {(bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>} expected from bytes of its own
 * @param {(writable: any, bytes: Uint8Array<ArrayBuffer>) => unknown} write
 * @param {number} [size]
 */
function writes(what, expected, write, size = 1000) {
  promise_test(async () => {
    const bytes = bytes_of(what, size);
    const wanted = expected(bytes);
    const hash = await hash_of(wanted);
    const writable = await (await storage().getFileHandle(hash, { create: true })).createWritable();
    await write(writable, bytes.slice());
    await writable.close();
    assert_array_equals(await bytes_in_store(hash), wanted);
  }, `write: ${what}`);
}
/** @param {...(Uint8Array | string)} parts */
const joined = (...parts) => {
  const all = parts.map((part) => (typeof part === 'string' ? text.encode(part) : part));
  const result = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of all) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
};
const same = (/** @type {Uint8Array<ArrayBuffer>} */ bytes) => bytes;
const aligned = (/** @type {Uint8Array} */ bytes) => bytes.length - (bytes.length % 8);

writes('an ArrayBuffer', same, (writable, bytes) => writable.write(bytes.buffer));
for (const name of ['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Float16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array']) {
  const View = /** @type {any} */ (globalThis)[name];
  if (View === undefined) continue;
  writes(`a ${name}`, (bytes) => bytes.slice(0, aligned(bytes)), (writable, bytes) => writable.write(new View(bytes.buffer, 0, aligned(bytes) / View.BYTES_PER_ELEMENT)));
  writes(`a part of a buffer by ${name}`, (bytes) => bytes.slice(8, 24), (writable, bytes) => writable.write(new View(bytes.buffer, 8, 16 / View.BYTES_PER_ELEMENT)));
}
writes('a DataView', same, (writable, bytes) => writable.write(new DataView(bytes.buffer)));
writes('a part of a buffer by a DataView', (bytes) => bytes.slice(3, 17), (writable, bytes) => writable.write(new DataView(bytes.buffer, 3, 14)));
writes('a Blob', same, (writable, bytes) => writable.write(new Blob([bytes])));
writes('a slice of a Blob', (bytes) => bytes.slice(10, 20), (writable, bytes) => writable.write(new Blob([bytes]).slice(10, 20)));
writes('a File', same, (writable, bytes) => writable.write(new File([bytes], 'name')));
writes('a Blob of several parts', (bytes) => joined(bytes, 'end'), (writable, bytes) => writable.write(new Blob([bytes, 'end'])));
writes('a string', (bytes) => joined(`${bytes[0]} äöü 東京 🗼`), (writable, bytes) => writable.write(`${bytes[0]} äöü 東京 🗼`));
writes('an empty string beside others', same, async (writable, bytes) => {
  await writable.write('');
  await writable.write(bytes);
  await writable.write('');
});
writes('a lone surrogate', () => joined('a\ufffdb in a string'), (writable) => writable.write('a\ud800b in a string'));
writes('a String object', () => joined('a String object'), (writable) => writable.write({ type: 'write', data: new String('a String object') }));
for (const [what, value, words] of /** @type {[string, any, string][]} */ ([['a number', 12_345, '12345'], ['a boolean', true, 'true'], ['a BigInt', 12_345_678_901n, '12345678901'], ['NaN', Number.NaN, 'NaN']])) {
  writes(`${what} is its text`, () => joined(words), (writable) => writable.write(value));
}
writes('several chunks', (bytes) => joined(bytes, 'x', bytes), async (writable, bytes) => {
  await writable.write(bytes);
  await writable.write('x');
  await writable.write(new Blob([bytes]));
});
writes('an object of type write', same, (writable, bytes) => writable.write({ type: 'write', data: bytes }));
writes('an object of type write with a string', (bytes) => joined(`typed ${bytes[0]}`), (writable, bytes) => writable.write({ type: 'write', data: `typed ${bytes[0]}` }));
writes('an object of type write with a Blob', same, (writable, bytes) => writable.write({ type: 'write', data: new Blob([bytes]) }));
writes('an object of type write with a number is its text', () => joined('98765'), (writable) => writable.write({ type: 'write', data: 98_765 }));
writes('an inherited object of type write', same, (writable, bytes) => writable.write(Object.create({ type: 'write', data: bytes })));
writes('an object whose type is an object', same, (writable, bytes) => writable.write({ type: { toString: () => 'write' }, data: bytes }));
writes('positions in any order', same, async (writable, bytes) => {
  await writable.write({ type: 'write', position: 500, data: bytes.slice(500) });
  await writable.write({ type: 'write', position: 0, data: bytes.slice(0, 500) });
});
writes('a position moves the cursor behind what was written', same, async (writable, bytes) => {
  await writable.write(new Uint8Array(bytes.length));
  await writable.write({ type: 'write', position: 0, data: bytes.slice(0, 400) });
  await writable.write(bytes.slice(400));
});
writes('a position past the end leaves zeros', (bytes) => joined(new Uint8Array(100), bytes), (writable, bytes) => writable.write({ type: 'write', position: 100, data: bytes }));
writes('position null is no position', (bytes) => joined(bytes, bytes), async (writable, bytes) => {
  await writable.write(bytes);
  await writable.write({ type: 'write', position: null, data: bytes });
});
writes('a position that is a string is its number', same, async (writable, bytes) => {
  await writable.write(bytes.slice(0, 10));
  await writable.write({ type: 'write', position: '10', data: bytes.slice(10) });
});
writes('a position with a fraction is cut', same, async (writable, bytes) => {
  await writable.write(bytes.slice(0, 10));
  await writable.write({ type: 'write', position: 10.9, data: bytes.slice(10) });
});
for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0.5, '', false]) {
  writes(`position ${typeof value} ${String(value)} is 0`, same, (writable, bytes) => writable.write({ type: 'write', position: value, data: bytes }));
}
writes('seek goes back', same, async (writable, bytes) => {
  await writable.write(new Uint8Array(bytes.length));
  await writable.seek(0);
  await writable.write(bytes);
});
writes('seek goes into the middle', same, async (writable, bytes) => {
  await writable.write(bytes.slice(0, 300));
  await writable.write(new Uint8Array(700));
  await writable.seek(300);
  await writable.write(bytes.slice(300));
});
writes('seek past the end leaves zeros', (bytes) => joined(bytes, new Uint8Array(50), 'end'), async (writable, bytes) => {
  await writable.write(bytes);
  await writable.seek(bytes.length + 50);
  await writable.write('end');
});
writes('seek past the end alone adds nothing', same, async (writable, bytes) => {
  await writable.write(bytes);
  await writable.seek(5000);
});
writes('an object of type seek', same, async (writable, bytes) => {
  await writable.write(new Uint8Array(bytes.length));
  await writable.write({ type: 'seek', position: 0 });
  await writable.write(bytes);
});
writes('the last of several seeks counts', (bytes) => joined(bytes.slice(0, 20), 'x', bytes.slice(21)), async (writable, bytes) => {
  await writable.write(bytes);
  await writable.seek(3);
  await writable.seek(20);
  await writable.write('x');
});
writes('truncate shortens', (bytes) => bytes.slice(0, 100), async (writable, bytes) => {
  await writable.write(bytes);
  await writable.truncate(100);
});
writes('truncate lengthens with zeros', (bytes) => joined(bytes, new Uint8Array(100)), async (writable, bytes) => {
  await writable.write(bytes);
  await writable.truncate(bytes.length + 100);
});
writes('an object of type truncate', (bytes) => bytes.slice(0, 7), async (writable, bytes) => {
  await writable.write(bytes);
  await writable.write({ type: 'truncate', size: 7 });
});
writes('truncate pulls the cursor back', (bytes) => joined(bytes.slice(0, 100), 'end'), async (writable, bytes) => {
  await writable.write(bytes);
  await writable.truncate(100);
  await writable.write('end');
});
writes('truncate leaves a cursor that is before the end', (bytes) => joined('x', bytes.slice(1, 100)), async (writable, bytes) => {
  await writable.write(bytes);
  await writable.seek(0);
  await writable.truncate(100);
  await writable.write('x');
});
writes('lengthening leaves the cursor', (bytes) => joined(bytes, 'end', new Uint8Array(97)), async (writable, bytes) => {
  await writable.write(bytes);
  await writable.truncate(bytes.length + 100);
  await writable.write('end');
});
writes('truncate to nothing, and again', (bytes) => joined('again ', bytes), async (writable, bytes) => {
  await writable.write(bytes);
  await writable.truncate(0);
  await writable.write('again ');
  await writable.write(bytes);
});
writes('truncate before anything was written', (bytes) => joined(bytes, new Uint8Array(24)), async (writable, bytes) => {
  await writable.truncate(1024);
  await writable.write(bytes);
});
writes('truncate to the size that is there', same, async (writable, bytes) => {
  await writable.write(bytes);
  await writable.truncate(bytes.length);
});
writes('an overwritten file that shrinks and grows', (bytes) => joined(bytes.slice(0, 10), new Uint8Array(10), 'x'), async (writable, bytes) => {
  await writable.write(bytes);
  await writable.truncate(10);
  await writable.truncate(20);
  await writable.seek(20);
  await writable.write('x');
});
writes('an empty view adds nothing', same, async (writable, bytes) => {
  await writable.write(new Uint8Array(0));
  await writable.write(bytes);
  await writable.write(new Blob([]));
});
writes('bytes are taken when write is called', same, async (writable, bytes) => {
  const promise = writable.write(bytes);
  bytes.fill(0);
  await promise;
});
writes('bytes of a waiting write are taken when it is called', (bytes) => joined('first', bytes), async (writable, bytes) => {
  const first = writable.write('first');
  const second = writable.write(bytes);
  bytes.fill(0);
  await Promise.all([first, second]);
});
writes('a buffer that is transferred after the call', same, async (writable, bytes) => {
  const promise = writable.write(bytes);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  await promise;
});
writes('a thousand small chunks', (bytes) => bytes, async (writable, bytes) => {
  for (let index = 0; index < bytes.length; index += 1) await writable.write(bytes.subarray(index, index + 1));
});
writes('chunks that nobody waits for', (bytes) => bytes, (writable, bytes) => {
  for (let index = 0; index < bytes.length; index += 50) writable.write(bytes.subarray(index, index + 50));
});
writes('more than a chunk of the extension holds', same, async (writable, bytes) => {
  for (let index = 0; index < bytes.length; index += 3_000_000) await writable.write(bytes.subarray(index, index + 3_000_000));
}, 20_000_000);
writes('large and small in turn', (bytes) => joined(bytes, 'x', bytes), async (writable, bytes) => {
  await writable.write(bytes);
  await writable.write('x');
  await writable.write(bytes);
}, 9_000_000);

for (const [what, make] of /** @type {[string, () => any][]} */ ([
  ['nothing', () => undefined], ['null', () => null], ['an object without a type', () => ({})], ['an object of an unknown type', () => ({ type: 'append', data: 'x' })],
  ['an array', () => [1, 2]], ['a date', () => new Date(0)], ['type in upper case', () => ({ type: 'WRITE', data: 'x' })], ['a null type', () => ({ type: null })],
  ['a symbol', () => Symbol('x')], ['a function', () => () => {}],
])) {
  promise_test(async (t) => {
    const writable = await new_writable(t, `refused ${what}`);
    await promise_rejects_js(t, TypeError, writable.write(make()));
  }, `write refuses ${what}`);
}
/** @param {Promise<unknown>} promise */
const outcome = (promise) => promise.then(() => 'resolved', (error) => `${error.name} ${error instanceof DOMException ? 'DOMException' : ''}`);
const memory = () => new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer;
const resizable = (/** @type {number} */ length) => new /** @type {any} */ (ArrayBuffer)(length, { maxByteLength: 100 });
/** @template {ArrayBuffer} B @param {B} buffer */
const detached = (buffer) => {
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
};
for (const [what, make] of /** @type {[string, () => any][]} */ ([
  ['type write without data', () => ({ type: 'write' })], ['type write with undefined data', () => ({ type: 'write', data: undefined })],
  ['type write with null data', () => ({ type: 'write', data: null })], ['type write at a position without data', () => ({ type: 'write', position: 1 })],
  ['type seek without a position', () => ({ type: 'seek' })], ['type seek with a null position', () => ({ type: 'seek', position: null })], ['type seek with a size', () => ({ type: 'seek', size: 1 })],
  ['type truncate without a size', () => ({ type: 'truncate' })], ['type truncate with a null size', () => ({ type: 'truncate', size: null })], ['type truncate with a position', () => ({ type: 'truncate', position: 1 })],
  ['a SharedArrayBuffer', memory], ['a view of a SharedArrayBuffer', () => new Uint8Array(memory())], ['a DataView of a SharedArrayBuffer', () => new DataView(memory())],
  ['a resizable ArrayBuffer', () => resizable(10)], ['a view of a resizable ArrayBuffer', () => new Uint8Array(resizable(10), 2, 4)],
  ['a length-tracking view of a resizable ArrayBuffer', () => new Uint8Array(resizable(10))], ['a DataView of a resizable ArrayBuffer', () => new DataView(resizable(10))],
  ['a detached ArrayBuffer', () => detached(new ArrayBuffer(8))], ['a view of a detached ArrayBuffer', () => { const view = new Uint8Array(8); detached(view.buffer); return view; }],
  ['a DataView of a detached ArrayBuffer', () => { const view = new DataView(new ArrayBuffer(8)); detached(view.buffer); return view; }],
  ['a view out of the bounds of its buffer', () => { const buffer = resizable(16); const view = new Uint8Array(buffer, 8, 8); buffer.resize(4); return view; }],
  ['a closed ImageBitmap or other platform object', () => new MessageChannel()], ['a Promise', () => Promise.resolve('x')], ['a Response', () => new Response('x')],
])) {
  for (const [form, wrap] of /** @type {[string, (value: any) => any][]} */ ([['alone', (value) => value], ['as data', (value) => ({ type: 'write', data: value })]])) {
    if (form === 'as data' && what.startsWith('type ')) continue;
    promise_test(async (t) => {
      const native = await native_writable(t);
      const writable = await new_writable(t, `odd ${what} ${form}`);
      assert_equals(await outcome(writable.write(wrap(make()))), await outcome(native.write(wrap(make()))), 'the write');
      assert_equals(await outcome(writable.write('more')), await outcome(native.write('more')), 'a write after it');
    }, `write takes or refuses ${what}, ${form}, as the browser’s own writable does`);
  }
}
promise_test(async (t) => {
  const reason = { mine: true };
  for (const make of [() => ({ get type() { throw reason; } }), () => ({ type: 'write', get data() { throw reason; } }), () => ({ type: 'seek', get position() { throw reason; } }),
    () => ({ type: 'truncate', get size() { throw reason; } }), () => ({ type: { toString() { throw reason; } } }), () => ({ type: 'seek', position: { valueOf() { throw reason; } } })]) {
    const writable = await new_writable(t, 'throwing getters');
    await promise_rejects_exactly(t, reason, writable.write(make()));
  }
}, 'write rejects with the exception of a getter');
promise_test(async (t) => {
  const writable = await new_writable(t, 'order of members');
  /** @type {string[]} */ const log = [];
  const watched = (/** @type {Record<string, unknown>} */ members) => Object.defineProperties({}, Object.fromEntries(Object.entries(members).map(([name, value]) =>
    [name, { get() { log.push(name); return value; } }])));
  await writable.write(watched({ type: 'write', size: undefined, position: undefined, data: 'x' }));
  assert_array_equals(log, ['data', 'position', 'size', 'type']);
  await writable.abort();
}, 'write reads the members of an object once each, in lexicographic order');
for (const [method, value] of /** @type {[string, any][]} */ ([['seek', Symbol('x')], ['truncate', Symbol('x')], ['seek', 1n], ['truncate', 1n], ['seek', Object.create(null)]])) {
  promise_test(async (t) => {
    const writable = await new_writable(t, `${method} ${typeof value}`);
    await promise_rejects_js(t, TypeError, writable[method](value));
  }, `${method} refuses a ${typeof value}`);
}
for (const method of ['seek', 'truncate']) {
  promise_test(async (t) => {
    const writable = await new_writable(t, `${method} without argument`);
    await promise_rejects_js(t, TypeError, writable[method]());
  }, `${method} needs an argument`);
  promise_test(async (t) => {
    const writable = await new_writable(t, `huge ${method}`);
    const results = [];
    for (const value of [2 ** 53, 2 ** 60, -1]) {
      const other = await new_writable(t, `huge ${method} ${value}`);
      results.push(await other[method](value).then(() => other.write('x')).then(() => other.close()).then(() => 'stored', (/** @type {Error} */ error) => error.name));
    }
    assert_array_equals(results, ['QuotaExceededError', 'QuotaExceededError', 'QuotaExceededError']);
    await writable.abort();
  }, `${method} beyond every limit fails with QuotaExceededError`);
}
promise_test(async (t) => {
  const writable = await new_writable(t, 'interface of a writable');
  assert_class_string(writable, 'FileSystemWritableFileStream');
  assert_true(writable instanceof FileSystemWritableFileStream && writable instanceof WritableStream);
  assert_equals(Object.getPrototypeOf(writable), FileSystemWritableFileStream.prototype);
  assert_array_equals(Reflect.ownKeys(writable), []);
  assert_false(writable.locked);
  await writable.abort();
}, 'a writable is a FileSystemWritableFileStream without properties of its own');
promise_test(async () => {
  for (const [name, length] of /** @type {const} */ ([['write', 1], ['seek', 1], ['truncate', 1]])) {
    const method = /** @type {any} */ (FileSystemWritableFileStream.prototype)[name];
    assert_array_equals([method.name, method.length, 'prototype' in method], [name, length, false]);
  }
}, 'the methods of a writable have their names and lengths');
promise_test(async (t) => {
  for (const name of ['write', 'seek', 'truncate']) {
    for (const receiver of [{}, undefined, new WritableStream(), FileSystemWritableFileStream.prototype]) {
      await promise_rejects_js(t, TypeError, /** @type {any} */ (FileSystemWritableFileStream.prototype)[name].call(receiver, 1));
    }
  }
}, 'the methods of a writable reject on a foreign receiver');
promise_test(async () => {
  const bytes = bytes_of('same bytes again');
  await store(bytes);
  await store(bytes);
  assert_array_equals(await bytes_in_store(await hash_of(bytes)), bytes);
}, 'the same bytes may be stored again');
promise_test(async () => {
  const wrong = pair(1, 2);
  const { handle, hash } = await for_writing('a wrong byte');
  const writable = await handle.createWritable();
  await writable.write(wrong);
  assert_equals(await writable.close().then(() => '', (/** @type {Error} */ error) => error.name), 'DataError');
  assert_equals(await storage().getFileHandle(hash).then(() => '', (/** @type {Error} */ error) => error.name), 'NotFoundError');
  assert_equals(await storage().getFileHandle(await hash_of(wrong)).then(() => '', (/** @type {Error} */ error) => error.name), 'NotFoundError');
}, 'bytes of another hash are a DataError, and stored under neither');
