/** How the background asks a page in which way it embeds a frame. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { askForEmbedding } from '../../extension/background/embedding.js';
import { EMBEDDING_MS } from '../../extension/shared/names.js';
import './support/with-resolvers.mjs';

const ANSWER = { allow: null, source: 'https://b.test', origin: 'https://a.test', framed: true };

/** @param {(documentId: string, args: string[] | undefined) => Promise<any>} run what a document does with a script */
const withDocuments = (run) => Object.assign(globalThis, {
  chrome: { scripting: { executeScript: async (/** @type {any} */ { target, args }) => [{ result: await run(target.documentIds[0], args) }] } },
});

test('the frame is told the nonce when the page around it expects it, and each question has another', async () => {
  /** @type {string[]} */
  const done = [];
  /** @type {Set<string>} */
  const nonces = new Set();
  withDocuments(async (documentId, args) => {
    // The page around the frame is the slower one.
    for (let turns = documentId === 'parent' ? 3 : 1; turns > 0; turns -= 1) await new Promise((resolve) => { setImmediate(resolve); });
    if (args !== undefined) nonces.add(args[0].slice(-32));
    done.push(`${documentId}${args === undefined ? '' : ' has the nonce'}`);
    return ANSWER;
  });
  assert.deepEqual(await askForEmbedding(1, 'parent', 'child'), ANSWER);
  assert.deepEqual(done, ['parent', 'parent has the nonce', 'child has the nonce', 'parent has the nonce']);
  assert.equal(nonces.size, 1);
  await askForEmbedding(1, 'parent', 'child');
  assert.equal(nonces.size, 2);
});

test('a document that does not answer in time, or at all, says nothing', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  withDocuments(() => new Promise(() => {}));
  const asked = askForEmbedding(1, 'parent', 'child');
  mock.timers.tick(EMBEDDING_MS);
  assert.equal(await asked, undefined);
  mock.timers.reset();
  for (const broken of ['parent', 'child']) {
    withDocuments(async (documentId) => {
      if (documentId === broken) throw new Error('It has gone.');
      return ANSWER;
    });
    assert.equal(await askForEmbedding(1, 'parent', 'child'), undefined);
  }
});
