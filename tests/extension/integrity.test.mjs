/** Integrity metadata as hashes. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { ASKS_FOR_HASH } from '../../extension/content/declaration.js';
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
  for (const order of [[one, weak, two], [weak, one, two], [one, two, weak]]) {
    assert.deepEqual(hashesOf(order.map(({ token }) => token).join(' ')), [one.hash, two.hash]);
  }
});

test('what is no digest asks for nothing', () => {
  const { token } = digestOf('sha256', randomBytes(8));
  for (const text of ['', ' ', 'sha256-', 'sha1-AAAA', token.slice(0, -3), `${token.slice(0, 20)}!${token.slice(21)}`, token.replace('-', ''), `x${token}`]) {
    assert.deepEqual(hashesOf(text), [], text);
  }
});

test('the content script sees that metadata asks for a hash where there is one, and nowhere else', () => {
  const tokens = ['sha256', 'sha384', 'sha512'].map((algorithm) => digestOf(algorithm, randomBytes(8)).token);
  const texts = tokens.flatMap((token) => [
    token, ` \n${token.toUpperCase().slice(0, 3)}${token.slice(3)}?option`, `sha1-x\t${token}`, `${token}==`, token.replace(/=+$/, ''), `x${token}`, `${token}x`,
    token.replace('-', ''), token.slice(0, -5), `${token}\u00a0`, `\v${token}`, token.replaceAll(/[+/]/g, '_'), `ſ${token.slice(1)}`, `${token.slice(0, 20)}!${token.slice(21)}`,
    `${token.slice(0, -1)}A`, `${token.replace(/=*$/, '=')}A`, `?${token}`, `${token},${token}`,
  ]);
  for (const text of ['', ' ', 'sha256-', ...texts]) assert.equal(ASKS_FOR_HASH.test(text), hashesOf(text).length > 0, text);
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
