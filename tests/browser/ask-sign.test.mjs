/** Ask mode's sign on the toolbar button, after the background was stopped, and beside the sign that something needs mending. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { processesOf } from '../../scripts/lib/processes.mjs';
import { bytesOf, NEVER_GREASED } from './support/bytes.mjs';
import { eventually, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { store } from './support/in-page.mjs';
import { stopBackground } from './support/kill.mjs';
import { badgeOf, openPopup } from './support/ui.mjs';

const popular = ['one', 'two', 'three', 'four', 'five'].map((word) => bytesOf(`sign ${word}`, NEVER_GREASED));
const world = await openWorld({ listed: popular, settings: { 'gates.ask': 'on' } });
after(() => world.close());
const profile = await world.launch('profile', { withoutArgs: ['--disable-back-forward-cache'] });
await extensionServiceWorker(profile.context);
const b = await profile.page('b.test');
for (const bytes of popular) succeeded(await store(b, bytes, '*'));

const badge = () => badgeOf(profile);

test('the sign goes when the user has answered, though the background was stopped meanwhile', async () => {
  const page = await profile.open('a.test');
  await misses(page, popular[0]);
  await eventually(async () => (await badge()) === '?', 'the button has a sign');
  await stopBackground(page);
  const popup = await openPopup(profile, page);
  await popup.locator('#ask-list li').first().getByRole('button', { name: 'Allow a.test', exact: true }).click();
  await popup.getByText('a.test may use files that other sites stored.').waitFor();
  await popup.close();
  await page.bringToFront();
  await eventually(async () => (await badge()) !== '?', 'the sign goes', 8000);
  await page.close();
});

for (const [background, file] of /** @type {const} */ ([['lives', popular[3]], ['was stopped', popular[1]]])) {
  test(`the sign is there again when the page comes back from the back/forward cache, and the background ${background}`, async () => {
    const page = await profile.open('c.test');
    await misses(page, file);
    await eventually(async () => (await badge()) === '?', 'the button has a sign');
    await page.evaluate(() => { Object.assign(globalThis, { same: true }); });
    await page.goto(world.server.url('d.test'));
    if (background === 'was stopped') await stopBackground(page);
    await page.evaluate(() => { setTimeout(() => history.back()); });
    await page.waitForFunction(() => /** @type {any} */ (globalThis).same);
    await eventually(async () => (await badge()) === '?', 'the button has the sign again', 8000);
    await page.close();
  });
}

test('a button whose question was answered shows that the host is out of order later', async () => {
  const page = await profile.open('e.test');
  await misses(page, popular[2]);
  await eventually(async () => (await badge()) === '?', 'the button has a sign');
  const popup = await openPopup(profile, page);
  await popup.locator('#ask-list li').first().getByRole('button', { name: 'Don’t allow e.test', exact: true }).click();
  await popup.getByText('e.test may not').waitFor();
  await popup.close();
  await page.bringToFront();
  await eventually(async () => (await badge()) === '', 'nobody waits any more');
  for (const { pid } of processesOf(profile.dir).hosts) process.kill(pid, 'SIGKILL');
  const other = await profile.context.newPage();
  await eventually(async () => (await badge()) === '!', 'another tab tells of the host', 8000);
  await other.close();
  await page.bringToFront();
  assert.equal(await badge(), '!');
  await page.close();
});

test('the sign goes when the user has answered, though the page asked for something else after the background was stopped', async () => {
  const page = await profile.open('f.test');
  await misses(page, popular[4]);
  await eventually(async () => (await badge()) === '?', 'the button has a sign');
  await stopBackground(page);
  await misses(page, bytesOf('nobody has stored this'));
  await sleep(2500);
  assert.equal(await badge(), '?');
  const popup = await openPopup(profile, page);
  await popup.locator('#ask-list li').first().getByRole('button', { name: 'Allow f.test', exact: true }).click();
  await popup.getByText('f.test may use files that other sites stored.').waitFor();
  await popup.close();
  await page.bringToFront();
  await eventually(async () => (await badge()) !== '?', 'the sign goes', 8000);
  await page.close();
});
