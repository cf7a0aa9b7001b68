/** A private window begins with what its user has set about who may find what. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, NEVER_GREASED } from './support/bytes.mjs';
import { finds, misses, succeeded } from './support/expect.mjs';
import { EXTENSION_ID, openWorld } from './support/fixture.mjs';
import { store } from './support/in-page.mjs';
import { allowInPrivateWindows, openPrivateWindow } from './support/private-window.mjs';

const popular = bytesOf('private ask', NEVER_GREASED);
const world = await openWorld({ listed: [popular], settings: { 'gates.ask': 'on' } });
after(() => world.close());
const profile = await world.launch();
await allowInPrivateWindows(profile);

test('in an ordinary window ask mode keeps it back', async () => {
  const a = await profile.open('a.test');
  succeeded(await store(a, popular, '*'));
  await misses(await profile.open('b.test'), popular);
});

test('the popup over a private window says that ask mode is on', async () => {
  const popup = await openPrivateWindow(profile, `chrome-extension://${EXTENSION_ID}/ui/popup.html`);
  const { ask } = await popup.evaluate(() => chrome.runtime.sendMessage({ ask: 'store', cmd: 'sites', fields: {} }));
  assert.equal(ask, true);
});

test('in a private window ask mode keeps back what another site of that window stored', async () => {
  const page = await openPrivateWindow(profile, world.server.url('a.test'));
  succeeded(await store(page, popular, '*'));
  await finds(page, popular);
  await page.goto(world.server.url('b.test'));
  await misses(page, popular);
});

test('in a private window the user may let a site find them, for that window', async () => {
  const page = await openPrivateWindow(profile, world.server.url('c.test'));
  await misses(page, popular);
  const popup = await openPrivateWindow(profile, `chrome-extension://${EXTENSION_ID}/ui/popup.html`);
  const decided = await popup.evaluate((site) => chrome.runtime.sendMessage({ ask: 'store', cmd: 'decide', fields: { site, decision: 'allowed' } }), world.origin('c.test'));
  assert.equal(decided.ok, true, JSON.stringify(decided));
  await finds(page, popular);
  await misses(await profile.open('c.test'), popular);
});
