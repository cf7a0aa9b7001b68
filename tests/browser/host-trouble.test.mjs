/** Without a working host: sites see an empty store and go on, and the person is told what mends it. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { failedWith, misses, succeeded } from './support/expect.mjs';
import { EXTENSION_ID, openWorld } from './support/fixture.mjs';
import { request, store, withCreateHandle } from './support/in-page.mjs';

const world = await openWorld();
after(() => world.close());

/** @type {{host: 'missing' | 'broken', words: RegExp}[]} */
const TROUBLES = [
  { host: 'missing', words: /not installed/i },
  { host: 'broken', words: /does not work/i },
];

const troubles = await Promise.all(TROUBLES.map(async (trouble) => {
  const profile = await world.launch(trouble.host, trouble);
  return { ...trouble, profile, a: await profile.page('a.test') };
}));

for (const { host, words, profile, a } of troubles) {
  test(`with a ${host} host a read is an ordinary miss, again and again`, async () => {
    const errors = [];
    for (let round = 0; round < 3; round += 1) errors.push(await misses(a, bytesOf('nowhere')));
    assert.deepEqual(errors[2], errors[0]);
    const file = await misses(await profile.page('b.test'), bytesOf('nowhere else'));
    assert.deepEqual(file, errors[0]);
  });

  test(`with a ${host} host malformed requests are TypeErrors and forbidden ones NotAllowedErrors, as ever`, async () => {
    failedWith(await request(a, { algorithm: 'MD5', value: 'x' }), 'TypeError');
    const page = await profile.openDocument('a.test', { headers: { 'permissions-policy': 'cross-origin-storage=()' } });
    failedWith(await request(page, hashOf(bytesOf('x'))), 'NotAllowedError');
    await page.close();
  });

  test(`with a ${host} host a write fails with an error that a page can catch, and the page goes on`, async () => {
    const bytes = bytesOf('not stored');
    failedWith(await store(a, bytes), 'UnknownError');
    failedWith(await withCreateHandle(a, bytes, (handle) => handle.getFile()), 'NotAllowedError');
    await misses(a, bytes);
    assert.equal(await a.evaluate(async () => (await fetch('/')).status), 200);
    const own = await a.evaluate(async () => {
      const file = await (await navigator.storage.getDirectory()).getFileHandle('own.txt', { create: true });
      return (await file.getFile()).size;
    });
    assert.equal(own, 0);
  });

  test(`with a ${host} host the popup says so and names what mends it`, async () => {
    const popup = await profile.context.newPage();
    await popup.goto(`chrome-extension://${EXTENSION_ID}/ui/popup.html`);
    await popup.waitForSelector('main[aria-busy=false]');
    assert.match(await popup.locator('#headline').innerText(), words);
    assert.ok(await popup.locator('#mend').isVisible());
    assert.match(await popup.locator('#mend-command').innerText(), /cos \w+/);
    await popup.close();
  });
}

test('a host that is installed while the browser runs is found without a restart', async () => {
  const profile = await world.launch('late', { host: 'missing' });
  const a = await profile.page('a.test');
  const bytes = bytesOf('after the installation');
  await misses(a, bytes);
  await world.cos('install', '--user-data-dir', profile.dir);
  const popup = await profile.context.newPage();
  await popup.goto(`chrome-extension://${EXTENSION_ID}/ui/popup.html`);
  await popup.locator('.state.good').waitFor();
  succeeded(await store(a, bytes));
  await popup.close();
});
