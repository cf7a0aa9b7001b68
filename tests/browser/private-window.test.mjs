/** Private windows: a store of their own that leaves nothing, and no sight of the lasting one. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, test } from 'node:test';
import { processesOf } from '../../scripts/lib/processes.mjs';
import { bytesOf, hashOf, NEVER_GREASED } from './support/bytes.mjs';
import { eventually, failedWith, finds, misses, succeeded } from './support/expect.mjs';
import { EXTENSION_ID, openWorld } from './support/fixture.mjs';
import { request, store } from './support/in-page.mjs';
import { stopBackground } from './support/kill.mjs';
import { allowInPrivateWindows, openPrivateWindow } from './support/private-window.mjs';
import { snapshot } from './support/store-files.mjs';

const popular = bytesOf('a popular library, seen from a private window', NEVER_GREASED);
const ordinary = bytesOf('stored in an ordinary window');
const secret = bytesOf('stored in a private window', 100_000);

const world = await openWorld({ listed: [popular] });
after(() => world.close());
const profile = await world.launch();
await allowInPrivateWindows(profile);

const normal = await profile.open('a.test');
succeeded(await store(normal, ordinary));
succeeded(await store(normal, popular, '*'));
await finds(normal, ordinary);
await finds(normal, popular);
// Asked for once here, so that asking again below changes no budget.
await misses(normal, secret);
// From here to the comparison nothing but the private window uses the store.
const listedBefore = await world.cos('ls', '--json');
const filesBefore = snapshot(world.storeDir);
const secluded = await openPrivateWindow(profile, world.server.url('a.test'));

test('the window is private, has the API and a host of its own', async () => {
  await normal.evaluate(() => localStorage.setItem('seen', 'yes'));
  const seen = await secluded.evaluate(() => ['crossOriginStorage' in navigator, localStorage.getItem('seen')]);
  assert.deepEqual(seen, [true, null]);
  await misses(secluded, bytesOf('stored by nobody'));
  assert.equal(processesOf(profile.dir).hosts.length, 2);
});

test('a private window does not find what its own site stored in an ordinary window', async () => {
  await misses(secluded, ordinary);
});

test('a private window does not even find what everyone may find', async () => {
  await misses(secluded, popular);
});

test('a private window finds what was stored in it, under the same rules', async () => {
  succeeded(await store(secluded, secret, [world.origin('b.test')]));
  await finds(secluded, secret);
  await secluded.goto(world.server.url('b.test'));
  await finds(secluded, secret);
  await secluded.goto(world.server.url('c.test'));
  await misses(secluded, secret);
});

test('an ordinary window does not find what a private one stored', async () => {
  await misses(normal, secret);
});

test('the store is the same after the private window, byte for byte, and has no trace of it', async () => {
  assert.deepEqual(snapshot(world.storeDir), filesBefore);
  await secluded.close();
  await eventually(() => processesOf(profile.dir).hosts.length === 1, 'the private window’s host ends with it', 90_000);
  assert.deepEqual(snapshot(world.storeDir), filesBefore);
  const listedAfter = await world.cos('ls', '--json');
  assert.equal(listedAfter, listedBefore);
  assert.ok(!listedAfter.includes(hashOf(secret).value));
});

test('a later private window does not find what an earlier one stored', async () => {
  const later = await openPrivateWindow(profile, world.server.url('a.test'));
  await misses(later, secret);
  await later.close();
});

test('a policy that denies a page in a private window holds when the background was stopped, and the ordinary one knows nothing of it', async () => {
  const wish = hashOf(bytesOf('asked for by a private page that may not'));
  const page = await openPrivateWindow(profile, world.server.url('b.test'));
  await misses(page, wish);
  await page.goto(world.server.url('e.test', world.sites.document({ headers: { 'permissions-policy': 'cross-origin-storage=()' } })));
  failedWith(await request(page, wish), 'NotAllowedError');
  // Records are saved a moment later.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await stopBackground(page);
  failedWith(await request(page, wish), 'NotAllowedError');

  const ordinary = await profile.context.newPage();
  await ordinary.goto(`chrome-extension://${EXTENSION_ID}/ui/popup.html`);
  const known = await ordinary.evaluate(async () => {
    const { storage } = /** @type {any} */ (globalThis).chrome;
    return JSON.stringify([await storage.session.get(null), await storage.local.get(null), await indexedDB.databases()]);
  });
  assert.ok(known.includes(`chrome-extension://${EXTENSION_ID}`), known);
  assert.ok(!known.includes('b.test') && !known.includes('e.test') && !known.includes('private'), known);
  const files = readdirSync(profile.dir, { recursive: true }).map(String);
  assert.deepEqual(files.filter((file) => file.includes(`IndexedDB/chrome-extension_${EXTENSION_ID}`)), []);
  await page.close();
});

/** The popup of a private window, or of an ordinary one, switches the store off on a site. @param {import('playwright-core').Page} popup @param {string} host */
const switchOff = (popup, host) => popup.evaluate((url) => chrome.runtime.sendMessage({ ask: 'switch-site', url, off: true }), world.server.url(host));

test('a site that is switched off in a private window stays off when the background was stopped', async () => {
  const page = await openPrivateWindow(profile, world.server.url('c.test'));
  await misses(page, ordinary);
  const popup = await openPrivateWindow(profile, `chrome-extension://${EXTENSION_ID}/ui/popup.html`);
  await switchOff(popup, 'c.test');
  await popup.close();
  await page.reload();
  failedWith(await request(page, hashOf(ordinary)), 'NotAllowedError', 'at once');
  await page.goto('about:blank');
  await stopBackground(page);
  await page.goto(world.server.url('c.test'));
  failedWith(await request(page, hashOf(ordinary)), 'NotAllowedError', 'afterwards');
});

test('what is switched off in an ordinary window holds in a private window that is open already', async () => {
  const page = await openPrivateWindow(profile, world.server.url('d.test'));
  await misses(page, ordinary);
  const popup = await profile.context.newPage();
  await popup.goto(`chrome-extension://${EXTENSION_ID}/ui/popup.html`);
  await switchOff(popup, 'd.test');
  await page.reload();
  failedWith(await request(page, hashOf(ordinary)), 'NotAllowedError');
});
