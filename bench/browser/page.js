/**
 * The page's part of the benchmark: writes and reads one file in each of the places that are
 * compared. Every function answers with milliseconds.
 */

const BLOCK_BYTES = 1 << 20;
const BATCH = 4;
/** Above this no whole ArrayBuffer is asked for, in any of the places: it is read part by part. */
const WHOLE_LIMIT = 512_000_000;
const PART_BYTES = 64 * BLOCK_BYTES;

/** @typedef {{size: number, seed: number, hash: string, origins?: string[], url: string}} Task */

const block = new Uint8Array(await (await fetch('/block')).arrayBuffer());

/** The same bytes as bench/browser/content.mjs makes. @param {Task} task @param {number} position */
function pieceAt({ size, seed }, position) {
  const piece = new Uint8Array(BLOCK_BYTES * BATCH);
  const words = new DataView(piece.buffer);
  for (let index = 0; index < BATCH; index += 1) {
    piece.set(block, index * BLOCK_BYTES);
    words.setUint32(index * BLOCK_BYTES, position / BLOCK_BYTES + index, true);
    words.setUint32(index * BLOCK_BYTES + 4, seed, true);
  }
  return piece.subarray(0, Math.min(piece.length, size - position));
}

/**
 * @param {Uint8Array} bytes
 * @param {Task} task
 * @param {number} start a multiple of the block's size
 */
function check(bytes, { seed }, start) {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let position = 0; position + 8 <= bytes.length; position += BLOCK_BYTES) {
    if (words.getUint32(position, true) !== (start + position) / BLOCK_BYTES || words.getUint32(position + 4, true) !== seed) {
      throw new Error(`Wrong bytes at ${start + position}.`);
    }
  }
}

/** @param {Blob} blob @param {Task} task */
async function consumeBlob(blob, task) {
  if (blob.size !== task.size) throw new Error(`${blob.size} bytes instead of ${task.size}.`);
  if (task.size <= WHOLE_LIMIT) {
    check(new Uint8Array(await blob.arrayBuffer()), task, 0);
    return;
  }
  for (let start = 0; start < task.size; start += PART_BYTES) {
    check(new Uint8Array(await blob.slice(start, start + PART_BYTES).arrayBuffer()), task, start);
  }
}

/** @param {Response} response @param {Task} task */
async function consumeResponse(response, task) {
  if (task.size <= WHOLE_LIMIT) {
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length !== task.size) throw new Error(`${bytes.length} bytes instead of ${task.size}.`);
    check(bytes, task, 0);
    return;
  }
  let size = 0;
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) size += part.value.length;
  if (size !== task.size) throw new Error(`${size} bytes instead of ${task.size}.`);
}

/** @param {FileSystemFileHandle} handle @param {Task} task */
async function writeThrough(handle, task) {
  const writable = await handle.createWritable();
  for (let position = 0; position < task.size; position += BLOCK_BYTES * BATCH) {
    await writable.write(pieceAt(task, position));
  }
  await writable.close();
}

/** @param {() => Promise<FileSystemFileHandle>} find @param {Task} task */
async function readThrough(find, task) {
  const start = performance.now();
  const handle = await find();
  const found = performance.now();
  const file = await handle.getFile();
  const got = performance.now();
  await consumeBlob(file, task);
  return { handle: found - start, getFile: got - found, total: performance.now() - start };
}

/** @param {() => Promise<unknown>} work */
async function timed(work) {
  const start = performance.now();
  await work();
  return { total: performance.now() - start };
}

/** @param {Task} task */
const cosHash = ({ hash }) => ({ algorithm: 'SHA-256', value: hash });
/** @param {FileSystemGetFileOptions} [options] */
const opfsFile = async (options) => (await navigator.storage.getDirectory()).getFileHandle('bench', options);
const cache = () => caches.open('bench');

/** @param {Task} task */
function streamOf(task) {
  let position = 0;
  return new ReadableStream({
    pull(controller) {
      if (position >= task.size) {
        controller.close();
        return;
      }
      controller.enqueue(pieceAt(task, position));
      position += BLOCK_BYTES * BATCH;
    },
  });
}

Object.assign(globalThis, {
  bench: {
    write: {
      cos: (/** @type {Task} */ task) => timed(async () => {
        const options = { create: true, origins: task.origins };
        await writeThrough(await /** @type {any} */ (navigator).crossOriginStorage.getFileHandle(cosHash(task), options), task);
      }),
      opfs: (/** @type {Task} */ task) => timed(async () => writeThrough(await opfsFile({ create: true }), task)),
      cache: (/** @type {Task} */ task) => timed(async () => (await cache()).put('/cached', new Response(streamOf(task)))),
    },
    read: {
      cos: (/** @type {Task} */ task) =>
        readThrough(() => /** @type {any} */ (navigator).crossOriginStorage.getFileHandle(cosHash(task)), task),
      opfs: (/** @type {Task} */ task) => readThrough(() => opfsFile(), task),
      cache: (/** @type {Task} */ task) => timed(async () => {
        const response = await (await cache()).match('/cached');
        await consumeResponse(/** @type {Response} */ (response), task);
      }),
      network: (/** @type {Task} */ task) => timed(async () => consumeResponse(await fetch(task.url, { cache: 'no-store' }), task)),
    },
    async clear() {
      await (await navigator.storage.getDirectory()).removeEntry('bench').catch(() => {});
      await caches.delete('bench');
    },
  },
});
document.title = 'ready';
