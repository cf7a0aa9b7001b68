/** The settings page: files that its user puts into the store from disk, looks at and saves, and what no page can. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { store } from './support/in-page.mjs';
import { openSettings, rowOf } from './support/ui.mjs';

/** @typedef {import('playwright-core').Page} Page */

const world = await openWorld();
const files = mkdtempSync(join(tmpdir(), 'cos-files-'));
after(async () => {
  await world.close();
  rmSync(files, { recursive: true, force: true });
});
const profile = await world.launch();

/** @param {string} name @param {Uint8Array | string} bytes */
function onDisk(name, bytes) {
  const path = join(files, name);
  writeFileSync(path, bytes);
  return path;
}

/** @param {Page} page @param {string[]} paths */
async function chooseFiles(page, ...paths) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.click('#add')]);
  await chooser.setFiles(paths);
  await page.locator('#adding').waitFor();
}

/** @param {string} hash */
const stat = async (hash) => JSON.parse(await world.cos('stat', hash, '--json'));
const stored = async () => JSON.parse(await world.cos('ls', '--json')).length;

/** @param {Page} page @param {{name: string, text: string}[]} dropped */
async function drag(page, dropped) {
  const data = await page.evaluateHandle((given) => {
    const transfer = new DataTransfer();
    for (const { name, text } of given) transfer.items.add(new File([text], name));
    return transfer;
  }, dropped);
  await page.dispatchEvent('footer', 'dragover', { dataTransfer: data });
  return () => page.dispatchEvent('footer', 'drop', { dataTransfer: data });
}

test('a file from disk is added by the keyboard alone, and its row is chosen', async () => {
  const bytes = bytesOf('files keyboard', 300_000);
  const hash = hashOf(bytes).value;
  const page = await openSettings(profile);
  const choosing = page.waitForEvent('filechooser');
  await page.locator('#add').press('Enter');
  const chooser = await choosing;
  await chooser.setFiles(onDisk('mine.bin', bytes));
  await page.locator('#add-scope:focus').waitFor();
  assert.match(await page.locator('#adding-title').innerText(), /^Add mine\.bin, 300 kB$/);
  await page.selectOption('#add-scope', 'user');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('#add-said', { hasText: `mine.bin is in the store now: SHA-256 ${hash}.` }).waitFor();
  await page.locator('#entry dd', { hasText: hash }).waitFor();
  assert.equal(await rowOf(page, hash).getAttribute('aria-selected'), 'true');
  assert.match(await page.locator('#entry').innerText(), /No site: it is for you alone/);
  await page.locator('#entries:focus').waitFor();
  assert.equal(await page.locator('#adding').isVisible(), false);
  const known = await stat(hash);
  assert.equal(known.size, 300_000);
  await misses(await profile.page('a.test'), bytes);
  await page.close();
});

test('what is added for every site and is on no list says that no site will find it; once more says so too', async () => {
  const path = onDisk('unlisted.txt', 'nobody knows this');
  const page = await openSettings(profile);
  await chooseFiles(page, path);
  await page.click('#add-start');
  await page.locator('#add-said', { hasText: 'is in the store now' }).waitFor();
  assert.match(await page.locator('#add-said').innerText(), /not on the Public Hash List/);
  await chooseFiles(page, path);
  await page.click('#add-start');
  await page.locator('#add-said', { hasText: 'was in the store already' }).waitFor();
  await page.close();
});

test('files that are dropped anywhere on the page are added, all of them', async () => {
  const page = await openSettings(profile);
  const drop = await drag(page, [{ name: 'one.txt', text: 'dropped one' }, { name: 'two.txt', text: 'dropped two' }]);
  await page.locator('#drop-here').waitFor();
  await drop();
  await page.locator('#drop-here').waitFor({ state: 'hidden' });
  assert.match(await page.locator('#adding-title').innerText(), /^Add 2 files/);
  await page.click('#add-start');
  await page.locator('#add-said', { hasText: 'two.txt' }).waitFor();
  for (const text of ['dropped one', 'dropped two']) assert.equal((await stat(hashOf(Buffer.from(text)).value)).size, text.length);
  await page.close();
});

test('a file that a list sorts out of sight is found for its user', async () => {
  const site = await profile.page('b.test');
  for (let i = 0; i < 35; i += 1) succeeded(await store(site, bytesOf(`files larger ${i}`, 5000)));
  const page = await openSettings(profile);
  await page.selectOption('#order', 'size');
  await chooseFiles(page, onDisk('small.txt', 'tiny'));
  await page.click('#add-start');
  const { value: hash } = hashOf(Buffer.from('tiny'));
  await page.locator('#entry dd', { hasText: hash }).waitFor();
  assert.equal(await rowOf(page, hash).getAttribute('aria-selected'), 'true');
  await page.close();
});

test('who thinks better of it leaves everything as it was', async () => {
  const before = await stored();
  const page = await openSettings(profile);
  await chooseFiles(page, onDisk('unwanted.txt', 'not wanted'));
  await page.keyboard.press('Escape');
  await page.locator('#add:focus').waitFor();
  assert.equal(await page.locator('#adding').isVisible(), false);
  assert.equal(await stored(), before);
  await page.close();
});

test('a large file shows how far it is; cancelling keeps nothing of it', async () => {
  const before = await stored();
  const path = onDisk('large.bin', '');
  truncateSync(path, 400 << 20);
  const page = await openSettings(profile);
  await chooseFiles(page, path);
  await page.click('#add-start');
  await page.waitForFunction(() => /** @type {HTMLProgressElement} */ (document.getElementById('add-bar')).value > 0);
  assert.match(await page.locator('#add-bytes').innerText(), / of 419 MB$/);
  await page.click('#add-cancel');
  await page.locator('#add-said', { hasText: 'Cancelled' }).waitFor();
  await page.close();
  assert.equal(await stored(), before);
});

test('a deletion that waits is undone for a file that is added again', async () => {
  const path = onDisk('again.txt', 'again');
  const { value: hash } = hashOf(Buffer.from('again'));
  const page = await openSettings(profile);
  for (const deletes of [true, false]) {
    await chooseFiles(page, path);
    await page.click('#add-start');
    await page.locator('#entry dd', { hasText: hash }).waitFor();
    if (deletes) await page.click('#entry-delete');
  }
  await page.locator('.toast').waitFor({ state: 'detached', timeout: 2000 });
  await page.close();
  assert.equal((await stat(hash)).size, 5);
});

test('what cannot be read is told in plain words, and the others are added', async () => {
  const gone = onDisk('gone.txt', 'soon gone');
  const page = await openSettings(profile);
  await chooseFiles(page, gone, onDisk('stays.txt', 'stays'));
  rmSync(gone);
  await page.click('#add-start');
  await page.locator('#add-error', { hasText: /gone\.txt was not added.*cannot be read/ }).waitFor();
  await page.locator('#add-said', { hasText: 'stays.txt is in the store now' }).waitFor();
  await page.close();
});

/** The smallest picture there is, with a pixel that nobody else has. @param {number} width */
const picture = (width) => Buffer.concat([
  Buffer.from('GIF89a'), Buffer.from([width, 0, 1, 0, 0x80, 0, 0, 1, 2, 3, 4, 5, 6, 0x2c, 0, 0, 0, 0, width, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b]),
]);

/** @param {Page} page @param {Uint8Array} bytes */
async function openEntry(page, bytes) {
  const { value: hash } = hashOf(bytes);
  await page.fill('#search', hash);
  await rowOf(page, hash).click();
  await page.locator('#entry dd', { hasText: hash }).waitFor();
}

test('a file is saved to disk byte for byte, under a name that says what it is, and no site has read it', async () => {
  const bytes = new TextEncoder().encode('saved to disk');
  succeeded(await store(await profile.page('a.test'), bytes));
  const page = await openSettings(profile);
  await openEntry(page, bytes);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#entry-save')]);
  const { value: hash } = hashOf(bytes);
  assert.equal(download.suggestedFilename(), `${hash.slice(0, 12)}.txt`);
  assert.deepEqual(new Uint8Array(readFileSync(await download.path())), bytes);
  await page.locator('#entry-said', { hasText: `Saved as ${hash.slice(0, 12)}.txt` }).waitFor();
  assert.match(await page.locator('#entry').innerText(), /No site, as far as is known/);
  await page.close();
});

test('a large file comes out as it went in', async () => {
  const bytes = bytesOf('files large', 40 << 20);
  await world.cos('add', onDisk('out.bin', bytes));
  const page = await openSettings(profile);
  await openEntry(page, bytes);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#entry-save')]);
  assert.equal(hashOf(readFileSync(await download.path())).value, hashOf(bytes).value);
  await page.close();
});

test('a picture is shown; what only begins like one is not', async () => {
  const real = picture(3);
  const broken = Buffer.from('GIF89a and then words');
  for (const [name, bytes] of /** @type {[string, Buffer][]} */ ([['real.gif', real], ['broken.gif', broken]])) await world.cos('add', onDisk(name, bytes));
  const page = await openSettings(profile);
  await openEntry(page, real);
  await page.waitForFunction(() => /** @type {HTMLImageElement | null} */ (document.querySelector('#entry-picture img'))?.naturalWidth === 3);
  assert.match(await page.locator('#entry-picture img').getAttribute('alt') ?? '', /Image/);
  await page.click('#entry-pin');
  await page.locator('#entry-said', { hasText: 'kept' }).waitFor();
  await page.waitForFunction(() => /** @type {HTMLImageElement | null} */ (document.querySelector('#entry-picture img'))?.naturalWidth === 3);
  await openEntry(page, broken);
  await page.locator('#entry-picture img').waitFor({ state: 'detached' });
  await page.close();
});

test('a file that went meanwhile cannot be saved, and the page says so', async () => {
  const bytes = Buffer.from('gone before it is saved');
  await world.cos('add', onDisk('went.txt', bytes));
  const page = await openSettings(profile);
  await openEntry(page, bytes);
  await world.cos('rm', hashOf(bytes).value);
  await page.click('#entry-save');
  await page.locator('#entry-said').filter({ hasNotText: /Reading|Keep/ }).waitFor();
  assert.doesNotMatch(await page.locator('#entry-said').innerText(), /Saved/);
  await page.close();
});

test('a content page can neither add nor read', async () => {
  const before = await stored();
  const page = await profile.page('c.test');
  const cdp = await profile.context.newCDPSession(page);
  /** @type {number[]} */
  const contexts = [];
  cdp.on('Runtime.executionContextCreated', ({ context }) => {
    if (context.auxData?.type === 'isolated') contexts.push(context.id);
  });
  await cdp.send('Runtime.enable');
  const { value: hash } = hashOf(Buffer.from('nobody knows this'));
  /** @param {string} message */
  const asking = (message) => `typeof chrome?.runtime?.id !== 'string' ? 'no extension' : new Promise((resolve) => {
    const port = chrome.runtime.connect({ name: 'cos-transfers' });
    port.onDisconnect.addListener(() => resolve('cut off'));
    port.onMessage.addListener(() => resolve('answered'));
    port.postMessage(${message});
    setTimeout(resolve, 2000, 'open');
  })`;
  for (const message of ["{ add: new Blob(['hostile']) }", `{ read: { algorithm: 'SHA-256', value: '${hash}' } }`]) {
    const expression = asking(message);
    const results = await Promise.all(contexts.map((contextId) => cdp.send('Runtime.evaluate', { expression, contextId, awaitPromise: true, returnByValue: true })));
    assert.deepEqual(results.map(({ result }) => result.value).filter((value) => value !== 'no extension'), ['cut off']);
  }
  assert.equal(await stored(), before);
  await cdp.detach();
});
