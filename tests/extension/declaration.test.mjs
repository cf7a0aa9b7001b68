/** What the element of a script or style sheet declares. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declarationOf, isDeclared } from '../../extension/content/declaration.js';

const INTEGRITY = `sha256-${'A'.repeat(43)}=`;

/** @param {Record<string, string>} attributes @returns {any} an element, as far as it is asked */
const elementWith = (attributes) => ({ hasAttribute: (/** @type {string} */ name) => name in attributes, getAttribute: (/** @type {string} */ name) => attributes[name] ?? null });

test('an element is declared by the attribute, an address, and integrity that asks for a hash, all three', () => {
  const all = { crossoriginstorage: '', src: '/x', integrity: INTEGRITY };
  assert.equal(isDeclared(elementWith(all), 'src'), true);
  for (const missing of Object.keys(all)) {
    const { [missing]: _, ...rest } = /** @type {Record<string, string>} */ (all);
    assert.equal(isDeclared(elementWith(rest), 'src'), false, missing);
  }
  assert.equal(isDeclared(elementWith({ ...all, integrity: 'sha256-x' }), 'src'), false);
});

test('an element’s request has credentials where its crossorigin says so, in any case', () => {
  const asks = (/** @type {Record<string, string>} */ attributes) => declarationOf(elementWith({ integrity: INTEGRITY, ...attributes }), 'https://a.test/x').withCredentials;
  assert.deepEqual(['use-credentials', 'Use-Credentials', 'anonymous', ''].map((crossorigin) => asks({ crossorigin })), [true, true, false, false]);
  assert.equal(asks({}), false);
});
