/** What one document is answered over its port, and what is left of it when it has gone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DocumentSession } from '../../extension/background/broker.js';
import { HandleRegistry } from '../../extension/background/handle-registry.js';
import { HostUnavailable, hostErrorLike } from '../../extension/background/host-errors.js';
import './support/with-resolvers.mjs';

const A = 'https://a.test';
const B = 'https://b.test';
const HASH = { algorithm: 'SHA-256', value: 'ab'.repeat(32) };

/** What was begun without being waited for has been done. */
const settled = () => new Promise((resolve) => { setTimeout(resolve, 5); });

/**
 * The session of a page on A, or of a frame of B in it.
 * @param {{frame?: boolean, off?: string[], request?: (cmd: string, fields: any) => Promise<any>, known?: boolean, workers?: boolean, front?: string, script?: Promise<string>}} [world]
 *   `off`: origins of the pages on which the user has switched the store off; `front`: the document that the tab shows
 */
function open({ frame = false, off = [], request = async () => ({ found: true, handle: 'h', size: 1 }), known = true, workers = true, front = 'page', script = Promise.resolve('script') } = {}) {
  const page = { documentId: 'page', url: `${A}/`, frameType: 'outermost_frame' };
  const inner = { documentId: 'frame', url: `${B}/`, frameType: 'sub_frame', parentDocumentId: 'page' };
  const self = frame ? inner : page;
  const embedding = { allow: 'cross-origin-storage', source: B, origin: A, framed: true };
  Object.assign(globalThis, {
    chrome: {
      runtime: { lastError: undefined, getURL: (/** @type {string} */ path) => path },
      webNavigation: { getFrame: async (/** @type {any} */ { documentId }) => [page, inner].find((known) => known.documentId === documentId) ?? null },
      scripting: { executeScript: async (/** @type {any} */ { func }) => [{ result: String(func).includes('seen') ? embedding : undefined }] },
    },
    fetch: async () => ({ text: () => script }),
  });
  /** @type {((message: any) => void)[]} */
  const messages = [];
  /** @type {(() => void)[]} */
  const ends = [];
  /** @type {any[]} */
  const replies = [];
  const port = {
    onMessage: { addListener: (/** @type {any} */ listener) => messages.push(listener) },
    onDisconnect: { addListener: (/** @type {any} */ listener) => ends.push(listener) },
    postMessage: (/** @type {any} */ reply) => replies.push(reply),
  };
  /** @type {any[]} */
  const told = [];
  /** @type {any[]} */
  const considered = [];
  const watched = new Set();
  const nothing = async () => {};
  const services = {
    host: { generation: 1, request, tell: (/** @type {string} */ cmd, /** @type {any} */ fields) => told.push([cmd, fields]), retain() {}, release: () => told.push('host released') },
    bytes: { read: nothing, write: nothing },
    records: { get: async () => (known ? { inherited: null, seen: true, policy: null, ceiling: null, workers, markup: { scripts: true, styles: true, trusted: null }, url: self.url } : undefined) },
    // Without the while that a partition lingers.
    registry: Object.assign(new HandleRegistry(), { leave() {} }),
    ceilings: { watch: (/** @type {any} */ watcher) => watched.add(watcher), forget: (/** @type {any} */ watcher) => watched.delete(watcher), of: () => null },
    tally: { noteVerdict: nothing, noteFound: nothing, noteRead: nothing, noteStored: nothing },
    calls: { isWatched: () => false },
    sites: { isOff: async (/** @type {string} */ origin) => off.includes(origin) },
    refusals: { note: nothing, settle: nothing },
    fronts: { of: async () => front },
    signs: { consider: async (/** @type {number} */ tab) => void considered.push(tab) },
  };
  const identity = { origin: frame ? B : A, url: self.url, documentId: self.documentId, frameId: frame ? 1 : 0, tabId: 7 };
  void new DocumentSession(/** @type {any} */ (port), identity, /** @type {any} */ (services));
  let calls = 0;
  /** @param {object} message */
  const send = (message) => {
    calls += 1;
    for (const listener of messages) listener({ active: false, message: { call: calls, ...message } });
  };
  /** @param {object} message @returns {Promise<any>} the last answer by then */
  const ask = async (message) => {
    send(message);
    await settled();
    return replies.at(-1);
  };
  const leave = () => { for (const end of ends) end(); };
  return { ask, send, leave, replies, told, considered, watched };
}

test('what the user has switched off is a page with all its frames, and no frame of the site elsewhere', async () => {
  const allowed = async (/** @type {Parameters<typeof open>} */ ...world) => (await open(...world).ask({ op: 'permission' })).allowed;
  assert.deepEqual([await allowed(), await allowed({ frame: true })], [true, true]);
  assert.deepEqual([await allowed({ off: [A] }), await allowed({ frame: true, off: [A] })], [false, false]);
  assert.deepEqual([await allowed({ off: [B] }), await allowed({ frame: true, off: [B] })], [true, true]);
});

test('a document that may not use the API is refused whatever it asks for', async () => {
  const { ask } = open({ off: [A] });
  for (const message of [{ op: 'find', hash: HASH }, { op: 'create', hash: HASH }, { op: 'write.close', session: 'ab'.repeat(16) }]) {
    assert.equal((await ask(message)).error.name, 'NotAllowedError', message.op);
  }
});

test('who has an answer has had the script for workers before it, however long that takes', async () => {
  /** @type {(text: string) => void} */
  let arrive = () => {};
  const { send, replies } = open({ script: new Promise((resolve) => { arrive = resolve; }) });
  send({ op: 'workers' });
  send({ op: 'permission' });
  await settled();
  assert.deepEqual(replies, []);
  arrive('script');
  await settled();
  assert.deepEqual(replies.map(({ source, allowed }) => source ?? allowed), ['script', true]);
});

test('scripts of a document of which nothing is known do not come from the store', async () => {
  const reply = await open({ known: false }).ask({ op: 'markup' });
  assert.deepEqual(reply, { call: 1, ok: true, scripts: false, styles: false, trusted: null });
});

test('a handle that is found when its document has gone is released', async () => {
  /** @type {(reply: any) => void} */
  let answer = () => {};
  const { send, leave, replies, told } = open({ request: () => new Promise((resolve) => { answer = resolve; }) });
  send({ op: 'find', hash: HASH });
  await settled();
  leave();
  await settled();
  answer({ found: true, handle: 'late', size: 1 });
  await settled();
  assert.deepEqual(told, ['host released', ['release', { handles: ['late'], sessions: [] }]]);
  assert.deepEqual(replies, []);
});

test('nobody listens for the responses of a document that has gone', async () => {
  const { ask, leave, watched } = open();
  assert.equal((await ask({ op: 'watch' })).ok, true);
  assert.equal(watched.size, 1);
  leave();
  await settled();
  assert.equal(watched.size, 0);
});

test('what was refused to another page than the tab shows is not considered for the sign on the button', async () => {
  const request = async () => ({ found: false });
  const inFront = open({ request });
  assert.equal((await inFront.ask({ op: 'find', hash: HASH })).error.name, 'NotFoundError');
  const prerendered = open({ request, front: 'other' });
  assert.equal((await prerendered.ask({ op: 'find', hash: HASH })).error.name, 'NotFoundError');
  assert.deepEqual([inFront.considered, prerendered.considered], [[7], []]);
});

test('a host that is out of reach, or in trouble, is an empty store; what it refuses is told', async () => {
  const missed = async (/** @type {Error} */ error) => (await open({ request: async () => { throw error; } }).ask({ op: 'find', hash: HASH })).error.name;
  assert.equal(await missed(new HostUnavailable('missing')), 'NotFoundError');
  assert.equal(await missed(hostErrorLike('UnknownError', 'The disk is full.')), 'NotFoundError');
  assert.equal(await missed(hostErrorLike('QuotaExceededError', 'Too many.')), 'QuotaExceededError');
  assert.equal(await missed(hostErrorLike('NotAllowedError', 'No.')), 'NotAllowedError');
});

test('a handle is a miss when the host goes before it is read, and swallows what is written through it', async () => {
  let gone = false;
  const { ask } = open({
    request: async () => {
      if (gone) throw new HostUnavailable('broken');
      return { found: true, handle: 'h', size: 1 };
    },
  });
  const found = (await ask({ op: 'find', hash: HASH })).handle;
  const created = (await ask({ op: 'create', hash: HASH })).handle;
  gone = true;
  assert.equal((await ask({ op: 'open', handle: { id: 'ef'.repeat(16), hash: HASH, created: false } })).error.name, 'NotFoundError');
  assert.match(found, /^[0-9a-f]{32}$/);
  const { ok, session } = await ask({ op: 'write.open', handle: { id: created, hash: HASH, created: true } });
  assert.equal(ok, true);
  assert.equal((await ask({ op: 'write', session, position: 0, data: new Blob(['x']) })).ok, true);
  assert.equal((await ask({ op: 'write.close', session })).ok, false);
});
