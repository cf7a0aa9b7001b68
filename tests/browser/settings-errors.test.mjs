/** A German browser tells in German what went wrong on the settings page, though the program's own sentences are English. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { store } from './support/in-page.mjs';
import { openSettings, rowOf } from './support/ui.mjs';

const world = await openWorld();
after(() => world.close());
await world.cos('config', 'set', 'phl.update-days', '0');
await world.cos('config', 'set', 'phl.url', 'file:///nowhere/list');
const german = await world.launch('german', { language: 'de' });

test('a value that a setting cannot have is refused with those that it can', async () => {
  const page = await openSettings(german);
  await page.fill('#set_grease_percent', '90');
  await page.locator('#set_grease_percent-error', { hasText: /^Geben Sie einen Wert von 0 bis 50 ein\.$/ }).waitFor();
  await page.fill('#set_budget_ceiling', 'viel');
  await page.locator('#set_budget_ceiling-error', { hasText: /^Geben Sie einen Wert von 1MiB bis \d+TiB ein\.$/ }).waitFor();
  await page.close();
});

test('what names no site is refused with an example of what does', async () => {
  const page = await openSettings(german);
  await page.fill('#sites-input', 'keine Website');
  await page.click('#sites-block');
  await page.locator('#sites-error', { hasText: /^Das ist nicht der Name einer Website\. .*example\.com\.$/ }).waitFor();
  await page.close();
});

test('a file that has gone meanwhile is said to have', async () => {
  const bytes = bytesOf('errors gone');
  succeeded(await store(await german.page('a.test'), bytes));
  const page = await openSettings(german);
  const row = rowOf(page, hashOf(bytes).value);
  await row.waitFor();
  await world.cos('rm', hashOf(bytes).value);
  await row.click();
  await page.locator('#entry .error', { hasText: /^Diese Datei ist nicht mehr im Speicher\.$/ }).waitFor();
  await page.close();
});

test('a list that cannot be had is said to stay as it was, now and when the page is opened again', async () => {
  const page = await openSettings(german);
  await page.click('#list-update');
  await page.locator('#list-error', { hasText: /^Unter der eingestellten Adresse gibt es keine Liste/ }).waitFor();
  await page.reload();
  await page.waitForSelector('main[aria-busy=false]');
  assert.match(await page.locator('#list-facts').innerText(), /ohne Erfolg: Unter der eingestellten Adresse/);
  await page.close();
});
