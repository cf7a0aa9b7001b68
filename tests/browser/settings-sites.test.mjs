/** The settings page's list of sites: who stored files, a way to these files, forgetting a site. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { eventually, succeeded } from './support/expect.mjs';
import { EXTENSION_ID, openWorld } from './support/fixture.mjs';
import { store } from './support/in-page.mjs';
import { NativeHost } from './support/native-host.mjs';
import { openSettings, rowOf } from './support/ui.mjs';

/** @typedef {import('playwright-core').Page} Page */

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
const other = await world.launch('other');
const a = await profile.page('a.test');
const b = await profile.page('b.test');
const elsewhere = await other.page('c.test');

/** @param {Page} site @param {string} word @param {number} size @returns {Promise<string>} its hash */
const put = async (site, word, size) => {
  const bytes = bytesOf(word, size);
  succeeded(await store(site, bytes));
  return hashOf(bytes).value;
};

const files = {
  small: await put(a, 'by site small', 1000),
  smaller: await put(a, 'by site smaller', 2000),
  large: await put(b, 'by site large', 70_000),
};
await put(elsewhere, 'by site elsewhere', 900_000);

/** @param {string} host */
const shortOrigin = (host) => world.origin(host).replace('https://', '');

/** @param {Page} page @param {string} host */
const siteOf = (page, host) => page.locator('#by-site-list li', { hasText: shortOrigin(host) });

/** @param {Page} page */
const hosts = (page) => page.locator('#by-site-list .site').allInnerTexts();

/** @param {Page} page @param {string} order @param {string[]} expected */
const isSorted = async (page, order, expected) => {
  await page.selectOption('#by-site-order', order);
  await eventually(async () => String(await hosts(page)) === String(expected.map(shortOrigin)), `sorted by ${order}`);
};

test('each site that stored files in this profile is there with how many and how large, in the order that is asked for', async () => {
  const page = await openSettings(profile);
  assert.deepEqual(await hosts(page), ['b.test', 'a.test'].map(shortOrigin), 'largest first, and none of another profile');
  assert.match(await siteOf(page, 'a.test').innerText(), /2 files\s+3 kB/);
  assert.match(await siteOf(page, 'b.test').innerText(), /1 file\s+70 kB/);
  await isSorted(page, 'entries', ['a.test', 'b.test']);
  await isSorted(page, 'bytes', ['b.test', 'a.test']);
  await isSorted(page, 'name', ['a.test', 'b.test']);
  await page.close();
});

test("a site's files are shown in the list of files, with the focus there, until all are asked for", async () => {
  const page = await openSettings(profile);
  await page.fill('#search', 'nowhere.test');
  await page.locator('#entries-none').waitFor();
  await page.getByRole('button', { name: `Show files of ${shortOrigin('a.test')}` }).press('Enter');
  await page.locator('#entries:focus').waitFor();
  await page.locator('#files-of-site', { hasText: shortOrigin('a.test') }).waitFor();
  assert.equal(await page.inputValue('#search'), '');
  assert.equal(await page.locator('#entries [role=option]').count(), 2);
  assert.equal(await rowOf(page, files.large).count(), 0);
  // A search goes on within them.
  await page.fill('#search', files.small);
  await rowOf(page, files.smaller).waitFor({ state: 'detached' });
  assert.equal(await rowOf(page, files.small).count(), 1);
  await page.fill('#search', files.large);
  await page.locator('#entries-none').waitFor();
  await page.fill('#search', '');
  await rowOf(page, files.smaller).waitFor();
  await page.getByRole('button', { name: 'Show all files' }).click();
  await rowOf(page, files.large).waitFor();
  assert.equal(await page.locator('#files-of').isVisible(), false);
  await page.close();
});

test('a site is forgotten in this profile unless that is undone, and the focus goes on to the next', async () => {
  const page = await openSettings(profile);
  const forget = page.getByRole('button', { name: `Forget ${shortOrigin('b.test')} and its files` });
  await forget.press('Enter');
  await siteOf(page, 'b.test').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement?.ariaLabel), `Show files of ${shortOrigin('a.test')}`);
  await page.locator('.toast').getByRole('button').click();
  await siteOf(page, 'b.test').waitFor();
  assert.match(await page.locator('#by-site-said').innerText(), /Nothing was deleted/);
  await forget.click();
  await page.close();
  await eventually(async () => !(await world.cos('ls', '--by-site')).includes('b.test'), 'the site is forgotten');
  const left = JSON.parse(await world.cos('ls', '--by-site', '--json'));
  assert.deepEqual(left.map((/** @type {any} */ { origin }) => origin), [world.origin('c.test'), world.origin('a.test')]);
});

test('of many sites a few are shown at a time, and more when they are asked for', async () => {
  const crowded = await world.launch('crowded');
  const page = await openSettings(crowded);
  await page.locator('#by-site-none').waitFor();
  const { realm } = await page.evaluate(() => chrome.storage.local.get('realm'));
  const host = new NativeHost(world.storeDir, `chrome-extension://${EXTENSION_ID}`);
  await host.ask({ cmd: 'hello', protocol: 1, extension: '0', private: false, realm });
  for (let i = 10; i < 70; i += 1) {
    const origin = `https://crowd-${i}.test`;
    const { handle } = await host.ask({ cmd: 'create', caller: { origin, topLevelOrigin: origin }, hash: hashOf(new Uint8Array()) });
    const { session } = await host.ask({ cmd: 'write.open', handle });
    assert.equal((await host.ask({ cmd: 'write.close', session })).ok, true);
  }
  await host.close();
  await page.reload();
  await page.waitForSelector('main[aria-busy=false]');
  await page.selectOption('#by-site-order', 'name');
  await page.locator('#by-site-list li', { hasText: 'crowd-10.test' }).waitFor();
  assert.equal((await hosts(page)).length, 25);
  await page.locator('#by-site-more').press('Enter');
  await page.locator('#by-site-list li:nth-child(50)').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.ariaLabel), 'Show files of crowd-35.test', 'reading goes on where the new ones begin');
  await page.click('#by-site-more');
  await page.locator('#by-site-list li:nth-child(60)').waitFor();
  assert.equal(await page.locator('#by-site-more').isVisible(), false);
  assert.deepEqual(await hosts(page), Array.from({ length: 60 }, (_, i) => `crowd-${i + 10}.test`));
  await crowded.close();
});
