/** The panel of the developer tools: what pages ask, and why a read misses, which no page is told. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { attempt, read, store } from './support/in-page.mjs';
import { openPanel } from './support/ui.mjs';

/** @typedef {import('playwright-core').Page} Page */

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
const a = await profile.page('a.test');
const b = await profile.page('b.test');
const panel = await openPanel(profile, a);

/** Until the panel listens, nothing is noted. @param {Page} listening @param {Page} page */
async function listens(listening, page) {
  const probe = hashOf(bytesOf('panel probe'));
  while ((await listening.locator('#calls tr').count()) === 0) {
    await read(page, probe);
    await listening.waitForTimeout(100);
  }
  await listening.click('#clear');
}
await listens(panel, a);

/** @param {number} count */
const rows = async (count) => {
  await panel.locator('#calls tr').nth(count - 1).waitFor();
  const texts = await panel.locator('#calls tr').evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
  await panel.click('#clear');
  return texts;
};

test('a write and a read are three calls and one, with their bytes', async () => {
  const bytes = bytesOf('panel write and read');
  succeeded(await store(a, bytes));
  succeeded(await read(a, hashOf(bytes)));
  const calls = await rows(4);
  assert.deepEqual(calls.map(([call, , result]) => [call, result]), [
    ['getFileHandle({create: true})', 'Ready to be written'], ['createWritable()', 'Stored'], ['getFileHandle()', 'Found'], ['getFile()', 'Read'],
  ]);
  assert.equal(bytes.length, 1000);
  assert.deepEqual(calls.map(([, , , size]) => size), ['', '1 kB', '', '1 kB']);
  for (const [, file, , , , from] of calls) assert.deepEqual([file, from?.split(':')[0]], [`${hashOf(bytes).value.slice(0, 12)}…`, 'a.test']);
});

test('a miss says why to the developer and not to the page', async () => {
  const bytes = bytesOf('panel hidden');
  succeeded(await store(b, bytes));
  const hidden = await read(a, hashOf(bytes));
  const absent = await read(a, hashOf(bytesOf('panel absent')));
  assert.deepEqual(hidden.error, absent.error);
  await panel.locator('#calls tr').nth(1).waitFor();
  const reasons = [];
  for (const row of [0, 1]) {
    await panel.locator('#calls tr').nth(row).getByRole('button').click();
    reasons.push(await panel.locator('#details .why p').first().innerText());
  }
  assert.notEqual(reasons[0], reasons[1]);
  assert.match(await panel.locator('#details').innerText(), /The page is not told why/);
  await panel.keyboard.press('Escape');
  assert.equal(await panel.locator('#details').isVisible(), false);
  await panel.click('#clear');
});

test('what the page does wrong, and what it is warned of, is shown', async () => {
  const outcome = await attempt(a, async (hash) => {
    await navigator.crossOriginStorage.getFileHandle(hash, { create: true, origins: '*' });
  }, hashOf(bytesOf('panel unlisted')));
  succeeded(outcome);
  const wrong = await store(a, bytesOf('panel wrong bytes'), undefined, hashOf(bytesOf('panel other bytes')));
  assert.equal(wrong.error?.name, 'DataError');
  await panel.locator('#calls tr').nth(2).waitFor();
  await panel.locator('#calls tr').nth(0).getByRole('button').click();
  assert.match(await panel.locator('#details').innerText(), /is not on the Public Hash List/);
  const calls = await rows(3);
  assert.deepEqual(calls.map(([, , result]) => result), ['Ready to be written', 'Ready to be written', 'DataError']);
});

test('a write that is refused is shown', async () => {
  await panel.click('#clear');
  const outcome = await attempt(a, async (hash) => {
    const handle = await navigator.crossOriginStorage.getFileHandle(hash, { create: true });
    await (await handle.createWritable()).truncate(2 ** 50);
  }, hashOf(bytesOf('panel too large')));
  assert.equal(outcome.error?.name, 'QuotaExceededError');
  const calls = await rows(2);
  assert.deepEqual(calls.map(([, , result]) => result), ['Ready to be written', 'QuotaExceededError']);
});

test('the code of a call does in the console what the page did', async () => {
  const bytes = bytesOf('panel reproduction');
  succeeded(await store(a, bytes));
  succeeded(await read(a, hashOf(bytes)));
  await panel.locator('#calls tr').nth(3).getByRole('button').click();
  const code = await panel.locator('#details pre').innerText();
  const size = await a.evaluate(`(async () => { ${code}\nreturn file.size; })()`);
  assert.equal(size, bytes.length);
  await panel.click('#clear');
});

test('misses alone can be shown', async () => {
  const bytes = bytesOf('panel misses');
  succeeded(await store(a, bytes));
  await read(a, hashOf(bytesOf('panel missing')));
  await panel.locator('#calls tr').nth(2).waitFor();
  await panel.check('#only-misses');
  assert.equal(await panel.locator('#calls tr:visible').count(), 1);
  await panel.uncheck('#only-misses');
  assert.equal(await panel.locator('#calls tr:visible').count(), 3);
  await panel.click('#clear');
});

test('a panel hears its own tab only, and a page hears nothing', async () => {
  await read(b, hashOf(bytesOf('panel elsewhere')));
  await read(a, hashOf(bytesOf('panel here')));
  const calls = await rows(1);
  assert.equal(calls.length, 1);
  assert.match(String(calls[0][5]), /^a\.test/);
});
