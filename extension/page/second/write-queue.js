/**
 * @file Gathers the writes of one write session into chunks and sends them in order.
 * No browser objects but Blob; the way out is a function given to the constructor.
 * May be imported by page/ only.
 *
 * At most one chunk is on its way while the next one fills, so a page that writes faster than the
 * disk is held back instead of filling memory. An error of a chunk shows at the next operation.
 */

import { CHUNK_BYTES } from '../../shared/names.js';
import {
  append, BlobCtor, iterableOf, typedArrayBuffer, typedArraySet, typedArrayTag, Uint8ArrayCtor,
} from '../primordials.js';

/** Small writes are copied into blocks of this size: an object for each byte written would not be bounded memory. */
const BLOCK_BYTES = 256 * 1024;

/**
 * @typedef {{op: 'write', position: number, data: Blob}
 *   | {op: 'write.truncate', size: number}
 *   | {op: 'write.close'}
 *   | {op: 'write.abort'}} Operation
 * @typedef {(error: Error | null) => void} Done
 */

export class WriteQueue {
  /** @type {(operation: Operation, done: Done) => void} */ #send;
  /** @type {(Uint8Array<ArrayBuffer> | Blob)[]} */ #parts = [];
  #start = 0;
  #size = 0;
  /** @type {Uint8Array<ArrayBuffer> | null} */ #block = null;
  #blockUsed = 0;
  #inFlight = false;
  /** @type {Error | null} */ #error = null;
  /** @type {(() => void) | null} */ #onLanded = null;

  /** @param {(operation: Operation, done: Done) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /**
   * One operation at a time: wait for `done` before the next call, as a WritableStream does.
   * @param {number} position
   * @param {Uint8Array<ArrayBuffer> | Blob} data not changed by the caller afterwards
   * @param {number} size its bytes
   * @param {Done} done called when there is room for the next write
   */
  write(position, data, size, done) {
    if (this.#error !== null) {
      done(this.#error);
      return;
    }
    const follows = position === this.#start + this.#size && this.#size + size <= CHUNK_BYTES;
    if (this.#size > 0 && !follows) {
      this.#launch((error) => (error === null ? this.write(position, data, size, done) : done(error)));
      return;
    }
    if (this.#size === 0) this.#start = position;
    this.#add(data, size);
    if (this.#size < CHUNK_BYTES) done(null);
    else this.#launch(done);
  }

  /** @param {number} size @param {Done} done */
  truncate(size, done) {
    this.#drain((error) => (error === null ? this.#send({ op: 'write.truncate', size }, done) : done(error)));
  }

  /** @param {Done} done */
  close(done) {
    this.#drain((error) => {
      if (error === null) this.#send({ op: 'write.close' }, done);
      else this.#send({ op: 'write.abort' }, () => done(error));
    });
  }

  /** @param {Done} done */
  abort(done) {
    this.#parts = [];
    this.#size = 0;
    this.#block = null;
    this.#send({ op: 'write.abort' }, done);
  }

  /** @param {Uint8Array<ArrayBuffer> | Blob} data @param {number} size */
  #add(data, size) {
    this.#size += size;
    if (typedArrayTag(data) === undefined || size >= BLOCK_BYTES) {
      this.#closeBlock();
      append(this.#parts, data);
      return;
    }
    if (this.#block !== null && this.#blockUsed + size > BLOCK_BYTES) this.#closeBlock();
    this.#block ??= new Uint8ArrayCtor(BLOCK_BYTES);
    typedArraySet(this.#block, /** @type {Uint8Array<ArrayBuffer>} */ (data), this.#blockUsed);
    this.#blockUsed += size;
  }

  #closeBlock() {
    if (this.#block !== null) append(this.#parts, new Uint8ArrayCtor(typedArrayBuffer(this.#block), 0, this.#blockUsed));
    this.#block = null;
    this.#blockUsed = 0;
  }

  /**
   * Sends what has gathered as soon as the chunk before it has landed.
   * @param {Done} next called when the chunk is on its way
   */
  #launch(next) {
    if (this.#inFlight) {
      this.#onLanded = () => this.#launch(next);
      return;
    }
    if (this.#error !== null || this.#size === 0) {
      next(this.#error);
      return;
    }
    this.#closeBlock();
    const data = new BlobCtor(/** @type {any} */ (iterableOf(this.#parts)));
    const position = this.#start;
    this.#parts = [];
    this.#size = 0;
    this.#inFlight = true;
    this.#send({ op: 'write', position, data }, (error) => {
      this.#inFlight = false;
      this.#error ??= error;
      const landed = this.#onLanded;
      this.#onLanded = null;
      if (landed !== null) landed();
    });
    next(null);
  }

  /** @param {Done} next called when nothing is gathered or on its way */
  #drain(next) {
    this.#launch((error) => {
      if (error === null && this.#inFlight) this.#onLanded = () => next(this.#error);
      else next(error);
    });
  }
}
