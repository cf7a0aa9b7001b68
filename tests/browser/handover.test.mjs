/** How the bytes come to a page: by a link to the store's own file, or over loopback, the same bytes either way. */
import assert from 'node:assert/strict';
import { chmodSync, closeSync, openSync, rmSync, statSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { after, test } from 'node:test';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { processesOf } from '../../scripts/lib/processes.mjs';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { eventually, failedWith, finds, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { attempt, read, store } from './support/in-page.mjs';
import { blobPath, exists, linkCount, namesOf } from './support/store-files.mjs';

const world = await openWorld();
const copying = await openWorld({ settings: { 'handover.enabled': 'off' } });
after(() => Promise.all([world.close(), copying.close()]));
let profile = await world.launch();

/**
 * Counts from now on how often bytes come over loopback.
 * @param {import('./support/fixture.mjs').Profile} observed
 * @returns {Promise<() => Promise<number>>}
 */
async function countLoopbackReads(observed) {
  const worker = await extensionServiceWorker(observed.context);
  await worker.evaluate(() => {
    const original = globalThis.fetch;
    Object.assign(globalThis, { loopbackReads: 0 });
    globalThis.fetch = (url, options) => {
      if (String(url).includes('/read/')) /** @type {any} */ (globalThis).loopbackReads += 1;
      return original(url, options);
    };
  });
  return () => worker.evaluate(() => /** @type {any} */ (globalThis).loopbackReads);
}

/**
 * As a disk does it: without a trace in the file's dates.
 * @param {string} path
 */
function turnBit(path) {
  const { mode, atime, mtime } = statSync(path);
  chmodSync(path, 0o644);
  const file = openSync(path, 'r+');
  writeSync(file, '!', 1234);
  closeSync(file);
  chmodSync(path, mode);
  utimesSync(path, atime, mtime);
}

const blobOf = (/** @type {Uint8Array} */ bytes) => blobPath(world.storeDir, hashOf(bytes));

/**
 * Stores on a.test for b.test, and reads there.
 * @param {Uint8Array} bytes
 */
async function share(bytes) {
  succeeded(await store(await profile.page('a.test'), bytes, [world.origin('b.test')]));
  await finds(await profile.page('b.test'), bytes);
}

test('a read puts a link to the store’s own file into the profile', async () => {
  const bytes = bytesOf('linked', 2_000_000);
  const loopbackReads = await countLoopbackReads(profile);
  await share(bytes);
  assert.equal(await loopbackReads(), 0);
  assert.equal(linkCount(blobOf(bytes)), 2);
  assert.equal(namesOf(profile.dir, statSync(blobOf(bytes)).ino).length, 1);
});

test('further reads of a site use the same link, and another site has one of its own', async () => {
  const bytes = bytesOf('linked once', 200_000);
  await share(bytes);
  await finds(await profile.page('b.test'), bytes);
  await finds(await profile.open('b.test'), bytes);
  assert.equal(linkCount(blobOf(bytes)), 2);
  await finds(await profile.page('a.test'), bytes);
  assert.equal(linkCount(blobOf(bytes)), 3);
});

test('two pages that read one entry at once both get it', async () => {
  const bytes = bytesOf('read at once', 3_000_000);
  succeeded(await store(await profile.page('a.test'), bytes, [world.origin('b.test')]));
  await Promise.all([finds(await profile.page('a.test'), bytes), finds(await profile.page('b.test'), bytes)]);
  assert.equal(linkCount(blobOf(bytes)), 3);
});

test('the store’s file cannot be written, neither by its mode nor through the page’s file', async () => {
  const bytes = bytesOf('read-only', 10_000);
  await share(bytes);
  assert.equal(statSync(blobOf(bytes)).mode & 0o777, 0o444);
  const outcome = await attempt(await profile.page('b.test'), async (hash) => {
    const handle = await navigator.crossOriginStorage.getFileHandle(hash);
    new Uint8Array(await (await handle.getFile()).arrayBuffer()).fill(0);
    return handle.createWritable().then(() => 'writable', () => 'refused');
  }, hashOf(bytes));
  assert.equal(succeeded(outcome), 'refused');
  await finds(await profile.page('b.test'), bytes);
});

test('after a restart of the browser the entry is there, still by links', async () => {
  const bytes = bytesOf('after a restart', 1_500_000);
  await share(bytes);
  await profile.close();
  profile = await world.launch();
  const loopbackReads = await countLoopbackReads(profile);
  await finds(await profile.page('b.test'), bytes);
  await finds(await profile.page('a.test'), bytes);
  assert.equal(linkCount(blobOf(bytes)), 3);
  assert.equal(await loopbackReads(), 0);
});

test('cos rm takes the entry and its link, and the page gets an ordinary miss', async () => {
  const bytes = bytesOf('removed', 400_000);
  await share(bytes);
  const { ino } = statSync(blobOf(bytes));
  await world.cos('rm', hashOf(bytes).value);
  assert.ok(!exists(blobOf(bytes)));
  await eventually(() => namesOf(profile.dir, ino).length === 0, 'the link in the profile goes');
  const missing = await misses(await profile.page('b.test'), bytesOf('stored by nobody'));
  assert.deepEqual(await misses(await profile.page('b.test'), bytes), missing);
  await misses(await profile.page('a.test'), bytes);
});

test('an entry that was removed can be stored and read again', async () => {
  const bytes = bytesOf('removed and stored again', 400_000);
  await share(bytes);
  await world.cos('rm', hashOf(bytes).value);
  await misses(await profile.page('b.test'), bytes);
  await share(bytes);
  assert.equal(linkCount(blobOf(bytes)), 2);
});

test('a handle whose entry was removed meanwhile gives a NotFoundError', async () => {
  const bytes = bytesOf('held while removed', 700_000);
  await share(bytes);
  const page = await profile.page('b.test');
  succeeded(await attempt(page, async (hash) => {
    Object.assign(window, { heldHandle: await navigator.crossOriginStorage.getFileHandle(hash) });
  }, hashOf(bytes)));
  await world.cos('rm', hashOf(bytes).value);
  failedWith(await attempt(page, () => /** @type {any} */ (window).heldHandle.getFile()), 'NotFoundError');
});

test('a file that took the place of the link is not read', async () => {
  const bytes = bytesOf('relinked', 90_000);
  await share(bytes);
  const [link] = namesOf(profile.dir, statSync(blobOf(bytes)).ino);
  rmSync(link);
  writeFileSync(link, new Uint8Array(bytes.length));
  await finds(await profile.page('b.test'), bytes);
});

test('a file that a page holds cannot be read any more once its bytes were found damaged', async () => {
  const bytes = bytesOf('held while it rots', 300_000);
  await share(bytes);
  const page = await profile.page('b.test');
  succeeded(await attempt(page, async (hash) => {
    Object.assign(window, { heldFile: await (await navigator.crossOriginStorage.getFileHandle(hash)).getFile() });
  }, hashOf(bytes)));
  const held = () => attempt(page, async () => (await /** @type {any} */ (window).heldFile.arrayBuffer()).byteLength);
  assert.equal(succeeded(await held()), bytes.length);
  turnBit(blobOf(bytes));
  await world.cos('verify').catch(() => {});
  failedWith(await held(), 'NotFoundError');
});

test('an entry whose file was damaged is not served', async () => {
  const bytes = bytesOf('damaged', 250_000);
  await share(bytes);
  const blob = blobOf(bytes);
  chmodSync(blob, 0o644);
  const damaged = bytes.slice();
  damaged[123_456] ^= 1;
  writeFileSync(blob, damaged);
  chmodSync(blob, 0o444);
  await misses(await profile.page('b.test'), bytes);
  await misses(await profile.page('a.test'), bytes);
});

test('an entry that was damaged can be stored and read again', async () => {
  const bytes = bytesOf('damaged', 250_000);
  await share(bytes);
});

test('a host that dies is started again: what was stored is found, and writing goes on', async () => {
  const bytes = bytesOf('before the host died', 60_000);
  await share(bytes);
  const page = await profile.page('b.test');
  succeeded(await attempt(page, async (hash) => {
    Object.assign(window, { earlier: await navigator.crossOriginStorage.getFileHandle(hash) });
  }, hashOf(bytes)));
  const [host] = processesOf(profile.dir).hosts;
  process.kill(host.pid, 'SIGKILL');
  await eventually(() => !processesOf(profile.dir).hosts.some(({ pid }) => pid === host.pid), 'the host is gone');
  // A call that meets the dying connection may miss; a page that asks again must not.
  await eventually(async () => (await read(page, hashOf(bytes))).error === undefined, 'the entry is found again');
  assert.equal(succeeded(await attempt(page, async () => (await /** @type {any} */ (window).earlier.getFile()).size)), bytes.length);
  await share(bytesOf('after the host died', 60_000));
});

test('with hand-over turned off the same bytes come over loopback, without a link', async () => {
  const bytes = bytesOf('copied', 2_000_000);
  const other = await copying.launch();
  succeeded(await store(await other.page('a.test'), bytes, [copying.origin('b.test')]));
  const loopbackReads = await countLoopbackReads(other);
  await finds(await other.page('b.test'), bytes);
  assert.equal(await loopbackReads(), 1);
  assert.equal(linkCount(blobPath(copying.storeDir, hashOf(bytes))), 1);
  await copying.cos('rm', hashOf(bytes).value);
  await misses(await other.page('b.test'), bytes);
});

test('hand-over that was off when it was tested is used once it is on', async () => {
  const bytes = bytesOf('switched on', 300_000);
  const off = await copying.launch('switched off');
  succeeded(await store(await off.page('a.test'), bytes));
  await finds(await off.page('a.test'), bytes);
  assert.equal(linkCount(blobPath(copying.storeDir, hashOf(bytes))), 1);
  await off.close();
  await copying.cos('config', 'set', 'handover.enabled', 'on');
  const on = await copying.launch('switched off');
  await finds(await on.page('a.test'), bytes);
  assert.equal(linkCount(blobPath(copying.storeDir, hashOf(bytes))), 2);
  await on.close();
});
