/** What web developers copy, from docs/web-developers.md and README.md, does in a page what it says. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../scripts/lib/build.mjs';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { eventually } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { read } from './support/in-page.mjs';

/** @param {string} file @returns {string[]} */
const blocksOf = (file) => [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```js\n([\s\S]*?)^```$/gm)].map((match) => match[1]);
const blocks = blocksOf('docs/web-developers.md');
const [bare, withHelper] = blocksOf('README.md');

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
const plain = await world.launch('plain', { extension: false, host: 'missing' });
for (const name of ['cos-fetch.js', 'hashes.js', 'store-copy.js']) {
  world.sites.place(`/package/${name}`, 'text/javascript', readFileSync(join(ROOT, 'packages/cross-origin-storage', name)));
}

/** What a block takes for granted; console.assert() throws, so that a block cannot be wrong in silence. */
const GIVEN = `
  const model = new TextEncoder().encode('the bytes of a model').buffer;
  const hexOf = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  console.assert = (holds) => { if (!holds) throw new Error('a console.assert() does not hold'); };
`;

test('each block of docs/web-developers.md runs in a page', async () => {
  assert.ok(blocks.length >= 6);
  const page = await profile.page('a.test');
  for (const block of blocks) {
    const failed = await page.evaluate(`(async () => { ${GIVEN} ${block} })().then(() => '', String)`);
    assert.equal(failed, '', block);
  }
});

/**
 * Runs a block of README.md for a file of ours.
 * @param {import('playwright-core').Page} page
 * @param {string} block
 * @param {Uint8Array} bytes
 * @param {{path?: string, failing?: boolean}} [options] `failing`: the page cannot use the file
 * @returns {Promise<{used: number[], error: string, requests: number}>}
 */
async function run(page, block, bytes, { path = world.sites.file(bytes), failing = false } = {}) {
  const code = block.replace(/value: '[0-9a-f]{64}'/, `value: '${hashOf(bytes).value}'`);
  const outcome = await page.evaluate(`(async () => {
    const url = ${JSON.stringify(path)};
    ${block === withHelper ? `const { cosFetch } = await import('/package/cos-fetch.js'); const hash = { value: '${hashOf(bytes).value}' };` : ''}
    const used = [];
    const use = (blob) => { used.push(blob.size); if (${failing}) throw new Error('not usable'); };
    let error = '';
    try { ${code} } catch (reason) { error = String(reason); }
    return { used, error };
  })()`);
  return { .../** @type {any} */ (outcome), requests: world.server.traffic.requests({ path }) };
}

for (const [name, block] of Object.entries({ 'the API': bare, cosFetch: withHelper })) {
  test(`README, with ${name}: what was downloaded is used once, stored, and then found`, async () => {
    const bytes = bytesOf(`readme ${name}`, 5000);
    const page = await profile.page('a.test');
    const path = world.sites.file(bytes);
    assert.deepEqual(await run(page, block, bytes, { path }), { used: [5000], error: '', requests: 1 });
    await eventually(async () => (await read(page, hashOf(bytes))).error === undefined, 'the file is stored');
    assert.deepEqual(await run(page, block, bytes, { path }), { used: [5000], error: '', requests: 1 });
    assert.deepEqual(await run(page, block, bytes, { path, failing: true }), { used: [5000], error: 'Error: not usable', requests: 1 });
  });

  test(`README, with ${name}: what was downloaded is used without the API, and where it is forbidden`, async () => {
    assert.deepEqual(await run(await plain.page('a.test'), block, bytesOf(`readme plain ${name}`, 5000)), { used: [5000], error: '', requests: 1 });
    const page = await profile.openDocument('a.test', { headers: { 'permissions-policy': 'cross-origin-storage=()' } });
    assert.deepEqual(await run(page, block, bytesOf(`readme forbidden ${name}`, 5000)), { used: [5000], error: '', requests: 1 });
    await page.close();
  });

  test(`README, with ${name}: an error page is not used as the file`, async () => {
    const { used, error } = await run(await profile.page('a.test'), block, bytesOf(`readme 404 ${name}`, 5000), { path: '/no/such/file' });
    assert.deepEqual(used, []);
    assert.match(error, /404/);
  });
}

test('README: what was downloaded is used when the store takes no more', async () => {
  await world.cos('config', 'set', 'write.limit', '1MiB');
  try {
    const page = await profile.open('a.test');
    await sleep(1500);
    assert.deepEqual(await run(page, bare, bytesOf('readme too large', 2 << 20)), { used: [2 << 20], error: '', requests: 1 });
  } finally {
    await world.cos('config', 'set', 'write.limit', '16GiB');
  }
});
