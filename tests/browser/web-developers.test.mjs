/** docs/web-developers.md: each of its blocks does in a page what it says. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ROOT } from '../../scripts/lib/build.mjs';
import { openWorld } from './support/fixture.mjs';

const text = readFileSync(join(ROOT, 'docs/web-developers.md'), 'utf8');
const blocks = [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map((match) => match[1]);

/** What a block takes for granted; console.assert() throws, so that a block cannot be wrong in silence. */
const GIVEN = `
  const model = new TextEncoder().encode('the bytes of a model').buffer;
  const hexOf = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  console.assert = (holds) => { if (!holds) throw new Error('a console.assert() does not hold'); };
`;

test('each block of docs/web-developers.md runs in a page', async () => {
  assert.ok(blocks.length >= 6);
  const world = await openWorld({});
  after(() => world.close());
  const profile = await world.launch();
  const page = await profile.page('a.test');
  for (const block of blocks) {
    const failed = await page.evaluate(`(async () => { ${GIVEN} ${block} })().then(() => '', String)`);
    assert.equal(failed, '', block);
  }
});
