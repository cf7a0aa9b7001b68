/** Files far larger than what may be held in memory, and what the browser holds meanwhile. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { processesOf, readProcess } from '../../scripts/lib/processes.mjs';
import { succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { attempt } from './support/in-page.mjs';

const MEBIBYTE = 1 << 20;
const BLOCKS = 700;

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();

/** Hash of a file of blocks of zeros, each with its number in front. */
function hashOfBlocks() {
  const hash = createHash('sha256');
  const block = Buffer.alloc(MEBIBYTE);
  for (let index = 0; index < BLOCKS; index += 1) {
    block.writeUInt32LE(index);
    hash.update(block);
  }
  return { algorithm: 'SHA-256', value: hash.digest('hex') };
}

/** Memory of all of the browser's processes, pages in common counted once. */
const browserMemory = () => processesOf(profile.dir).browser.reduce((sum, { pid }) =>
  sum + Number(/^Pss:\s+(\d+) kB/m.exec(readProcess(pid, 'smaps_rollup'))?.[1] ?? 0) * 1024, 0);

const hash = hashOfBlocks();

/**
 * Writes the file in small parts.
 * @param {import('playwright-core').Page} page
 */
const write = (page) => attempt(page, async (wish) => {
  const handle = await navigator.crossOriginStorage.getFileHandle(wish.hash, { create: true, origins: wish.origins });
  const writable = await handle.createWritable();
  for (let index = 0; index < wish.blocks; index += 1) {
    const block = new Uint8Array(wish.size);
    new DataView(block.buffer).setUint32(0, index, true);
    await writable.write(block);
  }
  await writable.close();
}, { hash, origins: [world.origin('b.test')], blocks: BLOCKS, size: MEBIBYTE });

test('writing a file of 700 MiB succeeds, and the browser does not keep it in memory', async () => {
  const page = await profile.page('a.test');
  const before = browserMemory();
  succeeded(await write(page));
  const growth = browserMemory() - before;
  assert.ok(growth < (BLOCKS * MEBIBYTE) / 2, `The browser grew by ${Math.round(growth / 1e6)} MB.`);
});

test('another site reads any part of it, and the browser does not load the whole for that', async () => {
  const page = await profile.page('b.test');
  const before = browserMemory();
  const seen = succeeded(await attempt(page, async (wish) => {
    const handle = await navigator.crossOriginStorage.getFileHandle(wish.hash);
    const file = await handle.getFile();
    const words = [];
    for (const block of [0, 1, 350, wish.blocks - 1]) {
      const start = block * wish.size;
      words.push(new DataView(await file.slice(start, start + 8).arrayBuffer()).getUint32(0, true));
    }
    return { size: file.size, words };
  }, { hash, blocks: BLOCKS, size: MEBIBYTE }));
  assert.deepEqual(seen, { size: BLOCKS * MEBIBYTE, words: [0, 1, 350, BLOCKS - 1] });
  const growth = browserMemory() - before;
  assert.ok(growth < (BLOCKS * MEBIBYTE) / 4, `The browser grew by ${Math.round(growth / 1e6)} MB.`);
});
