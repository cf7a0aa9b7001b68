/** cosFetch where there is no Cross-Origin Storage: in Node.js, against a server of its own. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { createServer } from 'node:http';
import { cosFetch } from '../../packages/cross-origin-storage/cos-fetch.js';
import { createDigest, parseHash } from '../../packages/cross-origin-storage/hashes.js';
import { bytesOf, hashOf } from '../browser/support/bytes.mjs';

const FILE = bytesOf('a file on a server', 300_000);
const server = createServer((req, res) => {
  if (req.url === '/missing') res.writeHead(404).end('No such file');
  else if (req.url === '/broken') res.writeHead(200, { 'content-length': FILE.length }).write(FILE.subarray(0, 1000), () => res.destroy());
  else res.writeHead(200, { 'content-type': 'text/plain', 'content-length': FILE.length }).end(FILE);
});
await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(undefined)); });
after(() => server.close());
const base = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;

const WRONG = 'f'.repeat(64);

test('SHA-256 in pieces is SHA-256', async () => {
  const bytes = bytesOf('any bytes', 400);
  for (let size = 0; size <= bytes.length; size += 1) {
    for (const piece of [1, 7, 64, 129, 400]) {
      const digest = createDigest('SHA-256');
      for (let start = 0; start < size; start += piece) digest.update(/** @type {any} */ (bytes.subarray(start, Math.min(size, start + piece))));
      assert.equal(await digest.digest(), createHash('sha256').update(bytes.subarray(0, size)).digest('hex'), `${size} bytes by ${piece}`);
    }
  }
});

test('the length of a file of more than 512 MiB counts in full', async () => {
  const digest = createDigest('SHA-256');
  const known = createHash('sha256');
  const piece = new Uint8Array(1 << 20);
  for (let index = 0; index < 513; index += 1) {
    digest.update(piece);
    known.update(piece);
  }
  assert.equal(await digest.digest(), known.digest('hex'));
});

test('a hash may be hexadecimal, as the API takes it, or an integrity string', () => {
  for (const algorithm of /** @type {const} */ (['SHA-256', 'SHA-384', 'SHA-512'])) {
    const expected = hashOf(FILE, algorithm);
    const base64 = Buffer.from(expected.value, 'hex').toString('base64');
    const name = algorithm.replace('-', '').toLowerCase();
    assert.deepEqual(parseHash(`${name}-${base64}`), expected);
    assert.deepEqual(parseHash(` ${name}-${Buffer.from(expected.value, 'hex').toString('base64url')}?option `), expected);
    assert.deepEqual(parseHash(/** @type {any} */ (expected)), expected);
    assert.deepEqual(parseHash({ algorithm: /** @type {any} */ (algorithm.toLowerCase()), value: expected.value.toUpperCase() }), expected);
  }
  assert.deepEqual(parseHash(hashOf(FILE).value), hashOf(FILE));
});

test('what is no hash is a TypeError, before anything is fetched', async () => {
  const { value } = hashOf(FILE);
  const malformed = [undefined, null, '', 'x', value.slice(1), `${value}0`, `sha256-${value}`, 'sha256-====', 'sha1-AAAA', `sha256-${'A'.repeat(43)}= sha384-AAAA`,
    {}, { value }, { algorithm: 'SHA-512', value }, { algorithm: 'MD5', value }, { algorithm: 'constructor', value }];
  for (const hash of malformed) {
    await assert.rejects(cosFetch('no url', /** @type {any} */ ({ hash })), { name: 'TypeError', message: /no hash/ });
  }
});

test('without the API a file comes over the network, checked', async () => {
  for (const algorithm of /** @type {const} */ (['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'])) {
    const response = await cosFetch(base, { hash: /** @type {any} */ (hashOf(FILE, algorithm)), contentType: 'application/wasm' });
    assert.deepEqual([response.status, response.headers.get('content-type'), response.headers.get('content-length')],
      [200, 'application/wasm', String(FILE.length)]);
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), FILE);
  }
});

test('bytes of another hash never arrive whole', async () => {
  for (const hash of [WRONG, /** @type {const} */ ({ algorithm: 'SHA-1', value: '0'.repeat(40) })]) {
    const { body } = await cosFetch(base, { hash });
    let arrived = 0;
    await assert.rejects(async () => {
      for await (const bytes of /** @type {any} */ (body)) arrived += bytes.length;
    }, { name: 'DataError' });
    assert.ok(arrived < FILE.length, `${arrived} bytes arrived`);
  }
});

test('who trusts the server gets its bytes unchecked', async () => {
  const response = await cosFetch(base, { hash: WRONG, verify: false });
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), FILE);
});

test('progress is told with each piece, and why nothing was stored', async () => {
  /** @type {any[]} */
  const seen = [];
  const reasons = /** @type {any[]} */ ([]);
  const response = await cosFetch(base, {
    hash: hashOf(FILE).value, onprogress: (event) => seen.push(event), onstored: (error) => reasons.push(error) });
  await response.arrayBuffer();
  assert.deepEqual(reasons.map(({ name }) => name), ['NotSupportedError']);
  assert.deepEqual(seen.at(-1), { source: 'network', loaded: FILE.length, total: FILE.length });
  assert.deepEqual(seen.map(({ loaded }) => loaded), seen.map(({ loaded }) => loaded).toSorted((one, other) => one - other));
});

test('an error page is handed over as it is', async () => {
  const response = await cosFetch(`${base}/missing`, { hash: WRONG });
  assert.deepEqual([response.status, await response.text()], [404, 'No such file']);
});

test('a broken connection breaks the body', async () => {
  const response = await cosFetch(`${base}/broken`, { hash: hashOf(FILE).value });
  await assert.rejects(response.arrayBuffer());
});

test('an aborted signal rejects with its reason, before and while the body arrives', async () => {
  const reason = new Error('enough');
  await assert.rejects(cosFetch(base, { hash: WRONG, signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const response = await cosFetch(base, { hash: hashOf(FILE).value, signal: controller.signal });
  const reader = /** @type {ReadableStream} */ (response.body).getReader();
  await reader.read();
  controller.abort(reason);
  await assert.rejects(async () => { while (!(await reader.read()).done); }, reason);
});

test('a body that is cancelled ends the download', async () => {
  const response = await cosFetch(base, { hash: hashOf(FILE).value });
  const reader = /** @type {ReadableStream} */ (response.body).getReader();
  await reader.read();
  await reader.cancel();
  assert.equal((await reader.read()).done, true);
});

test('a total that the file has passed is told no more: of another origin nobody says that it came compressed', async (t) => {
  t.mock.method(globalThis, 'fetch', async () => new Response(new Blob([FILE.slice()]), { headers: { 'content-length': '1000' } }));
  /** @type {import('../../packages/cross-origin-storage/cos-fetch.d.ts').CosFetchProgress[]} */
  const seen = [];
  const response = await cosFetch('https://cdn.example/file', { hash: hashOf(FILE).value, onprogress: (progress) => seen.push(progress) });
  await response.arrayBuffer();
  assert.deepEqual(seen.map(({ total }) => total), seen.map(({ loaded }) => (loaded > 1000 ? undefined : 1000)));
  assert.equal(seen.at(-1)?.total, undefined);
});

test('bytes of another hash never arrive whole, whatever status the server gives them; a part that was asked for does', async (t) => {
  for (const status of [201, 203, 206]) {
    t.mock.method(globalThis, 'fetch', async () => new Response(new Blob([FILE.slice()]), { status }));
    const wrong = await cosFetch('https://cdn.example/file', { hash: '7'.repeat(64) });
    await assert.rejects(wrong.arrayBuffer(), `${status}`);
    const right = await cosFetch('https://cdn.example/file', { hash: hashOf(FILE).value });
    assert.equal((await right.arrayBuffer()).byteLength, FILE.length);
  }
  const part = { hash: '7'.repeat(64), headers: { range: 'bytes=0-9' } };
  for (const ask of [() => cosFetch('https://cdn.example/file', part), () => cosFetch(new Request('https://cdn.example/file', part), { hash: part.hash })]) {
    assert.equal((await (await ask()).arrayBuffer()).byteLength, FILE.length);
  }
});

test('an answer without a body is taken for an empty file, and for no other', async (t) => {
  t.mock.method(globalThis, 'fetch', async () => new Response(null, { status: 204 }));
  await assert.rejects(cosFetch('https://cdn.example/file', { hash: hashOf(FILE).value }), { name: 'DataError' });
  assert.equal((await cosFetch('https://cdn.example/file', { hash: hashOf(FILE).value, verify: false })).status, 204);
  assert.equal((await cosFetch('https://cdn.example/file', { hash: hashOf(new Uint8Array()).value })).status, 204);
});
