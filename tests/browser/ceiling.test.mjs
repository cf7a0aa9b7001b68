/** The Cross-Origin-Storage-Allow-Origin header: how far a list of origins may reach. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, NEVER_GREASED } from './support/bytes.mjs';
import { finds, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { store } from './support/in-page.mjs';

const popular = bytesOf('a popular library, stored under a ceiling', NEVER_GREASED);

const world = await openWorld({ listed: [popular] });
after(() => world.close());
const profile = await world.launch();
const [sibling, b, c] = await Promise.all(['app.a.test', 'b.test', 'c.test'].map((host) => profile.page(host)));
const both = [world.origin('b.test'), world.origin('c.test')];

/** @param {string} ceiling @param {string} [html] */
const openUnder = (ceiling, html) =>
  profile.openDocument('a.test', { headers: { 'cross-origin-storage-allow-origin': ceiling }, html });

test('a list is cut down to the origins that the header names, and the page is warned', async () => {
  const bytes = bytesOf('cut');
  const page = await openUnder(world.origin('b.test'));
  /** @type {string[]} */
  const warnings = [];
  page.on('console', (message) => warnings.push(message.text()));
  succeeded(await store(page, bytes, both));
  await finds(b, bytes);
  await misses(c, bytes);
  assert.ok(warnings.some((text) => text.includes(world.origin('c.test'))), `No warning of it in: ${warnings.join('\n')}`);
  assert.ok(!warnings.some((text) => text.includes(world.origin('b.test'))), warnings.join('\n'));
  await page.close();
});

test('a header that names all of the list cuts nothing', async () => {
  const bytes = bytesOf('not cut');
  const page = await openUnder(both.join(', '));
  succeeded(await store(page, bytes, both));
  await finds(b, bytes);
  await finds(c, bytes);
  await page.close();
});

for (const [what, token] of [['that is no origin', 'nonsense'], ["'*'", '*'], ['with an opaque origin', 'data:text/plain,x']]) {
  test(`a token ${what} empties the whole ceiling, and the entry stays with its site`, async () => {
    const bytes = bytesOf(`emptied by ${token}`);
    const page = await openUnder(`${world.origin('b.test')}, ${token}`);
    succeeded(await store(page, bytes, both));
    await misses(b, bytes);
    await misses(c, bytes);
    await finds(page, bytes);
    await finds(sibling, bytes);
    await page.close();
  });
}

test("the header does not bound '*'", async () => {
  const page = await openUnder(world.origin('b.test'));
  succeeded(await store(page, popular, '*'));
  await finds(c, popular);
  await page.close();
});

test('a frame has the ceiling of its own response, not its page’s', async () => {
  const bytes = bytesOf('from a frame');
  const src = world.sites.document({ headers: { 'cross-origin-storage-allow-origin': world.origin('c.test') } });
  const page = await openUnder(world.origin('b.test'), `<iframe src="${src}"></iframe>`);
  succeeded(await store(page.frames()[1], bytes, both));
  await misses(b, bytes);
  await finds(c, bytes);
  await page.close();
});

test('a ceiling ends with its document', async () => {
  const bytes = bytesOf('after a ceiling');
  const page = await openUnder(world.origin('b.test'));
  await page.goto(world.server.url('a.test'));
  succeeded(await store(page, bytes, both));
  await finds(c, bytes);
  await page.close();
});

test('a page cannot raise its ceiling by changing its address', async () => {
  const bytes = bytesOf('after pushState');
  const page = await openUnder(world.origin('b.test'));
  await page.evaluate(() => history.pushState(null, '', '/'));
  succeeded(await store(page, bytes, both));
  await misses(c, bytes);
  await page.close();
});
