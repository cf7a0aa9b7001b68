import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandleRegistry } from '../../extension/background/handle-registry.js';
import { HandleTable } from '../../extension/background/handle-table.js';
import { hostErrorLike } from '../../extension/background/host-errors.js';

/** @typedef {import('../../extension/shared/wire.js').Hash} Hash */

/** @type {Hash} */
const HASH = { algorithm: 'SHA-256', value: '0'.repeat(64) };

/** A host that knows only as many handles as it is told to, and one document's table. */
function makeTable() {
  /** @type {{cmd: string, fields: any}[]} */
  const asked = [];
  /** @type {{cmd: string, fields: any}[]} */
  const told = [];
  /** @type {Set<string>} */
  const known = new Set();
  const host = {
    generation: 1,
    request: async (/** @type {string} */ cmd, /** @type {any} */ fields) => {
      asked.push({ cmd, fields });
      const handle = `${cmd}-${asked.length}`;
      known.add(handle);
      return { found: true, size: 1, handle };
    },
    tell: (/** @type {string} */ cmd, /** @type {any} */ fields) => void told.push({ cmd, fields }),
  };
  const caller = { partition: 'p', describe: () => ({}) };
  const table = new HandleTable(/** @type {any} */ (host), /** @type {any} */ (caller), null, new HandleRegistry());
  /** @param {string} handle */
  const use = async (handle) => {
    if (!known.has(handle)) throw hostErrorLike('NotAllowedError', 'The handle may not.');
    return handle;
  };
  const commands = () => asked.map(({ cmd }) => cmd);
  return { table, host, known, asked, told, commands, use };
}

test('a handle that the host has pushed out is found anew, once', async () => {
  const { table, known, commands, use } = makeTable();
  const id = (await table.find(HASH))?.handle ?? '';
  const reference = { id, hash: HASH, created: false, origins: undefined, copy: false };
  assert.deepEqual((await table.useForReading(reference, use)).result, 'find-1');
  known.clear();
  const again = await table.useForReading(reference, use);
  assert.equal(again.result, 'find-2');
  assert.notEqual(again.id, id);
  await assert.rejects(table.useForReading(reference, () => use('nobody’s')), { name: 'NotAllowedError' });
  assert.deepEqual(commands(), ['find', 'find', 'find']);
});

test('a handle that was pushed out before it was written through is not found by way of a read', async () => {
  const { table, known, commands, use } = makeTable();
  const { handle: id } = await table.create(HASH, undefined);
  known.clear();
  const reference = { id, hash: HASH, created: true, origins: undefined, copy: false };
  await assert.rejects(table.useForReading(reference, use), { name: 'NotAllowedError' });
  await assert.rejects(table.useForReading({ ...reference, copy: true }, use), { name: 'NotAllowedError' });
  assert.deepEqual(commands(), ['create']);
  table.noteWritten(id);
  assert.equal((await table.useForReading(reference, use)).result, 'find-2');
});

test('a handle to write through is created anew, with the origins that it was created with', async () => {
  const { table, known, asked, commands, use } = makeTable();
  const { handle: id } = await table.create(HASH, ['https://b.example']);
  known.clear();
  const reference = { id, hash: HASH, created: true, origins: undefined, copy: true };
  const again = await table.useForWriting(reference, use);
  assert.equal(again.result, 'create-2');
  assert.notEqual(again.id, id);
  assert.deepEqual(asked[1].fields.origins, ['https://b.example']);
  const broken = async () => { throw hostErrorLike('NotAllowedError', 'Not at all.'); };
  await assert.rejects(table.useForWriting({ ...reference, id: again.id }, broken), { name: 'NotAllowedError' });
  assert.deepEqual(commands(), ['create', 'create', 'create']);
});

test('a handle that was found anew keeps the origins of its own for a later write', async () => {
  const { table, known, asked, use } = makeTable();
  const { handle: id } = await table.create(HASH, '*');
  table.noteWritten(id);
  known.clear();
  /** @type {import('../../extension/shared/wire.js').HandleReference} */
  const reference = { id, hash: HASH, created: true, origins: '*', copy: false };
  const { id: found } = await table.useForReading(reference, use);
  await table.useForWriting({ ...reference, id: found }, use);
  assert.equal(asked[2].fields.origins, '*');
});

test('an id means its handle for its own hash only', async () => {
  const { table, commands, use } = makeTable();
  const id = (await table.find(HASH))?.handle ?? '';
  const other = { algorithm: 'SHA-256', value: '1'.repeat(64) };
  const reference = { id, hash: other, created: false, origins: undefined, copy: false };
  assert.equal((await table.useForReading(reference, use)).result, 'find-2', 'it is asked for as any other file');
  assert.equal((await table.useForReading({ ...reference, hash: { ...other, algorithm: 'SHA-384' } }, use)).result, 'find-3');
  assert.deepEqual(commands(), ['find', 'find', 'find']);
});

test('a copy of a handle to write through is not read where nobody knows its original', async () => {
  const { table, commands, use } = makeTable();
  const copy = { id: 'f'.repeat(32), hash: HASH, created: true, origins: undefined, copy: true };
  await assert.rejects(table.useForReading(copy, use), { name: 'NotAllowedError' });
  assert.deepEqual(commands(), []);
});

test('a handle of a host that has gone is asked for anew, and is not released with the next host', async () => {
  const { table, host, told, commands, use } = makeTable();
  const id = (await table.find(HASH))?.handle ?? '';
  host.generation = 2;
  const reference = { id, hash: HASH, created: false, origins: undefined, copy: false };
  assert.equal((await table.useForReading(reference, use)).result, 'find-2');
  assert.deepEqual(commands(), ['find', 'find']);
  table.releaseAll();
  assert.deepEqual(told.map(({ fields }) => fields.handles), [['find-2']]);
});

test('a handle that is created anew to be written through takes the place of the one before', async () => {
  const { table, told, use } = makeTable();
  const id = (await table.find(HASH))?.handle ?? '';
  await table.useForWriting({ id, hash: HASH, created: true, origins: undefined, copy: false }, use);
  assert.deepEqual(told.map(({ fields }) => fields.handles), [['find-1']]);
});

test('a page that makes handles without end loses its oldest, which the host need not keep', async () => {
  const { table, told } = makeTable();
  for (let count = 0; count < 4098; count += 1) await table.find(HASH);
  assert.deepEqual(told.map(({ fields }) => fields.handles), [['find-1'], ['find-2']]);
});
