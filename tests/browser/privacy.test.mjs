/** The controls of the specification's section 6, seen from pages. The attack lab measures them; these tests say how they feel. */
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { failedWith, finds, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { read, store } from './support/in-page.mjs';

const popular = Array.from({ length: 24 }, (_, index) => bytesOf(`popular library ${index}`));
const gated = bytesOf('stored without a gesture');
const pretended = bytesOf('stored with a pretended gesture');

const world = await openWorld({ listed: [...popular, gated, pretended], settings: { 'grease.percent': '0', 'write.files': '40' } });
after(() => world.close());
const profile = await world.launch();
const a = await profile.page('a.test');
for (const bytes of popular) succeeded(await store(a, bytes, '*'));

/** @param {import('playwright-core').Page | import('playwright-core').Frame} target */
async function found(target) {
  let count = 0;
  for (const bytes of popular) count += (await read(target, hashOf(bytes))).error ? 0 : 1;
  return count;
}

/** @param {string} host the page's @param {string} framed */
async function openFrame(host, framed) {
  const url = world.server.url(framed, world.sites.document({}));
  const page = await profile.openDocument(host, { html: `<iframe allow="cross-origin-storage" src="${url}"></iframe>` });
  const [frame] = page.mainFrame().childFrames();
  await frame.waitForLoadState();
  return { page, frame };
}

test('a site finds sixteen small files of other sites, also after a reload and in another tab', async () => {
  const b = await profile.open('b.test');
  assert.equal(await found(b), 16);
  await b.reload();
  assert.equal(await found(b), 16);
  const second = await profile.open('b.test');
  assert.equal(await found(second), 16);
  await Promise.all([b.close(), second.close()]);
});

test('over budget is an ordinary miss', async () => {
  const b = await profile.page('b.test');
  const spent = await misses(b, popular[20]);
  const absent = await misses(b, bytesOf('stored by nobody'));
  assert.deepEqual(spent, absent);
});

test('what a site stored it finds whatever its budget', async () => {
  const b = await profile.page('b.test');
  const own = bytesOf('own of b.test');
  succeeded(await store(b, own));
  await finds(b, own);
  assert.equal(await found(a), popular.length);
});

test("frames of several sites draw on their page's budget", async () => {
  const { page, frame } = await openFrame('c.test', 'd.test');
  assert.equal(await found(frame), 16);
  assert.equal(await found(page), 16, 'the same sixteen, which the page has paid for, too');
  const { page: other, frame: second } = await openFrame('c.test', 'e.test');
  await misses(second, popular[23]);
  await Promise.all([page.close(), other.close()]);
});

test('what a frame stores on one page, a frame of the same site does not find on another', async () => {
  const id = bytesOf('an identifier');
  const first = await openFrame('a.test', 'e.test');
  succeeded(await store(first.frame, id, [world.origin('e.test')]));
  await finds(first.frame, id);
  const second = await openFrame('b.test', 'e.test');
  await misses(second.frame, id);
  await misses(await profile.page('e.test'), id);
  await Promise.all([first.page.close(), second.page.close()]);
});

/**
 * A page that stores `bytes` for everyone by its own script, and asks for them again when it is
 * clicked. Nothing is evaluated in it: an evaluation counts as the user's activation.
 * @param {string} host
 * @param {Uint8Array} bytes
 * @param {string} [more] script that runs once the bytes are stored
 */
async function openWriter(host, bytes, more = '') {
  const path = world.sites.document({ html: `<script type="module">
    const hash = ${JSON.stringify(hashOf(bytes))};
    addEventListener('click', async () => {
      await (await navigator.crossOriginStorage.getFileHandle(hash)).getFile();
      await fetch('/clicked');
    });
    const handle = await navigator.crossOriginStorage.getFileHandle(hash, { create: true, origins: '*' });
    const writable = await handle.createWritable();
    await writable.write(Uint8Array.from(${JSON.stringify([...bytes])}));
    await writable.close();
    ${more}
    await fetch('/stored');
  </script>` });
  const page = await profile.context.newPage();
  const stored = page.waitForRequest('**/stored');
  await page.goto(world.server.url(host, path));
  await stored;
  return page;
}

test('with the gesture option a write is shared once the user has clicked on its page', async () => {
  await world.cos('config', 'set', 'gates.user-gesture', 'on');
  const writer = await openWriter('d.test', gated);
  const reader = await profile.open('a.test');
  await misses(reader, gated);
  const clicked = writer.waitForRequest('**/clicked');
  await writer.mouse.click(20, 20);
  await clicked;
  await finds(await profile.page('e.test'), gated);
  await misses(reader, gated);
  await world.cos('config', 'set', 'gates.user-gesture', 'off');
  await Promise.all([writer.close(), reader.close()]);
});

test('a page that only says that the user clicked shares nothing', async () => {
  await world.cos('config', 'set', 'gates.user-gesture', 'on');
  const writer = await openWriter('d.test', pretended, `
    Object.defineProperty(Navigator.prototype, 'userActivation', { value: { hasBeenActive: true, isActive: true } });
    document.body.click();`);
  await misses(await profile.page('a.test'), pretended);
  await world.cos('config', 'set', 'gates.user-gesture', 'off');
  await writer.close();
});

test('in ask mode a site finds nothing of others until the user says yes', async () => {
  await world.cos('config', 'set', 'gates.ask', 'on');
  const page = await profile.open('e.test');
  await misses(page, popular[0]);
  await page.mouse.click(20, 20);
  await misses(page, popular[0]);
  const { sites } = JSON.parse(await world.cos('sites', 'list', '--json'));
  assert.deepEqual(sites.map((/** @type {any} */ { site, decision }) => [site, decision]), [['https://e.test', 'asked']]);
  await world.cos('sites', 'allow', 'e.test');
  await finds(page, popular[1]);
  await world.cos('config', 'set', 'gates.ask', 'off');
  await page.close();
});

test('a site that has stored its share of files for today is told that the limit is reached', async () => {
  const writer = await profile.open('c.test');
  let last;
  for (let index = 0; index < 41 && !last?.error; index += 1) last = await store(writer, bytesOf(`file ${index} of c.test`));
  failedWith(/** @type {any} */ (last), 'QuotaExceededError');
  succeeded(await store(await profile.page('b.test'), bytesOf('b.test may go on')));
  await writer.close();
});
