/**
 * The bytes that are measured: made on the fly, the same in Node and in the page (see page.js), so
 * that their hash is known ahead and every reader can check what it got. Each mebibyte is one fixed
 * block whose first two words are its index and the file's seed.
 */
import { createHash } from 'node:crypto';

export const BLOCK_BYTES = 1 << 20;
export const BLOCK = createHash('shake256', { outputLength: BLOCK_BYTES }).update('cos bench').digest();

/** Blocks that are made at once. */
const BATCH = 4;

/**
 * @param {number} size
 * @param {number} seed
 * @param {number} [start] a multiple of the block's size
 * @param {number} [end]
 * @returns {Generator<Buffer>}
 */
export function* piecesOf(size, seed, start = 0, end = size) {
  for (let position = start; position < end; position += BLOCK_BYTES * BATCH) {
    const batch = Buffer.allocUnsafe(BLOCK_BYTES * BATCH);
    for (let index = 0; index < BATCH; index += 1) {
      BLOCK.copy(batch, index * BLOCK_BYTES);
      batch.writeUInt32LE(position / BLOCK_BYTES + index, index * BLOCK_BYTES);
      batch.writeUInt32LE(seed, index * BLOCK_BYTES + 4);
    }
    yield batch.subarray(0, Math.min(batch.length, end - position));
  }
}

/**
 * @param {number} size
 * @param {number} seed
 * @returns {string} hexadecimal SHA-256
 */
export function hashOf(size, seed) {
  const hash = createHash('sha256');
  for (const piece of piecesOf(size, seed)) hash.update(piece);
  return hash.digest('hex');
}
