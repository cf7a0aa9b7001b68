/** Who may use the API, by what the browser says of a document and of those around it; what pages answer is looked at closely. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeDocument } from '../../extension/background/document-policy.js';
import { parseHeader } from '../../extension/background/permissions-policy.js';
import './support/with-resolvers.mjs';

const A = 'https://a.test';
const B = 'https://b.test';

/** @typedef {{origin?: string, url?: string, header?: string, seen?: boolean, crowded?: boolean, workers?: boolean, ceiling?: string, inherited?: any, unknown?: boolean, frameType?: string, embedding?: unknown}} Document */

/**
 * The verdict on the last of some documents, each of which is a frame of the one before. The browser knows them all and has
 * seen their responses, unless it is said otherwise; `embedding` is what the document around it answers.
 * @param {Document[]} chain
 * @param {Partial<import('../../extension/background/identity.js').Identity>} [identity]
 */
function judge(chain, identity = {}) {
  const idOf = (/** @type {number} */ index) => `d${index}`;
  const parentOf = (/** @type {number} */ index) => (index === 0 ? null : idOf(index - 1));
  const urlOf = (/** @type {Document} */ { origin, url }) => url ?? `${origin ?? A}/`;
  const indexOf = (/** @type {string} */ id) => Number(id.slice(1));
  const records = {
    get: async (/** @type {string} */ id) => {
      const index = indexOf(id);
      const document = chain[index];
      const { header = null, seen = true, crowded, ceiling = null, inherited = null, unknown = false, workers } = document;
      if (unknown) return undefined;
      return { tabId: 1, url: urlOf(document), parentDocumentId: parentOf(index), inherited, seen, policy: parseHeader(header), ceiling, crowded, workers };
    },
  };
  /** @type {any} */ (globalThis).chrome = {
    webNavigation: {
      getFrame: async (/** @type {{documentId: string}} */ { documentId }) => {
        const index = indexOf(documentId);
        if (chain[index].frameType === 'unknown') return null;
        return { frameType: index === 0 ? 'outermost_frame' : 'sub_frame', parentDocumentId: parentOf(index) ?? undefined, url: urlOf(chain[index]), ...(chain[index].frameType && { frameType: chain[index].frameType }) };
      },
    },
    scripting: {
      executeScript: async (/** @type {any} */ { target, func }) => {
        const index = indexOf(target.documentIds[0]);
        const child = chain[index + 1];
        if (func === undefined || child === undefined || !String(func).includes('seen')) return [{ result: undefined }];
        const { origin = A, embedding = { allow: 'cross-origin-storage', source: origin, origin: chain[index].origin ?? A, framed: true } } = child;
        return [{ result: embedding }];
      },
    },
  };
  const last = chain.length - 1;
  return judgeDocument(/** @type {any} */ (records), {
    origin: chain[last].origin ?? A, url: urlOf(chain[last]), documentId: idOf(last), frameId: last, tabId: 1, ...identity,
  });
}

/** @param {Parameters<typeof judge>} asked */
const isAllowed = async (...asked) => (await judge(...asked)).allowed;

test('a page may use the API, and so may a frame that it allows that', async () => {
  assert.deepEqual(await judge([{}]), { allowed: true, topLevelOrigin: A, ceiling: null, workers: false });
  assert.deepEqual(await judge([{}, { origin: B, ceiling: 'https://c.test', workers: true }]), { allowed: true, topLevelOrigin: A, ceiling: 'https://c.test', workers: true });
});

test('what is not trustworthy itself, or within what is not, may not', async () => {
  assert.equal(await isAllowed([{ origin: 'http://a.test' }]), false);
  assert.equal(await isAllowed([{ origin: 'null', url: 'https://a.test/' }]), false);
  assert.equal(await isAllowed([{ origin: 'http://a.test' }, { origin: B }]), false);
  assert.equal(await isAllowed([{}, { origin: 'http://b.test' }, { origin: A }]), false);
});

test('a document that the browser does not tell of may only be the page of its tab', async () => {
  const unknown = { frameType: 'unknown', unknown: true };
  assert.equal(await isAllowed([unknown]), true);
  assert.equal(await isAllowed([unknown], { frameId: 3 }), false);
  assert.equal(await isAllowed([{}, { ...unknown }], { frameId: 1 }), false);
  assert.equal(await isAllowed([unknown, {}]), false, 'of a frame all must be known that are around it');
});

test('a fenced frame, and a frame of which the browser names nothing around it, may not', async () => {
  assert.equal(await isAllowed([{ frameType: 'fenced_frame' }], { frameId: 3 }), false);
  assert.equal(await isAllowed([{}, { frameType: 'fenced_frame' }]), false);
  assert.equal(await isAllowed([{ frameType: 'sub_frame' }], { frameId: 3 }), false);
});

test('frames are followed through thirty-two documents, and no further', async () => {
  const chain = (/** @type {number} */ length) => Array.from({ length }, () => ({}));
  assert.deepEqual([await isAllowed(chain(32)), await isAllowed(chain(33))], [true, false]);
});

test('a document whose response was not seen is in the way of frames of other origins only', async () => {
  assert.equal(await isAllowed([{ seen: false }]), true);
  assert.equal(await isAllowed([{ seen: false }, {}]), true);
  assert.equal(await isAllowed([{ seen: false }, { origin: B }]), false);
  assert.equal(await isAllowed([{}, { origin: B, seen: false }]), false);
  assert.equal(await isAllowed([{}, { origin: B, seen: false }, {}]), false);
  assert.equal(await isAllowed([{ unknown: true }, { origin: B }]), false);
});

test('in a page whose frames were too many to know, a frame that is not known may not', async () => {
  assert.equal(await isAllowed([{ crowded: true }, { unknown: true }]), false);
  assert.equal(await isAllowed([{ crowded: true }, {}]), true);
  assert.equal(await isAllowed([{}, { unknown: true }]), true);
  assert.equal(await isAllowed([{ crowded: true }, { unknown: true, url: 'about:blank' }]), true, 'it has no response that could have forbidden it');
});

test('a frame of another origin may not where the page around it gives no answer, or none of the right form', async () => {
  const right = { allow: 'cross-origin-storage *', source: B, origin: A, framed: true };
  assert.equal(await isAllowed([{}, { origin: B, embedding: right }]), true);
  for (const embedding of [null, 'yes', { ...right, framed: false }, { ...right, framed: 1 }, { ...right, allow: ['cross-origin-storage *'] }, { ...right, source: 1 }, { ...right, origin: null }]) {
    assert.equal(await isAllowed([{}, { origin: B, embedding }]), false, JSON.stringify(embedding));
  }
});

test('a sandboxed document in between is of no origin, whatever its address is', async () => {
  const inner = { allow: 'cross-origin-storage', source: A, origin: 'null', framed: true };
  const sandboxed = { embedding: { allow: null, source: 'null', origin: A, framed: true } };
  assert.equal(await isAllowed([{}, sandboxed, { embedding: inner }]), false);
});

test('an empty page takes policy and ceiling over from who made it, if it has the same origin', async () => {
  const inherited = { origin: A, policy: parseHeader('cross-origin-storage=()'), ceiling: 'https://c.test' };
  assert.equal(await isAllowed([{ url: 'about:blank', inherited }]), false);
  assert.equal(await isAllowed([{ url: 'about:blank', inherited: { ...inherited, origin: B } }]), true);
  assert.deepEqual(await judge([{ url: 'about:blank', inherited: { ...inherited, policy: null } }]), { allowed: true, topLevelOrigin: A, ceiling: 'https://c.test', workers: false });
  assert.deepEqual(await judge([{ url: 'about:blank', inherited: { ...inherited, origin: B } }]), { allowed: true, topLevelOrigin: A, ceiling: null, workers: false });
});

test('the ceiling is that of the nearest response of the same origin', async () => {
  const blank = { url: 'about:blank', seen: false };
  const ceilingOf = async (/** @type {Document[]} */ ...chain) => /** @type {any} */ (await judge(chain)).ceiling;
  assert.equal(await ceilingOf({ ceiling: 'https://c.test' }, { ceiling: 'https://d.test' }, blank), 'https://d.test');
  assert.equal(await ceilingOf({ ceiling: 'https://c.test' }, blank), 'https://c.test');
  assert.equal(await ceilingOf({ ceiling: 'https://c.test' }, { origin: B, ceiling: undefined }), null);
});
