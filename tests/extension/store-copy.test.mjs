/** The copies that cosFetch writes beside its downloads: how many are open at a time, and which wait for which. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreCopy } from '../../packages/cross-origin-storage/store-copy.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A store that ends its writes when the test says so. */
function makeStore() {
  /** @type {{open: number, most: number, opened: number, aborted: number, ended: string[], closing: (() => void)[]}} */
  const store = { open: 0, most: 0, opened: 0, aborted: 0, ended: [], closing: [] };
  /** @type {any} */
  const writable = {
    async write() {},
    abort: async () => { store.open -= 1; store.aborted += 1; },
    close: () => new Promise((resolve) => store.closing.push(() => { store.open -= 1; resolve(undefined); })),
  };
  /** @type {any} */
  const handle = {
    async createWritable() {
      store.open += 1;
      store.opened += 1;
      store.most = Math.max(store.most, store.open);
      return writable;
    },
  };
  const copy = () => new StoreCopy(async () => handle, (error) => store.ended.push(/** @type {any} */ (error)?.name ?? 'stored'));
  /** @param {number} number */
  const copies = (number) => Array.from({ length: number }, copy);
  async function closeAll() {
    for (await settled(); store.closing.length > 0; await settled()) store.closing.shift()?.();
  }
  return { store, copies, closeAll };
}

const piece = () => new Uint8Array(10);

/** @param {StoreCopy} copy */
function finish(copy) {
  copy.add(piece());
  copy.complete();
}

test('of many copies at once sixteen are open, and all are stored', async () => {
  const { store, copies, closeAll } = makeStore();
  copies(100).forEach(finish);
  await settled();
  assert.equal(store.open, 16);
  await closeAll();
  assert.deepEqual([store.most, store.ended], [16, Array(100).fill('stored')]);
});

test('downloads that nobody reads, or nobody reads to their end, keep no other from being stored', async () => {
  const { store, copies, closeAll } = makeStore();
  const [unread, begun] = [copies(50), copies(50)];
  for (const copy of begun) copy.add(piece());
  await settled();
  assert.equal(store.open, 8);
  copies(50).forEach(finish);
  await closeAll();
  assert.deepEqual([store.open, store.most, store.ended], [8, 16, Array(50).fill('stored')]);
  for (const copy of [...unread, ...begun]) finish(copy);
  await closeAll();
  assert.deepEqual([store.open, store.most, store.ended], [0, 16, Array(150).fill('stored')]);
});

test('a copy that is given up while it waits is never opened, and one that is open makes room', async () => {
  const { store, copies, closeAll } = makeStore();
  const begun = copies(12);
  for (const copy of begun) copy.add(piece());
  await settled();
  const reason = new DOMException('', 'AbortError');
  begun[11].abandon(reason);
  begun[0].abandon(reason);
  begun[1].abandon(reason);
  await settled();
  assert.deepEqual([store.opened, store.aborted, store.open, store.ended], [10, 2, 8, Array(3).fill('AbortError')]);
  begun.forEach((copy) => copy.complete());
  await closeAll();
  assert.deepEqual([store.opened, store.open, store.ended.slice(3)], [11, 0, Array(9).fill('stored')]);
});

test('a store that opens nothing keeps no place', async () => {
  const { store, copies, closeAll } = makeStore();
  /** @type {unknown[]} */
  const ended = [];
  const failing = /** @type {any} */ ({ createWritable: async () => { throw new DOMException('', 'QuotaExceededError'); } });
  for (let index = 0; index < 40; index += 1) finish(new StoreCopy(async () => failing, (error) => ended.push(/** @type {any} */ (error).name)));
  await settled();
  assert.deepEqual(ended, Array(40).fill('QuotaExceededError'));
  copies(20).forEach(finish);
  await closeAll();
  assert.equal(store.ended.length, 20);
});
