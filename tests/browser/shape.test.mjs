/**
 * The interface as WebIDL has it, in the manner of the web platform's idlharness, in a window and in a worker.
 * The functions of CHECKS run there; each gives what it saw.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { succeeded } from './support/expect.mjs';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { openWorld } from './support/fixture.mjs';
import { store } from './support/in-page.mjs';

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
// A document whose response the extension did not see, as before it has started, keeps the browser's own workers.
await extensionServiceWorker(profile.context);
const page = await profile.open('a.test');
const stored = bytesOf('of a certain shape');
succeeded(await store(page, stored));

/** What the checks share; runs where they run. */
const PRELUDE = `
  const Manager = globalThis.CrossOriginStorageManager;
  const storage = navigator.crossOriginStorage;
  const hash = ${JSON.stringify(hashOf(stored))};
  const shapeOf = (object, name) => {
    const { value, get, set, ...rest } = Object.getOwnPropertyDescriptor(object, name) ?? {};
    return { ...rest, ...(get || set ? { get: typeof get, set: typeof set } : { value: typeof value }) };
  };
  const thrown = (body) => { try { body(); return 'nothing'; } catch (error) { return error instanceof TypeError ? 'TypeError' : error; } };
  const rejected = async (body) => {
    let promise;
    try { promise = body(); } catch { return 'threw'; }
    if (!(promise instanceof Promise)) return 'no promise';
    return promise.then(() => 'nothing', (error) => (error instanceof TypeError ? 'TypeError' : error?.name ?? error));
  };
  const logging = (log, name, members) => Object.defineProperties({}, Object.fromEntries(Object.entries(members).map(([key, value]) =>
    [key, { get() { log.push(name + '.' + key); return value; } }])));
  const OPERATIONS = ['getFileHandle', 'requestFileHandle', 'requestFileHandles'];
`;

/** @type {[string, string, unknown][]} statement, source of an async function, what it gives */
const CHECKS = [
  ['the interface object is a property of the global object', "async () => shapeOf(globalThis, 'CrossOriginStorageManager')",
    { writable: true, enumerable: false, configurable: true, value: 'function' }],
  ['the interface object has its name, no parameters and a fixed prototype', `async () => [
      Manager.name, Manager.length, Object.getPrototypeOf(Manager) === Function.prototype,
      shapeOf(Manager, 'prototype'), shapeOf(Manager, 'name'), shapeOf(Manager, 'length'), Reflect.ownKeys(Manager).sort()]`,
    ['CrossOriginStorageManager', 0, true, { writable: false, enumerable: false, configurable: false, value: 'object' },
      { writable: false, enumerable: false, configurable: true, value: 'string' },
      { writable: false, enumerable: false, configurable: true, value: 'number' }, ['length', 'name', 'prototype']]],
  ['the constructor is illegal', `async () => [
      thrown(() => new Manager()), thrown(() => Manager()), thrown(() => Reflect.construct(Manager, [], Object)),
      (() => { try { new Manager(); } catch (error) { return error.message; } })()]`,
    ['TypeError', 'TypeError', 'TypeError', 'Illegal constructor']],
  ['a subclass cannot be constructed either', 'async () => thrown(() => new (class extends Manager {})())', 'TypeError'],
  ['the prototype holds constructor, operations and tag, and nothing else', `async () => [
      Object.getPrototypeOf(Manager.prototype) === Object.prototype, Manager.prototype.constructor === Manager, shapeOf(Manager.prototype, 'constructor'),
      Reflect.ownKeys(Manager.prototype).map(String).sort(), shapeOf(Manager.prototype, Symbol.toStringTag), Manager.prototype[Symbol.toStringTag]]`,
    [true, true, { writable: true, enumerable: false, configurable: true, value: 'function' },
      ['Symbol(Symbol.toStringTag)', 'constructor', 'getFileHandle', 'requestFileHandle', 'requestFileHandles'],
      { writable: false, enumerable: false, configurable: true, value: 'string' }, 'CrossOriginStorageManager']],
  ['an operation is an enumerable method of one required parameter and no constructor', `async () => OPERATIONS.map((name) => {
      const method = Manager.prototype[name];
      return [shapeOf(Manager.prototype, name), method.name === name, method.length, 'prototype' in method, thrown(() => new method())];
    })`,
    Array(3).fill([{ writable: true, enumerable: true, configurable: true, value: 'function' }, true, 1, false, 'TypeError'])],
  ['an operation on a foreign receiver rejects', `async () => Promise.all(OPERATIONS.flatMap((name) =>
      [undefined, null, {}, Manager.prototype, Object.create(storage), new Proxy(storage, {}), navigator, 1].map((receiver) =>
        rejected(() => Manager.prototype[name].call(receiver, name.endsWith('s') ? [hash] : hash)))))`,
    Array(24).fill('TypeError')],
  ['an operation without arguments rejects', 'async () => Promise.all(OPERATIONS.map((name) => rejected(() => storage[name]())))',
    Array(3).fill('TypeError')],
  ['the attribute is an accessor of the navigator’s prototype', `async () => {
      const prototype = Object.getPrototypeOf(navigator);
      const { get } = Object.getOwnPropertyDescriptor(prototype, 'crossOriginStorage');
      return [shapeOf(prototype, 'crossOriginStorage'), get.name, get.length, 'prototype' in get, Object.hasOwn(navigator, 'crossOriginStorage')];
    }`,
    [{ enumerable: true, configurable: true, get: 'function', set: 'undefined' }, 'get crossOriginStorage', 0, false, false]],
  ['the attribute’s getter throws on a foreign receiver', `async () => {
      const prototype = Object.getPrototypeOf(navigator);
      const { get } = Object.getOwnPropertyDescriptor(prototype, 'crossOriginStorage');
      return [{}, null, prototype, Object.create(navigator), globalThis].map((receiver) => thrown(() => get.call(receiver)));
    }`, Array(5).fill('TypeError')],
  ['a getter that is called on nothing throws too', `async () => {
      const { get } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(navigator), 'crossOriginStorage');
      return [thrown(() => get.call(undefined)), thrown(() => get())];
    }`, ['TypeError', 'TypeError']],
  ['the attribute gives the same object every time, and cannot be set', `async () => {
      const sloppy = new Function('navigator.crossOriginStorage = 1; return navigator.crossOriginStorage;');
      return [sloppy() === storage, thrown(() => { 'use strict'; navigator.crossOriginStorage = 1; }), navigator.crossOriginStorage === storage];
    }`, [true, 'TypeError', true]],
  ['the manager is an instance without properties of its own', `async () => [
      storage instanceof Manager, Object.getPrototypeOf(storage) === Manager.prototype, Object.prototype.toString.call(storage),
      Reflect.ownKeys(storage), typeof storage, Object.isExtensible(storage)]`,
    [true, true, '[object CrossOriginStorageManager]', [], 'object', true]],
  ['the manager cannot be cloned', `async () => {
      try { return Object.prototype.toString.call(structuredClone(storage)); } catch (error) { return [error instanceof DOMException, error.name]; }
    }`, [true, 'DataCloneError']],
  ['members of dictionaries are read once, in lexicographic order, the first argument first', `async () => {
      const log = [];
      const handle = await storage.getFileHandle(logging(log, 'hash', { value: hash.value, algorithm: hash.algorithm, extra: 1 }),
        logging(log, 'options', { origins: undefined, create: false, extra: 1 }));
      return [handle.name === hash.value, log];
    }`, [true, ['hash.algorithm', 'hash.value', 'options.create', 'options.origins']]],
  ['inherited members count, and functions are dictionaries', `async () => [
      (await storage.getFileHandle(Object.create(hash))).name === hash.value,
      (await storage.getFileHandle(Object.assign(() => {}, hash), () => {})).name === hash.value]`, [true, true]],
  ['members are converted to strings', `async () => {
      const boxed = { algorithm: { toString: () => 'sha-256' }, value: { toString: () => hash.value } };
      return [(await storage.getFileHandle(boxed)).name === hash.value, await rejected(() => storage.getFileHandle({ ...hash, value: Symbol() }))];
    }`, [true, 'TypeError']],
  ['what is no dictionary is refused', `async () => Promise.all([
      ...[null, undefined, 1, 'x', true, Symbol(), {}, { algorithm: 'SHA-256' }, { value: hash.value }].map((value) => rejected(() => storage.getFileHandle(value))),
      ...[1, 'x', true, Symbol()].map((value) => rejected(() => storage.getFileHandle(hash, value)))])`, Array(13).fill('TypeError')],
  ['options may be null or undefined', `async () => [
      (await storage.getFileHandle(hash, null)).name, (await storage.getFileHandle(hash, undefined)).name].map((name) => name === hash.value)`, [true, true]],
  ['an exception of a getter is the reason of the rejection', `async () => {
      const reason = { name: 'mine' };
      const throwing = { get algorithm() { throw reason; } };
      const options = { get create() { throw reason; } };
      return [await rejected(() => storage.getFileHandle(throwing)), await rejected(() => storage.getFileHandle(hash, options))];
    }`, ['mine', 'mine']],
  ['a failing first argument keeps the second from being read', `async () => {
      const log = [];
      await storage.getFileHandle({ algorithm: 'SHA-256' }, logging(log, 'options', { create: true })).catch(() => {});
      return log;
    }`, []],
  ['origins may be any iterable, which is drained once', `async () => {
      const log = [];
      const iterable = { get [Symbol.iterator]() { log.push('method'); return function* () { log.push('one'); yield 'https://b.test'; log.push('end'); }; } };
      const accept = (origins) => rejected(() => storage.getFileHandle(hash, { create: true, origins }));
      return [await accept(iterable), log, await accept(new Set(['https://b.test'])), await accept(['https://b.test']), await accept('https://b.test'),
        await accept(new String('https://b.test').valueOf()), await accept([])];
    }`, ['nothing', ['method', 'one', 'end'], 'nothing', 'nothing', 'nothing', 'nothing', 'nothing']],
  ['origins that are no list of origins are refused', `async () => Promise.all(
      [null, 1, {}, { length: 1, 0: 'https://b.test' }, { [Symbol.iterator]: 1 }, { [Symbol.iterator]: () => 1 }, [1], [Symbol()], ['*'], new String('https://b.test')]
        .map((origins) => rejected(() => storage.getFileHandle(hash, { origins }))))`, Array(10).fill('TypeError')],
  ['an exception of an iterator is the reason of the rejection', `async () => rejected(() => storage.getFileHandle(hash, {
      origins: { [Symbol.iterator]: () => ({ next() { throw { name: 'mine' }; } }) } }))`, 'mine'],
  ['the oldest form takes a sequence', `async () => [
      (await storage.requestFileHandles(new Set([hash, { ...hash }]))).map(({ name }) => name === hash.value), (await storage.requestFileHandles([])).length,
      await rejected(() => storage.requestFileHandles(hash)), await rejected(() => storage.requestFileHandles('x'))]`, [[true, true], 0, 'TypeError', 'TypeError']],
];

/** The source of a function that runs one check and gives its result as JSON. @param {string} body */
const runner = (body) => `(async () => { ${PRELUDE} return JSON.stringify(await (${body})()); })()`;

const WORKER = world.sites.script('onmessage = async ({ data }) => postMessage(await (0, eval)(data).catch((error) => JSON.stringify(String(error))));');

for (const [statement, body, expected] of CHECKS) {
  test(`in a window ${statement}`, async () => {
    assert.deepEqual(JSON.parse(await page.evaluate((source) => (0, eval)(source), runner(body))), expected);
  });

  test(`in a worker ${statement}`, async () => {
    const answer = await page.evaluate(([url, source]) => new Promise((resolve) => {
      const worker = new Worker(url);
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(source);
    }), [WORKER, runner(body)]);
    assert.deepEqual(JSON.parse(/** @type {string} */ (answer)), expected);
  });
}

test('an insecure page has none of it, and nothing goes wrong there', async () => {
  const insecure = await world.serve(false);
  const other = await profile.context.newPage();
  /** @type {string[]} */
  const errors = [];
  other.on('pageerror', (error) => errors.push(String(error)));
  other.on('console', (message) => errors.push(message.text()));
  await other.goto(insecure.url('a.test'));
  const seen = await other.evaluate(() => ['crossOriginStorage' in navigator, 'CrossOriginStorageManager' in globalThis,
    'crossOriginStorage' in Navigator.prototype, /native code/.test(String(Worker)), Worker.name]);
  assert.deepEqual([seen, errors], [[false, false, false, true, 'Worker'], []]);
  await other.close();
});
