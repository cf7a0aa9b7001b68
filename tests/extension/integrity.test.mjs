/** Integrity metadata as hashes. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { hashesOf } from '../../extension/shared/integrity.js';

/** @param {string} algorithm @param {Uint8Array} bytes @param {BufferEncoding} [encoding] */
function digestOf(algorithm, bytes, encoding = 'base64') {
  const digest = createHash(algorithm).update(bytes).digest();
  return { token: `${algorithm}-${digest.toString(encoding)}`, hash: { algorithm: algorithm.replace('sha', 'SHA-'), value: digest.toString('hex') } };
}

test('every digest means the bytes that its base64 stands for', () => {
  for (const algorithm of ['sha256', 'sha384', 'sha512']) {
    for (let round = 0; round < 200; round += 1) {
      const { token, hash } = digestOf(algorithm, randomBytes(8), round % 2 === 0 ? 'base64' : 'base64url');
      assert.deepEqual(hashesOf(token), [hash]);
      assert.deepEqual(hashesOf(` \n${token.replace('sha', 'SHA')}?option \t`), [hash]);
    }
  }
});

test('all digests of the strongest algorithm count, and no weaker one', () => {
  const [weak, one, two] = [digestOf('sha256', randomBytes(8)), digestOf('sha384', randomBytes(8)), digestOf('sha384', randomBytes(8))];
  assert.deepEqual(hashesOf([one, weak, two].map(({ token }) => token).join(' ')), [one.hash, two.hash]);
});

test('what is no digest asks for nothing', () => {
  const { token } = digestOf('sha256', randomBytes(8));
  for (const text of ['', ' ', 'sha256-', 'sha1-AAAA', token.slice(0, -3), `${token.slice(0, 20)}!${token.slice(21)}`, token.replace('-', ''), `x${token}`]) {
    assert.deepEqual(hashesOf(text), [], text);
  }
});

test('a page that changed the prototypes of strings and arrays changes nothing', () => {
  const { token, hash } = digestOf('sha512', randomBytes(8));
  const setter = Object.getOwnPropertyDescriptor(Array.prototype, '0');
  Object.defineProperty(Array.prototype, '0', { set() { throw new Error('seen'); }, configurable: true });
  try {
    const [{ value }] = [...hashesOf(token)];
    assert.equal(value, hash.value);
  } finally {
    if (setter === undefined) delete Array.prototype[0];
  }
});
