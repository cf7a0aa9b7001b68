/** Files that the user adds: the background's part, with a host that takes notes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostError } from '../../extension/background/host-errors.js';
import { Adding, serveTransfers } from '../../extension/background/transfers.js';

const MiB = 1 << 20;
const ADDED = { hash: { algorithm: 'SHA-256', value: 'ab'.repeat(32) }, size: 1, alreadyStored: false, onHashList: false };

/** @param {{limit?: number, write?: (position: number, data: Blob) => Promise<void>}} [how] */
function recorded({ limit = 100 * MiB, write = async () => {} } = {}) {
  /** @type {unknown[][]} */
  const told = [];
  /** @type {any} */
  const host = {
    request: async (/** @type {string} */ cmd, /** @type {object} */ fields) => {
      told.push([cmd, fields]);
      return cmd === 'ui.add' ? { session: 's', ticket: 't', limit } : ADDED;
    },
    tell: (/** @type {string} */ cmd, /** @type {object} */ fields) => told.push([cmd, fields]),
    retain: () => told.push(['retain']),
    release: () => told.push(['release']),
  };
  const bytes = { write: (/** @type {string} */ _ticket, /** @type {number} */ position, /** @type {Blob} */ data) => write(position, data) };
  return { host, bytes, told, adding: new Adding(host, bytes), commands: () => told.map(([cmd]) => cmd) };
}

const ABORT = ['ui.add.abort', { session: 's' }];

test('a file goes to the host piece by piece, in order, and progress is told', async () => {
  /** @type {number[][]} */
  const pieces = [];
  const { adding, told } = recorded({ write: async (position, data) => void pieces.push([position, data.size]) });
  /** @type {number[]} */
  const progress = [];
  assert.equal(await adding.run(new Blob([new Uint8Array(17 * MiB)]), '*', (done) => progress.push(done)), ADDED);
  assert.deepEqual(pieces, [[0, 8 * MiB], [8 * MiB, 8 * MiB], [16 * MiB, MiB]]);
  assert.deepEqual(progress, [8 * MiB, 16 * MiB, 17 * MiB]);
  assert.deepEqual(told, [['ui.add', { origins: '*' }], ['ui.add.close', { session: 's' }]]);
});

test("a file that is the user's alone names nobody", async () => {
  const { adding, told } = recorded();
  await adding.run(new Blob([]), undefined, () => {});
  assert.deepEqual(told[0], ['ui.add', {}]);
});

test('what is cancelled is thrown away, and not written any further', async () => {
  let writes = 0;
  const { adding, told } = recorded({ write: async () => {
    writes += 1;
    adding.cancel();
  } });
  assert.equal(await adding.run(new Blob([new Uint8Array(20 * MiB)]), '*', () => {}), undefined);
  assert.equal(writes, 1);
  assert.deepEqual(told.at(-1), ABORT);
});

test('a file that is larger than there is room for is not written at all', async () => {
  const { adding, told } = recorded({ limit: 9, write: () => assert.fail('written') });
  await assert.rejects(adding.run(new Blob(['ten bytes.']), '*', () => {}), { name: 'TooLarge' });
  assert.deepEqual(told.at(-1), ABORT);
});

test('a file that cannot be read is told from a host that has gone', async () => {
  const broken = () => Promise.reject(new TypeError('Failed to fetch'));
  const readable = new Blob(['x']);
  const gone = recorded({ write: broken });
  await assert.rejects(gone.adding.run(readable, '*', () => {}), TypeError);
  assert.deepEqual(gone.told.at(-1), ABORT);
  const unreadable = /** @type {any} */ ({ size: 1, slice: () => ({ size: 1, arrayBuffer: () => Promise.reject(new Error('gone')) }) });
  const { adding, told } = recorded({ write: broken });
  await assert.rejects(adding.run(unreadable, '*', () => {}), { name: 'NotReadableError' });
  assert.deepEqual(told.at(-1), ABORT);
});

test('what the host says of an error stays', async () => {
  const { adding } = recorded({ write: () => Promise.reject(new HostError({ name: 'QuotaExceededError', message: 'Full.' })) });
  await assert.rejects(adding.run(new Blob(['x']), '*', () => {}), { name: 'QuotaExceededError', message: 'Full.' });
});

function portOf() {
  /** @type {Record<string, ((value?: any) => void)[]>} */
  const listeners = { onMessage: [], onDisconnect: [] };
  /** @type {any[]} */
  const sent = [];
  const event = (/** @type {string} */ name) => ({
    addListener: (/** @type {any} */ listener) => listeners[name].push(listener),
    removeListener: (/** @type {any} */ listener) => listeners[name].splice(listeners[name].indexOf(listener), 1),
  });
  const port = { onMessage: event('onMessage'), onDisconnect: event('onDisconnect'), postMessage: (/** @type {any} */ message) => sent.push(message) };
  const fire = (/** @type {string} */ name, /** @type {unknown} */ value) => {
    for (const listener of [...listeners[name]]) listener(value);
  };
  return { port: /** @type {any} */ (port), sent, fire };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 10));

test('a port carries one transfer, and the host is kept for as long', async () => {
  const { host, bytes, told, commands } = recorded();
  const { port, sent, fire } = portOf();
  serveTransfers(port, { host, bytes });
  assert.deepEqual(told, [], 'nothing is kept for a port that asks for nothing');
  fire('onMessage', { add: new Blob(['x']) });
  fire('onMessage', { add: new Blob(['y']) });
  await settled();
  assert.deepEqual(sent, [{ done: 1 }, { added: ADDED }]);
  assert.deepEqual(commands(), ['retain', 'ui.add', 'ui.add.close', 'release']);
});

test('when the page is closed, what it was adding is thrown away', async () => {
  const { host, bytes, told, commands } = recorded({ write: () => settled().then(() => {}) });
  const { port, sent, fire } = portOf();
  serveTransfers(port, { host, bytes });
  fire('onMessage', { add: new Blob([new Uint8Array(20 * MiB)]) });
  await Promise.resolve();
  fire('onDisconnect', undefined);
  await settled();
  await settled();
  assert.ok(told.some((one) => JSON.stringify(one) === JSON.stringify(ABORT)));
  assert.equal(commands().at(-1), 'release');
  assert.deepEqual(sent, []);
});
