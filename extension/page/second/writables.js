/**
 * @file The stream that `createWritable()` gives: a genuine WritableStream whose prototype is
 * FileSystemWritableFileStream.prototype. May be imported by handles.js only.
 */

import { domError, errorOf, storeUnavailable } from '../errors.js';
import { writablePrototype } from '../file-primordials.js';
import {
  apply, finalizationRegister, FinalizationRegistryCtor, isSafeInteger, own, PromiseCtor, promiseThen, setPrototypeOf,
  streamGetWriter, TypeErrorCtor, WeakMapCtor, weakMapHas, weakMapSet, WritableStreamCtor, writerReleaseLock, writerWrite,
} from '../primordials.js';
import { seekCommand, toWriteCommand, truncateCommand } from './write-chunk.js';
import { WriteQueue } from './write-queue.js';

/** @typedef {import('../channel.js').Channel} Channel */

const streams = new WeakMapCtor();

/**
 * What the stream's own write/seek/truncate do: take the lock, write one chunk, give it back.
 * @param {any} stream
 * @param {() => unknown} makeChunk
 */
function writeThroughStream(stream, makeChunk) {
  return new PromiseCtor((resolve, reject) => {
    const chunk = makeChunk();
    const writer = streamGetWriter(stream);
    const written = writerWrite(writer, chunk);
    writerReleaseLock(writer);
    // Resolving with the promise itself would call a `then` that the page may have replaced.
    promiseThen(written, resolve, reject);
  });
}

/** @param {unknown[]} args */
function onlyArgument(args) {
  if (args.length === 0) throw new TypeErrorCtor('1 argument required, but only 0 present.');
  return args[0];
}

/**
 * What a member of FileSystemWritableFileStream does.
 * @type {import('../file-methods.js').Answer}
 */
export function answerForWritable(name, native, stream, args) {
  if (!weakMapHas(streams, stream)) return apply(native, stream, args);
  switch (name) {
    case 'write':
      return writeThroughStream(stream, () => toWriteCommand(onlyArgument(args)));
    case 'seek':
      return writeThroughStream(stream, () => seekCommand(onlyArgument(args)));
    case 'truncate':
      return writeThroughStream(stream, () => truncateCommand(onlyArgument(args)));
    default:
      return 'siloed';
  }
}

/** A position that no file can have; the host's limits are far below it. */
const beyondLimits = () => domError('QuotaExceededError', 'The position is beyond the largest file size.');

/**
 * @param {WriteQueue} queue
 * @returns {(command: import('./write-chunk.js').Command, done: (error: Error | null) => void) => void}
 */
function createCursor(queue) {
  let cursor = 0;
  return (command, done) => {
    if (command.type === 'incomplete') {
      done(command.error);
      return;
    }
    if (command.type === 'seek') {
      cursor = command.position;
      done(null);
      return;
    }
    if (command.type === 'truncate') {
      if (!isSafeInteger(command.size)) {
        done(beyondLimits());
        return;
      }
      queue.truncate(command.size, (error) => {
        if (cursor > command.size) cursor = command.size;
        done(error);
      });
      return;
    }
    const { bytes, size } = command.data;
    const position = command.position ?? cursor;
    if (!isSafeInteger(position + size)) {
      done(beyondLimits());
      return;
    }
    cursor = position + size;
    if (size === 0) done(null);
    else queue.write(position, bytes, size, done);
  };
}

/**
 * @param {(done: (error: Error | null) => void) => void} start
 * @returns {Promise<void>}
 */
const settled = (start) =>
  new PromiseCtor((resolve, reject) => {
    start((error) => (error === null ? resolve(undefined) : reject(error)));
  });

/**
 * @param {Channel} channel
 * @returns {(session: string, handle: object, onPublished: () => void) => FileSystemWritableFileStream}
 */
export function createWritableFactory(channel) {
  const abandoned = new FinalizationRegistryCtor((session) => {
    channel.notify({ op: 'release', handles: [], sessions: [/** @type {string} */ (session)] });
  });

  return (session, handle, onPublished) => {
    const queue = new WriteQueue((operation, done) => {
      channel.call({ ...operation, session }, (reply) => {
        if (own(reply, 'ok')) done(null);
        else done(own(reply, 'lost') ? storeUnavailable() : errorOf(reply));
      });
    });
    const carryOut = createCursor(queue);
    const sink = {
      // Without a prototype a polluted Object.prototype cannot add `start` or `type`.
      __proto__: null,
      // Keeps the handle from being collected, and so released, while it is written through.
      handle,
      /** @param {unknown} chunk */
      write: (chunk) =>
        settled((done) => {
          // The stream is beyond use after an error, and nothing else would end the session.
          const end = () => queue.abort(() => {});
          let command;
          try {
            command = toWriteCommand(chunk);
          } catch (error) {
            end();
            throw error;
          }
          carryOut(command, (error) => {
            if (error !== null) end();
            done(error);
          });
        }),
      close: () =>
        settled((done) =>
          queue.close((error) => {
            if (error === null) onPublished();
            done(error);
          })),
      abort: () => settled((done) => queue.abort(done)),
    };
    const strategy = { __proto__: null, highWaterMark: 1 };
    const stream = new WritableStreamCtor(/** @type {any} */ (sink), /** @type {any} */ (strategy));
    setPrototypeOf(stream, writablePrototype);
    weakMapSet(streams, stream, true);
    finalizationRegister(abandoned, stream, session);
    return /** @type {FileSystemWritableFileStream} */ (stream);
  };
}
