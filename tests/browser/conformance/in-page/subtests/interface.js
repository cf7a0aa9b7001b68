/** 1: the interface as WebIDL makes it, in the manner of idlharness. */
import { in_window, storage, stored, unknown_hash } from '../environment.js';
import {
  assert_array_equals, assert_class_string, assert_equals, assert_false, assert_not_equals, assert_throws_dom, assert_throws_js, assert_true,
  promise_rejects_js, promise_test, test,
} from '../harness.js';

const scope = /** @type {any} */ (globalThis);
const Manager = scope.CrossOriginStorageManager;
const operations = ['getFileHandle', 'requestFileHandle', 'requestFileHandles'];
const own = (/** @type {object} */ object, /** @type {PropertyKey} */ name) =>
  /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(object, name));
const navigator_prototype = Object.getPrototypeOf(navigator);

test(() => assert_equals(typeof Manager, 'function'), 'CrossOriginStorageManager interface: existence');
test(() => {
  const { writable, enumerable, configurable } = own(globalThis, 'CrossOriginStorageManager');
  assert_true(writable, 'writable');
  assert_false(enumerable, 'enumerable');
  assert_true(configurable, 'configurable');
}, 'CrossOriginStorageManager interface: attributes of the property of the global object');
test(() => assert_equals(Object.getPrototypeOf(Manager), Function.prototype), 'CrossOriginStorageManager interface object: its prototype is %Function.prototype%');
test(() => {
  assert_equals(Manager.length, 0);
  assert_array_equals(Object.entries(own(Manager, 'length')).flat(), ['value', 0, 'writable', false, 'enumerable', false, 'configurable', true]);
}, 'CrossOriginStorageManager interface object: length');
test(() => {
  assert_equals(Manager.name, 'CrossOriginStorageManager');
  const { writable, enumerable, configurable } = own(Manager, 'name');
  assert_array_equals([writable, enumerable, configurable], [false, false, true]);
}, 'CrossOriginStorageManager interface object: name');
test(() => {
  const { writable, enumerable, configurable } = own(Manager, 'prototype');
  assert_array_equals([writable, enumerable, configurable], [false, false, false]);
}, 'CrossOriginStorageManager interface object: prototype cannot be replaced');
test(() => assert_array_equals(Reflect.ownKeys(Manager).sort(), ['length', 'name', 'prototype']), 'CrossOriginStorageManager interface object: no other properties');
test(() => assert_throws_js(TypeError, () => new Manager()), 'CrossOriginStorageManager interface: it has no constructor');
test(() => assert_throws_js(TypeError, () => Manager()), 'CrossOriginStorageManager interface: it cannot be called');
test(() => assert_throws_js(TypeError, () => new (class extends Manager {})()), 'CrossOriginStorageManager interface: a subclass cannot be constructed');
test(() => assert_throws_js(TypeError, () => Reflect.construct(Object, [], Manager) && Reflect.construct(Manager, [], Object)),
  'CrossOriginStorageManager interface: Reflect.construct does not get around it');
test(() => assert_equals(Object.getPrototypeOf(Manager.prototype), Object.prototype), 'CrossOriginStorageManager prototype object: its prototype is %Object.prototype%');
test(() => {
  const { value, writable, enumerable, configurable } = own(Manager.prototype, 'constructor');
  assert_equals(value, Manager);
  assert_array_equals([writable, enumerable, configurable], [true, false, true]);
}, 'CrossOriginStorageManager prototype object: constructor');
test(() => {
  const { value, writable, enumerable, configurable } = own(Manager.prototype, Symbol.toStringTag);
  assert_equals(value, 'CrossOriginStorageManager');
  assert_array_equals([writable, enumerable, configurable], [false, false, true]);
}, 'CrossOriginStorageManager prototype object: @@toStringTag');
test(() => assert_array_equals(Reflect.ownKeys(Manager.prototype).map(String).sort(),
  ['Symbol(Symbol.toStringTag)', 'constructor', ...operations].sort()), 'CrossOriginStorageManager prototype object: no other properties');
test(() => assert_class_string(Manager.prototype, 'CrossOriginStorageManager'), 'CrossOriginStorageManager prototype object: class string');
test(() => assert_equals(own(Manager.prototype, Symbol.unscopables), undefined), 'CrossOriginStorageManager prototype object: no @@unscopables');

for (const name of operations) {
  const method = Manager?.prototype[name];
  test(() => {
    const { value, writable, enumerable, configurable } = own(Manager.prototype, name);
    assert_equals(typeof value, 'function');
    assert_array_equals([writable, enumerable, configurable], [true, true, true]);
  }, `operation ${name}: attributes of the property`);
  test(() => assert_equals(method.length, 1), `operation ${name}: length`);
  test(() => assert_equals(method.name, name), `operation ${name}: name`);
  test(() => assert_false('prototype' in method), `operation ${name}: no prototype`);
  test(() => assert_throws_js(TypeError, () => new method()), `operation ${name}: not a constructor`);
  test(() => assert_equals(Object.getPrototypeOf(method), Function.prototype), `operation ${name}: an ordinary function`);
  test(() => assert_array_equals(Reflect.ownKeys(method).sort(), ['length', 'name']), `operation ${name}: no other properties`);
  promise_test((t) => promise_rejects_js(t, TypeError, storage()[name]()), `operation ${name}: rejects without arguments`);
  promise_test(async (t) => {
    const hash = await unknown_hash('receiver');
    for (const receiver of [undefined, null, 0, 'x', {}, Manager.prototype, Object.create(storage()), new Proxy(storage(), {}), navigator, globalThis]) {
      await promise_rejects_js(t, TypeError, method.call(receiver, name.endsWith('s') ? [hash] : hash));
    }
  }, `operation ${name}: rejects on a foreign receiver`);
  test(() => {
    const promise = method.call({});
    promise.catch(() => {});
    assert_equals(Object.getPrototypeOf(promise), Promise.prototype);
  }, `operation ${name}: gives a promise also when it fails`);
}

const attribute = () => own(navigator_prototype, 'crossOriginStorage');

test(() => {
  const { get, set, enumerable, configurable } = attribute();
  assert_array_equals([typeof get, set, enumerable, configurable], ['function', undefined, true, true]);
}, 'attribute crossOriginStorage: an accessor of the prototype, without a setter');
test(() => assert_false(Object.hasOwn(navigator, 'crossOriginStorage')), 'attribute crossOriginStorage: not on the instance');
test(() => assert_equals(attribute().get?.name, 'get crossOriginStorage'), 'attribute crossOriginStorage: name of the getter');
test(() => assert_equals(attribute().get?.length, 0), 'attribute crossOriginStorage: length of the getter');
test(() => assert_throws_js(TypeError, () => Reflect.construct(/** @type {any} */ (attribute().get), [])), 'attribute crossOriginStorage: the getter is not a constructor');
for (const [what, receiver] of /** @type {[string, unknown][]} */ ([
  ['a plain object', {}], ['null', null], ['a number', 1], ['the prototype', navigator_prototype], ['an heir', Object.create(navigator)],
  ['a proxy', new Proxy(navigator, {})], ['the global object', globalThis]])) {
  test(() => assert_throws_js(TypeError, () => attribute().get?.call(receiver)), `attribute crossOriginStorage: the getter throws on ${what}`);
}
test(() => assert_throws_js(TypeError, () => navigator_prototype.crossOriginStorage), 'attribute crossOriginStorage: reading it from the prototype throws');
test(() => assert_equals(storage(), storage()), 'attribute crossOriginStorage: the same object each time');
test(() => assert_throws_js(TypeError, () => {
  'use strict';
  /** @type {any} */ (navigator).crossOriginStorage = 1;
}), 'attribute crossOriginStorage: assigning throws in strict mode');
test(() => {
  new Function('navigator.crossOriginStorage = 1')();
  assert_equals(typeof storage(), 'object');
}, 'attribute crossOriginStorage: assigning does nothing in sloppy mode');
test(() => assert_class_string(navigator, in_window() ? 'Navigator' : 'WorkerNavigator'), 'attribute crossOriginStorage: on the interface of the context');
test(() => assert_true(isSecureContext), 'the context is secure');

test(() => assert_true(storage() instanceof Manager), 'the manager is an instance of its interface');
test(() => assert_equals(Object.getPrototypeOf(storage()), Manager.prototype), 'the manager has the prototype of its interface');
test(() => assert_class_string(storage(), 'CrossOriginStorageManager'), 'the manager has the class string of its interface');
test(() => assert_array_equals(Reflect.ownKeys(storage()), []), 'the manager has no properties of its own');
test(() => assert_true(Object.isExtensible(storage())), 'the manager is extensible');
test(() => assert_throws_dom('DataCloneError', () => structuredClone(storage())), 'the manager is not serializable');
test(() => assert_throws_dom('DataCloneError', () => new MessageChannel().port1.postMessage(storage())), 'the manager is not sent through a port');
test(() => assert_throws_dom('DataCloneError', () => new BroadcastChannel('manager').postMessage(storage())), 'the manager is not broadcast');
test(() => assert_equals(JSON.stringify(storage()), '{}'), 'the manager has no JSON form');
test(() => {
  for (const text of ['WeakMap.prototype.get.call(object, {})', 'WeakMap.prototype.set.call(object, {}, 1)', 'WeakMap.prototype.has.call(object, {})']) {
    assert_throws_js(TypeError, () => new Function('object', text)(storage()));
  }
}, 'the manager is no object of another built-in');

promise_test(async () => {
  const { hash } = await stored('interface of a handle');
  const handle = await storage().getFileHandle(hash);
  assert_class_string(handle, 'FileSystemFileHandle');
  assert_true(handle instanceof FileSystemFileHandle && handle instanceof FileSystemHandle);
  assert_equals(Object.getPrototypeOf(handle), FileSystemFileHandle.prototype);
  assert_array_equals(Reflect.ownKeys(handle), []);
}, 'a handle is a FileSystemFileHandle without properties of its own');
promise_test(async () => {
  const { hash } = await stored('fresh handles');
  assert_not_equals(await storage().getFileHandle(hash), await storage().getFileHandle(hash));
}, 'each request gives a handle of its own');
promise_test(async () => {
  const { hash } = await stored('promises');
  const promise = storage().getFileHandle(hash);
  assert_equals(promise.constructor, Promise);
  await promise;
}, 'an operation gives a promise of this realm');

for (const name of ['getFile', 'createWritable', 'isSameEntry', 'queryPermission', 'requestPermission', 'move', 'remove']) {
  const prototypes = [FileSystemFileHandle.prototype, FileSystemHandle.prototype];
  const method = /** @type {any} */ (FileSystemFileHandle.prototype)[name];
  test(() => {
    assert_equals(typeof method, 'function');
    const holder = /** @type {object} */ (prototypes.find((prototype) => Object.hasOwn(prototype, name)));
    const { writable, enumerable, configurable } = own(holder, name);
    assert_array_equals([writable, enumerable, configurable, method.name], [true, true, true, name]);
    assert_false('prototype' in method);
    assert_true(/\[native code\]/.test(Function.prototype.toString.call(method)));
  }, `FileSystemFileHandle's ${name} looks as the browser made it`);
  promise_test(async (t) => {
    for (const receiver of [{}, undefined, FileSystemFileHandle.prototype, storage()]) await promise_rejects_js(t, TypeError, method.call(receiver, {}));
  }, `FileSystemFileHandle's ${name} rejects on a foreign receiver`);
}
