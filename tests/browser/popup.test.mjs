/** The popup: what a page was not given and why, which no page is told; and the user's answer in ask mode. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { bytesOf, hashOf, NEVER_GREASED } from './support/bytes.mjs';
import { eventually, finds, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { store } from './support/in-page.mjs';
import { badgeOf, openPopup } from './support/ui.mjs';

/** @typedef {import('playwright-core').Page} Page */

const popular = [bytesOf('popup popular', NEVER_GREASED), bytesOf('popup framed', NEVER_GREASED)];
const world = await openWorld({ listed: popular });
after(() => world.close());
const profile = await world.launch();
const b = await profile.page('b.test');

/** @param {Page} popup */
const notGiven = (popup) => popup.locator('#not-given-list li').allInnerTexts();

const badge = () => badgeOf(profile);

test('a page that missed for two reasons was told neither; the popup tells both, with the number of files', async () => {
  const hidden = bytesOf('popup hidden');
  succeeded(await store(b, hidden));
  const page = await profile.open('a.test');
  const errors = [];
  for (const bytes of [hidden, bytesOf('popup absent'), bytesOf('popup absent, too')]) errors.push(await misses(page, bytes));
  assert.deepEqual(errors[0], errors[1]);
  const popup = await openPopup(profile, page);
  assert.deepEqual(await notGiven(popup), ['2 files No site has stored this here yet.', '1 file Stored by other sites for themselves only.']);
  await popup.close();
  await page.close();
});

test('a write that was refused is told with its reason, and what the page stored in the end is not', async () => {
  const page = await profile.open('a.test');
  const [wanted, other] = [bytesOf('popup wanted'), bytesOf('popup other')];
  await misses(page, wanted);
  assert.equal((await store(page, other, undefined, hashOf(wanted))).error?.name, 'DataError');
  const popup = await openPopup(profile, page);
  assert.deepEqual(await notGiven(popup), ['1 file Not stored: the bytes were not those of the hash.', '1 file No site has stored this here yet.']);
  await popup.close();
  succeeded(await store(page, wanted));
  const again = await openPopup(profile, page);
  assert.equal(await again.locator('#not-given').isVisible(), false);
  await again.close();
  await page.close();
});

test('what another page has stored meanwhile is available, and a page that is loaded anew was refused nothing', async () => {
  const page = await profile.open('a.test');
  const late = bytesOf('popup late');
  await misses(page, late);
  succeeded(await store(await profile.page('app.a.test'), late));
  const popup = await openPopup(profile, page);
  assert.deepEqual(await notGiven(popup), ['1 file Available now: reload the page.']);
  await popup.close();
  await page.reload();
  await finds(page, late);
  const again = await openPopup(profile, page);
  assert.equal(await again.locator('#not-given').isVisible(), false);
  await again.close();
  await page.close();
});

test('a reason that is a setting leads to it', async () => {
  const frameUrl = world.server.url('d.test', world.sites.document({}));
  const embedder = await profile.openDocument('c.test', { html: `<iframe allow="cross-origin-storage" src="${frameUrl}"></iframe>` });
  const [frame] = embedder.mainFrame().childFrames();
  await frame.waitForLoadState();
  const framed = bytesOf('popup in a frame');
  succeeded(await store(frame, framed));
  const page = await profile.open('d.test');
  await misses(page, framed);
  const popup = await openPopup(profile, page);
  const opened = profile.context.waitForEvent('page');
  await popup.getByRole('link', { name: 'Setting: Keep frames with their page' }).click();
  const settings = await opened;
  await settings.locator('#set_frames_partition:focus').waitFor();
  for (const one of [settings, popup, page, embedder]) await one.close();
});

test('the popup and the button count a file once, however often the page asks for it', async () => {
  const page = await profile.open('a.test');
  const bytes = bytesOf('popup found again');
  succeeded(await store(page, bytes));
  await page.reload();
  for (let time = 0; time < 3; time += 1) await finds(page, bytes);
  assert.equal(await badge(), '1');
  const popup = await openPopup(profile, page);
  assert.match(await popup.locator('#site-facts').innerText(), /Found here\s+1 file,/);
  await popup.close();
  await page.close();
});

test('a page that comes back from the back/forward cache saves no file a second time', async () => {
  const cached = await world.launch('cached', { withoutArgs: ['--disable-back-forward-cache'] });
  await extensionServiceWorker(cached.context);
  const page = await cached.open('a.test');
  const bytes = bytesOf('popup cached');
  succeeded(await store(page, bytes));
  await page.reload();
  await finds(page, bytes);
  await page.evaluate(() => { Object.assign(globalThis, { same: true }); });
  await page.goto(world.server.url('b.test'));
  await page.evaluate(() => { setTimeout(() => history.back()); });
  await page.waitForFunction(() => /** @type {any} */ (globalThis).same);
  await finds(page, bytes);
  const popup = await openPopup(cached, page);
  assert.match(await popup.locator('#savings-text').innerText(), /in 1 file/);
  assert.match(await popup.locator('#site-facts').innerText(), /Found here\s+1 file,/);
  await cached.close();
});

test('outside ask mode the popup asks nothing', async () => {
  const page = await profile.open('c.test');
  const popup = await openPopup(profile, page);
  assert.equal(await popup.locator('#ask').isVisible(), false);
  await popup.close();
  await page.close();
});

test('in ask mode a site and a frame wait for an answer, which is given and taken back by keyboard', async () => {
  for (const bytes of popular) succeeded(await store(b, bytes, '*'));
  const starter = await openPopup(profile, b);
  await starter.evaluate(() => chrome.runtime.sendMessage({ ask: 'store', cmd: 'set', fields: { key: 'gates.ask', value: 'on' } }));
  await starter.close();
  const frameUrl = world.server.url('d.test', world.sites.document({}));
  const page = await profile.openDocument('c.test', { html: `<iframe allow="cross-origin-storage" src="${frameUrl}"></iframe>` });
  const [frame] = page.mainFrame().childFrames();
  await frame.waitForLoadState();
  await misses(page, bytesOf('popup of nobody'));
  assert.equal(await badge(), '', 'an answer would change nothing');
  await misses(page, popular[0]);
  await misses(frame, popular[1]);
  await eventually(async () => (await badge()) === '?', 'the button has a sign');

  const popup = await openPopup(profile, page);
  const rows = popup.locator('#ask-list li');
  assert.deepEqual(await rows.locator('p').allInnerTexts(), ['c.test', 'd.test'].map((site) => `${site} wants to use files that other sites stored.`));
  await popup.bringToFront();
  const first = rows.first();
  await first.getByRole('button', { name: 'Allow c.test', exact: true }).focus();
  await popup.keyboard.press('Enter');
  await first.getByText('c.test may use files that other sites stored.').waitFor();
  assert.equal(await popup.locator('#ask-said').innerText(), 'Reload the page to use it.');
  await popup.locator('#not-given-list', { hasText: 'Available now' }).waitFor();
  await popup.locator('#ask-list p:focus').waitFor();
  await popup.keyboard.press('Tab');
  await popup.keyboard.press('Tab');
  assert.equal(await popup.evaluate(() => document.activeElement?.textContent), 'Ask again');
  await finds(page, popular[0]);
  await misses(frame, popular[1]);

  await popup.keyboard.press('Enter');
  await first.getByText('c.test has to ask').or(first.getByText('c.test wants')).waitFor();
  await misses(page, popular[0]);
  await first.getByRole('button', { name: 'Allow c.test', exact: true }).click();
  await rows.nth(1).getByRole('button', { name: 'Don’t allow d.test' }).click();
  await rows.nth(1).getByText('d.test may not').waitFor();
  await popup.close();
  await page.bringToFront();
  await eventually(async () => (await badge()) !== '?', 'nobody waits any more');
  await world.cos('config', 'set', 'gates.ask', 'off');
  await page.close();
});
