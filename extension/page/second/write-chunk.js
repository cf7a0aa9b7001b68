/**
 * @file What may be written to a writable: FileSystemWriteChunkType, converted and copied at the
 * call, so that a page changing its buffer afterwards changes nothing. May be imported by page/ only.
 */

import {
  arrayBufferByteLength, BlobCtor, blobSize, dataViewBuffer, dataViewByteLength, dataViewByteOffset, DataViewCtor, isDetached, isResizable, isView,
  iterableOf, typedArrayBuffer, typedArrayByteLength, typedArrayByteOffset, typedArraySet, typedArrayTag,
  TypeErrorCtor, Uint8ArrayCtor, utf8, WeakMapCtor, weakMapHas, weakMapSet,
} from '../primordials.js';
import { domError } from '../errors.js';
import { CHUNK_BYTES } from '../../shared/names.js';
import { isObject, toUnsignedLongLong } from '../webidl.js';

/** @typedef {{bytes: Uint8Array<ArrayBuffer> | Blob, size: number}} Data */
/**
 * @typedef {{type: 'write', position: number | undefined, data: Data}
 *   | {type: 'seek', position: number}
 *   | {type: 'truncate', size: number}
 *   | {type: 'incomplete', error: Error}} Command
 *   An incomplete command is refused when its turn comes, as the browser does, and ends the stream.
 */

/** Commands made here, so that a page cannot pass an object of its own off as a converted one. */
const converted = new WeakMapCtor();

/**
 * @param {Command} command
 * @returns {Command}
 */
function mark(command) {
  weakMapSet(converted, command, true);
  return command;
}

/** @param {string} message */
const incomplete = (message) => mark({ type: 'incomplete', error: domError('SyntaxError', message) });

/** @param {unknown} value */
function isArrayBuffer(value) {
  try {
    arrayBufferByteLength(value);
    return true;
  } catch {
    return false;
  }
}

/** What is no ArrayBuffer and has bytes all the same; asking runs no code of the page. @param {unknown} value */
function isSharedBuffer(value) {
  try {
    new DataViewCtor(/** @type {any} */ (value));
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {unknown} value
 * @returns {number | undefined}
 */
function sizeOfBlob(value) {
  try {
    return blobSize(value);
  } catch {
    return undefined;
  }
}

/**
 * @param {unknown} buffer
 * @param {() => [offset: number, size: number]} range asked for only when the buffer is whole
 * @returns {Data}
 */
function copyOf(buffer, range) {
  // Shared memory could change between the copy here and the digest in the host.
  if (!isArrayBuffer(buffer)) throw new TypeErrorCtor('Shared memory cannot be written.');
  if (isResizable(buffer)) throw new TypeErrorCtor('A resizable buffer cannot be written.');
  if (isDetached(buffer)) return { bytes: new Uint8ArrayCtor(0), size: 0 };
  const part = range();
  const size = part[1];
  const view = new Uint8ArrayCtor(/** @type {ArrayBuffer} */ (buffer), part[0], size);
  // A large copy goes to the browser's blob store at once instead of staying in the page's heap.
  if (size > CHUNK_BYTES) return { bytes: new BlobCtor(/** @type {any} */ (iterableOf([view]))), size };
  const bytes = new Uint8ArrayCtor(size);
  typedArraySet(bytes, view);
  return { bytes, size };
}

/** @param {ArrayBufferView} view */
const copyOfDataView = (view) => copyOf(dataViewBuffer(view), () => [dataViewByteOffset(view), dataViewByteLength(view)]);
/** @param {ArrayBufferView} view */
const copyOfTypedArray = (view) => copyOf(typedArrayBuffer(view), () => [typedArrayByteOffset(view), typedArrayByteLength(view)]);

/**
 * @param {unknown} value
 * @returns {Data | undefined} undefined when it is neither a BufferSource nor a Blob
 */
function toBytes(value) {
  if (!isObject(value)) return undefined;
  if (isView(value)) return typedArrayTag(value) === undefined ? copyOfDataView(value) : copyOfTypedArray(value);
  if (isArrayBuffer(value) || isSharedBuffer(value)) return copyOf(value, () => [0, arrayBufferByteLength(value)]);
  const size = sizeOfBlob(value);
  return size === undefined ? undefined : { bytes: /** @type {Blob} */ (value), size };
}

/**
 * @param {unknown} value
 * @returns {Data}
 */
function toText(value) {
  const bytes = utf8(`${value}`);
  return { bytes, size: typedArrayByteLength(bytes) };
}

/** @param {unknown} value */
const optionalLong = (value) => (value === undefined || value === null ? undefined : toUnsignedLongLong(value));

/**
 * @param {any} params a WriteParams dictionary; members in lexicographic order
 * @returns {Command}
 */
function toCommand(params) {
  const rawData = params.data;
  const data = rawData === undefined || rawData === null ? undefined : (toBytes(rawData) ?? toText(rawData));
  const position = optionalLong(params.position);
  const size = optionalLong(params.size);
  const rawType = params.type;
  if (rawType === undefined) throw new TypeErrorCtor("The required member 'type' is undefined.");
  switch (`${rawType}`) {
    case 'write':
      if (rawData === null) return mark({ type: 'incomplete', error: new TypeErrorCtor('There is nothing to write.') });
      if (data === undefined) return incomplete("A 'write' command needs data.");
      return mark({ type: 'write', position, data });
    case 'seek':
      if (position === undefined) return incomplete("A 'seek' command needs a position.");
      return mark({ type: 'seek', position });
    case 'truncate':
      if (size === undefined) return incomplete("A 'truncate' command needs a size.");
      return mark({ type: 'truncate', size });
    default:
      throw new TypeErrorCtor('The command is none of write, seek, truncate.');
  }
}

/**
 * @param {unknown} chunk
 * @returns {Command}
 */
export function toWriteCommand(chunk) {
  if (weakMapHas(converted, chunk)) return /** @type {Command} */ (chunk);
  if (chunk === undefined || chunk === null) throw new TypeErrorCtor('There is nothing to write.');
  const data = toBytes(chunk);
  if (data !== undefined) return mark({ type: 'write', position: undefined, data });
  return isObject(chunk) ? toCommand(chunk) : mark({ type: 'write', position: undefined, data: toText(chunk) });
}

/** @param {unknown} position */
export const seekCommand = (position) => mark({ type: 'seek', position: toUnsignedLongLong(position) });

/** @param {unknown} size */
export const truncateCommand = (size) => mark({ type: 'truncate', size: toUnsignedLongLong(size) });
