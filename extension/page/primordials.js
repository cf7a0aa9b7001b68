/**
 * @file Every built-in that the page script uses, taken before any script of the page ran.
 *
 * A page may replace `Promise.prototype.then`, add setters to `Array.prototype` or patch
 * `MessagePort.prototype.postMessage`. Code in this room therefore calls no method by name on a
 * shared prototype, iterates no array with `for…of` or spread, and reads no member of a cloned
 * object that might fall through to `Object.prototype`.
 *
 * The second part (second/) has no other built-ins than these: it comes when the page has long run, so a build puts
 * what the first part took in the place of this file and of the others whose names end alike.
 *
 * May be imported by page/ only.
 */

export const { apply, construct, defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf } = Reflect;
export const { create, hasOwn } = Object;
const globals = globalThis;

/**
 * The function that calls `method` on its first argument.
 * @template {(...args: any[]) => any} F
 * @param {F} method
 * @returns {(self: any, ...args: Parameters<F>) => ReturnType<F>}
 */
export function uncurry(method) {
  return (self, ...args) => apply(method, self, args);
}

/**
 * The function that reads the attribute `name`, brand check included, whatever the page made of it.
 * @param {object} prototype
 * @param {PropertyKey} name
 * @returns {(self: any) => any}
 */
export function getterOf(prototype, name) {
  const get = getOwnPropertyDescriptor(prototype, name)?.get;
  return get === undefined ? () => undefined : uncurry(get);
}

export const PromiseCtor = globals.Promise;
const nativeThen = uncurry(PromiseCtor.prototype.then);
/**
 * For promises that the page does not have: `then` would ask them for their constructor, which a page
 * may have replaced.
 * @template T
 * @param {Promise<T>} promise
 * @param {(value: T) => void} onValue
 * @param {(error: any) => void} onError
 */
export function promiseThen(promise, onValue, onError) {
  defineProperty(promise, 'constructor', /** @type {any} */ ({ __proto__: null, value: undefined }));
  nativeThen(promise, onValue, onError);
}

export const { prototype: promisePrototype } = PromiseCtor;

export const ErrorCtor = globals.Error;
/** @type {(value: unknown) => boolean} also for DOMExceptions, never for a Proxy */
export const isError = /** @type {any} */ (ErrorCtor).isError ?? (() => false);
export const exec = uncurry(RegExp.prototype.exec);
export const TypeErrorCtor = globals.TypeError;
export const DOMExceptionCtor = globals.DOMException;
/** @type {(new (message: string) => DOMException) | undefined} */
export const QuotaExceededErrorCtor = /** @type {any} */ (globals).QuotaExceededError;

export const BlobCtor = globals.Blob;
export const blobSize = getterOf(BlobCtor.prototype, 'size');

export const Uint8ArrayCtor = globals.Uint8Array;
const typedArrayPrototype = /** @type {object} */ (getPrototypeOf(Uint8ArrayCtor.prototype));
export const typedArraySet = uncurry(Uint8ArrayCtor.prototype.set);
export const typedArrayBuffer = getterOf(typedArrayPrototype, 'buffer');
export const typedArrayByteOffset = getterOf(typedArrayPrototype, 'byteOffset');
export const typedArrayByteLength = getterOf(typedArrayPrototype, 'byteLength');
/** The class name of a typed array, `undefined` for every other value: never throws. */
export const typedArrayTag = getterOf(typedArrayPrototype, Symbol.toStringTag);
export const DataViewCtor = globals.DataView;
export const dataViewBuffer = getterOf(DataView.prototype, 'buffer');
export const dataViewByteOffset = getterOf(DataView.prototype, 'byteOffset');
export const dataViewByteLength = getterOf(DataView.prototype, 'byteLength');
export const arrayBufferByteLength = getterOf(ArrayBuffer.prototype, 'byteLength');
/** @type {(buffer: unknown) => boolean} */
export const isResizable = getterOf(ArrayBuffer.prototype, 'resizable');
/** @type {(buffer: unknown) => boolean} */
export const isDetached = getterOf(ArrayBuffer.prototype, 'detached');
export const isView = ArrayBuffer.isView;

const { TextEncoder: TextEncoderCtor } = globals;
const encode = uncurry(TextEncoderCtor.prototype.encode);
/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export const utf8 = (text) => encode(new TextEncoderCtor(), text);

export const WeakMapCtor = globals.WeakMap;
export const weakMapGet = uncurry(WeakMapCtor.prototype.get);
/** @type {(map: WeakMap<any, any>, key: unknown) => boolean} */
export const weakMapHas = uncurry(/** @type {any} */ (WeakMapCtor.prototype.has));
export const weakMapSet = uncurry(WeakMapCtor.prototype.set);

export const MapCtor = globals.Map;
export const mapGet = uncurry(MapCtor.prototype.get);
export const mapSet = uncurry(MapCtor.prototype.set);
/** @type {(map: Map<any, any>, visit: (value: any, key: any) => void) => void} */
export const mapForEach = uncurry(/** @type {any} */ (MapCtor.prototype.forEach));
export const mapDelete = uncurry(MapCtor.prototype.delete);

export const SetCtor = globals.Set;
export const setHas = uncurry(SetCtor.prototype.has);
export const setDelete = uncurry(SetCtor.prototype.delete);
export const setAdd = uncurry(SetCtor.prototype.add);

export const FinalizationRegistryCtor = globals.FinalizationRegistry;
export const finalizationRegister = uncurry(FinalizationRegistryCtor.prototype.register);

export const charCodeAt = uncurry(String.prototype.charCodeAt);
export const indexOf = uncurry(String.prototype.indexOf);
export const slice = uncurry(String.prototype.slice);
export const includes = uncurry(String.prototype.includes);
export const toLowerCase = uncurry(String.prototype.toLowerCase);
export const toUpperCase = uncurry(String.prototype.toUpperCase);

export const URLCtor = globals.URL;
export const urlOrigin = getterOf(URLCtor.prototype, 'origin');
export const urlProtocol = getterOf(URLCtor.prototype, 'protocol');
export const setUrlHash = uncurry(
  /** @type {(hash: string) => void} */ (getOwnPropertyDescriptor(URLCtor.prototype, 'hash')?.set),
);
export const { createObjectURL, revokeObjectURL } = URLCtor;
export const urlHref = getterOf(URLCtor.prototype, 'href');

export const SymbolIterator = Symbol.iterator;
export const SymbolToStringTag = Symbol.toStringTag;
export const { trunc } = Math;
export const { isFinite: isFiniteNumber, isSafeInteger } = Number;

export const ProxyCtor = globals.Proxy;
export const toJSON = JSON.stringify;

const { console } = globals;
const consoleWarn = console.warn;
/** @param {string} text */
export const warn = (text) => apply(consoleWarn, console, [text]);

const { MessageChannel } = globals;
const firstPort = getterOf(MessageChannel.prototype, 'port1');
const secondPort = getterOf(MessageChannel.prototype, 'port2');
/** @returns {{port1: MessagePort, port2: MessagePort}} the ports of a new channel */
export function makeChannel() {
  const channel = new MessageChannel();
  return { port1: firstPort(channel), port2: secondPort(channel) };
}
export const postMessage = uncurry(MessagePort.prototype.postMessage);
export const setOnMessage = uncurry(
  /** @type {(handler: (event: MessageEvent) => void) => void} */ (
    getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage')?.set
  ),
);
export const MessageEventCtor = globals.MessageEvent;
export const messageData = getterOf(MessageEventCtor.prototype, 'data');
export const messagePorts = getterOf(MessageEventCtor.prototype, 'ports');
export const addListener = uncurry(EventTarget.prototype.addEventListener);
export const removeListener = uncurry(EventTarget.prototype.removeEventListener);
export const dispatch = uncurry(EventTarget.prototype.dispatchEvent);
export const stopImmediatePropagation = uncurry(Event.prototype.stopImmediatePropagation);
export const preventDefault = uncurry(Event.prototype.preventDefault);
export const EventCtor = globals.Event;
/** Of a window. */
export const isClosed = getterOf(globals, 'closed');
export const performanceOf = getterOf(globals, 'performance');

export const WritableStreamCtor = globals.WritableStream;
export const streamGetWriter = uncurry(WritableStream.prototype.getWriter);
export const writerWrite = uncurry(WritableStreamDefaultWriter.prototype.write);
export const writerReleaseLock = uncurry(WritableStreamDefaultWriter.prototype.releaseLock);

export const NativeWorker = globals.Worker;
/** @type {(worker: Worker, message: unknown, transfer: Iterable<Transferable>) => void} */
export const postToWorker = uncurry(/** @type {any} */ (NativeWorker?.prototype.postMessage));

/**
 * A property descriptor that nothing inherited can turn into an accessor.
 * @param {unknown} value
 * @param {boolean} [enumerable]
 * @returns {PropertyDescriptor}
 */
export function dataDescriptor(value, enumerable = true) {
  return /** @type {any} */ ({ __proto__: null, value, writable: true, enumerable, configurable: true });
}

/**
 * Appends without consulting setters that the page may have put on `Array.prototype`.
 * @template T
 * @param {T[]} list
 * @param {T} value
 */
export function append(list, value) {
  defineProperty(list, list.length, dataDescriptor(value));
}

/**
 * An argument that was given, never something that `Array.prototype` has at its index.
 * @param {unknown[]} args
 * @param {number} [index]
 * @returns {any}
 */
export const argument = (args, index = 0) => (index < args.length ? args[index] : undefined);

/**
 * An own member of a cloned object, never one of `Object.prototype`.
 * @param {any} object
 * @param {string} name
 * @returns {any}
 */
export function own(object, name) {
  return typeof object === 'object' && object !== null && hasOwn(object, name) ? object[name] : undefined;
}

/**
 * A list as WebIDL's sequence conversion wants it, deaf to a replaced `Array.prototype[Symbol.iterator]`.
 * @template T
 * @param {readonly T[]} list
 * @returns {Iterable<T>}
 */
export function iterableOf(list) {
  return /** @type {any} */ ({
    __proto__: null,
    [SymbolIterator]: () => {
      let index = 0;
      return {
        __proto__: null,
        next: () =>
          index < list.length
            ? { __proto__: null, done: false, value: list[index++] }
            : { __proto__: null, done: true, value: undefined },
      };
    },
  });
}
