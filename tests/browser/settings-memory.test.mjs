/** The settings page keeps what its user did: the place of who uses the keyboard, a deletion, and an error as long as it holds. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { eventually, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { store } from './support/in-page.mjs';
import { killBrowser } from './support/kill.mjs';
import { openSettings, rowOf } from './support/ui.mjs';

const [world, single] = await Promise.all([openWorld(), openWorld()]);
after(() => Promise.all([world.close(), single.close()]));
const [profile, own] = await Promise.all([world.launch(), single.launch()]);
const a = await profile.page('a.test');

/** @param {import('playwright-core').Page} page */
const focused = (page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName);

test('who undoes by the keyboard is in the list again', async () => {
  const bytes = bytesOf('undo focus');
  succeeded(await store(a, bytes));
  const page = await openSettings(profile);
  await rowOf(page, hashOf(bytes).value).click();
  await page.locator('#entry-delete').focus();
  await page.keyboard.press('Enter');
  await page.locator('.toast button').focus();
  await page.keyboard.press('Enter');
  await rowOf(page, hashOf(bytes).value).waitFor();
  assert.equal(await focused(page), 'entries');
  await page.close();
});

test('who deletes the only file by the keyboard, and undoes it, keeps a place on the page', async () => {
  const bytes = bytesOf('the only file');
  succeeded(await store(await own.page('a.test'), bytes));
  const page = await openSettings(own);
  await rowOf(page, hashOf(bytes).value).waitFor();
  await page.locator('#entries').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Delete');
  await page.locator('.toast').waitFor();
  assert.equal(await focused(page), 'entries-none');
  await page.keyboard.press('Control+z');
  await rowOf(page, hashOf(bytes).value).waitFor();
  assert.equal(await focused(page), 'entries');
  await page.close();
});

test('a toast with the focus stays when the pointer leaves it', async () => {
  const bytes = bytesOf('toast stays');
  succeeded(await store(a, bytes));
  const page = await openSettings(profile);
  await rowOf(page, hashOf(bytes).value).click();
  await page.click('#entry-delete');
  await page.locator('.toast button').focus();
  await page.hover('.toast');
  await page.mouse.move(1, 1);
  await sleep(9500);
  assert.equal(await page.locator('.toast').count(), 1);
  await page.locator('#search').focus();
  await page.locator('.toast').waitFor({ state: 'detached' });
  await page.close();
});

test('an error of the page goes when what failed has succeeded', async () => {
  const bytes = bytesOf('page error');
  succeeded(await store(a, bytes));
  const page = await openSettings(profile);
  // One question that fails, as any does while a host ends.
  await page.evaluate(() => {
    const { sendMessage } = chrome.runtime;
    /** @type {any} */ (chrome.runtime).sendMessage = (/** @type {any} */ question) => (question.cmd === 'entries'
      ? Promise.resolve({ ok: false, error: { name: 'StoreError', code: 'busy', message: 'Busy.', mend: '' } }) : /** @type {any} */ (sendMessage).call(chrome.runtime, question));
    Object.assign(window, { again: () => { /** @type {any} */ (chrome.runtime).sendMessage = sendMessage.bind(chrome.runtime); } });
  });
  await page.selectOption('#order', { index: 1 });
  await page.locator('#page-error', { hasText: /./ }).waitFor();
  await page.evaluate(() => /** @type {any} */ (window).again());
  await page.selectOption('#order', { index: 0 });
  await rowOf(page, hashOf(bytes).value).waitFor();
  await page.locator('#page-error', { hasText: /^$/ }).waitFor({ state: 'attached' });
  await page.close();
});

test('a deletion that waits when the browser is killed happens when it is started again', async () => {
  const killed = await world.launch('killed');
  const bytes = bytesOf('settings killed');
  const hash = hashOf(bytes).value;
  succeeded(await store(await killed.page('a.test'), bytes));
  const isStored = async () => (await world.cos('ls', '--json')).includes(hash);
  const page = await openSettings(killed);
  await rowOf(page, hash).click();
  await page.click('#entry-delete');
  await page.locator('.toast').waitFor();
  await page.waitForTimeout(500);
  killBrowser(killed.dir);
  await killed.close().catch(() => {});
  assert.ok(await isStored());
  const again = await world.launch('killed');
  await again.page('a.test');
  await eventually(async () => !(await isStored()), 'the file is deleted', 30_000);
  await again.close();
});
