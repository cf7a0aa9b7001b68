/** The settings page and the popup: what a person sees of the store, does to it, and what no page can. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { eventually, finds, misses, succeeded } from './support/expect.mjs';
import { EXTENSION_ID, openWorld } from './support/fixture.mjs';
import { read, store } from './support/in-page.mjs';
import { openPopup, openSettings, rowOf, UI } from './support/ui.mjs';

/** @typedef {import('playwright-core').Page} Page */

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
const a = await profile.page('a.test');
const b = await profile.page('b.test');

/** @param {Page} page @param {string} word @returns {Promise<string>} the hash of a file of that site's own */
const storeWord = async (page, word) => {
  const bytes = bytesOf(word);
  succeeded(await store(page, bytes));
  return hashOf(bytes).value;
};

/** @param {string} hash */
const isStored = async (hash) => JSON.parse(await world.cos('ls', '--json')).some((/** @type {any} */ entry) => entry.value === hash);

test('what two sites stored is listed with who stored it, and the totals are those of the command line', async () => {
  const one = await storeWord(a, 'settings one');
  const two = await storeWord(b, 'settings two');
  const page = await openSettings(profile);
  assert.match(await rowOf(page, one).innerText(), /a\.test/);
  assert.match(await rowOf(page, two).innerText(), /b\.test/);
  const entries = JSON.parse(await world.cos('ls', '--json'));
  assert.match(await page.locator('#storage-text').innerText(), new RegExp(`\\b${entries.length} files`));
  assert.equal(await page.locator('#entries [role=option]').count(), entries.length);
  assert.match(await page.locator('#chart-text').innerText(), /In the last 30 days .* were stored/);
  assert.ok(await page.locator('#chart .stored').last().evaluate((bar) => Number(bar.getAttribute('height')) > 0), 'today has a bar');
  await page.close();
});

test('a search finds by site and by hash', async () => {
  const one = await storeWord(a, 'settings search one');
  const two = await storeWord(b, 'settings search two');
  const page = await openSettings(profile);
  await page.fill('#search', 'B.TEST');
  await rowOf(page, one).waitFor({ state: 'detached' });
  assert.equal(await rowOf(page, two).count(), 1);
  await page.fill('#search', one.slice(0, 20));
  await rowOf(page, one).waitFor();
  assert.equal(await page.locator('#entries [role=option]').count(), 1);
  await page.fill('#search', 'nowhere.test');
  await page.locator('#entries-none').waitFor();
  await page.close();
});

test('a file can be chosen, checked, kept and deleted by the keyboard alone', async () => {
  const bytes = bytesOf('settings keyboard');
  succeeded(await store(a, bytes));
  await finds(a, bytes);
  const hash = hashOf(bytes).value;
  const page = await openSettings(profile);
  await page.fill('#search', hash);
  await rowOf(page, hash).waitFor();
  await page.locator('#entries').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('#entry-title:focus').waitFor();
  const about = await page.locator('#entry').innerText();
  assert.match(about, /Only the sites that stored it/);
  assert.ok(about.includes(hash));
  await page.locator('#entry-verify').press('Enter');
  await page.locator('#entry-said', { hasText: 'All bytes are right' }).waitFor();
  await page.locator('#entry-pin').press('Enter');
  await page.locator('#entry-said', { hasText: 'kept' }).waitFor();
  assert.equal(JSON.parse(await world.cos('stat', hash, '--json')).pinned, true);
  await page.keyboard.press('Escape');
  await page.locator('#entries:focus').waitFor();
  await page.keyboard.press('Delete');
  await rowOf(page, hash).waitFor({ state: 'detached' });
  await page.keyboard.press('Control+z');
  await rowOf(page, hash).waitFor();
  await page.close();
  assert.ok(await isStored(hash));
});

test('a deletion that is undone did not happen; one that is not, has when the page is left', async () => {
  const kept = await storeWord(a, 'settings kept');
  const gone = await storeWord(a, 'settings gone');
  const page = await openSettings(profile);
  for (const hash of [kept, gone]) {
    await rowOf(page, hash).click();
    await page.locator('#entry dd', { hasText: hash }).waitFor();
    await page.click('#entry-delete');
    await rowOf(page, hash).waitFor({ state: 'detached' });
  }
  await page.locator('.toast', { hasText: kept.slice(0, 12) }).getByRole('button').click();
  await rowOf(page, kept).waitFor();
  assert.ok(await isStored(gone), 'it can still be undone');
  await page.close();
  await eventually(async () => !(await isStored(gone)), 'the file is deleted');
  assert.ok(await isStored(kept));
  await misses(a, bytesOf('settings gone'));
});

test('a deletion happens by itself after some seconds', async () => {
  const hash = await storeWord(a, 'settings in a while');
  const page = await openSettings(profile);
  await rowOf(page, hash).click();
  await page.click('#entry-delete');
  await page.locator('.toast').waitFor();
  await page.mouse.move(0, 0);
  await eventually(async () => !(await isStored(hash)), 'the file is deleted', 30_000);
  await page.close();
});

test('forgetting a site forgets it in this profile', async () => {
  const one = await storeWord(a, 'settings forgotten');
  const two = await storeWord(b, 'settings not forgotten');
  const page = await openSettings(profile);
  await page.fill('#clear-site', 'a.test');
  await page.click('#clear-one');
  await page.locator('.toast').waitFor();
  await page.close();
  await eventually(async () => !(await isStored(one)), 'the site is forgotten');
  assert.ok(await isStored(two));
});

test('what sites did lately is told in plain words, and erased unless that is undone', async () => {
  const bytes = bytesOf('settings activity', 3000);
  succeeded(await store(a, bytes));
  await finds(a, bytes);
  await misses(b, bytes);
  const page = await openSettings(profile);
  const file = hashOf(bytes).value.slice(0, 12);
  const lines = page.locator('#activity-list li', { hasText: file });
  const words = (await lines.allInnerTexts()).join('\n');
  assert.match(words, new RegExp(`a\\.test\\S* stored file ${file}… \\(.*3 kB\\)`));
  assert.match(words, new RegExp(`a\\.test\\S* found file ${file}`));
  assert.match(words, new RegExp(`b\\.test\\S* asked for file ${file}.* and did not find it`));
  // Another file for each line of more than a page.
  await b.evaluate(() => Promise.allSettled(Array.from({ length: 60 }, (_, i) => /** @type {any} */ (navigator).crossOriginStorage
    .getFileHandle({ algorithm: 'SHA-256', value: i.toString(16).padStart(64, '0') }))));
  await page.reload();
  await page.waitForSelector('main[aria-busy=false]');
  assert.equal(await page.locator('#activity-list li').count(), 50);
  await page.click('#activity-more');
  await page.locator('#activity-list li:nth-child(60)').waitFor();
  await page.click('#activity-erase');
  await page.locator('#activity-list').waitFor({ state: 'hidden' });
  await page.locator('.toast').getByRole('button').click();
  await page.locator('#activity-list li', { hasText: 'did not find it' }).first().waitFor();
  await page.click('#activity-erase');
  await page.close();
  await eventually(async () => JSON.parse(await world.cos('activity', '--json')).length === 0, 'the log is erased');
});

test('what sites do is not noted while that is switched off', async () => {
  const page = await openSettings(profile);
  await page.locator('#activity-none', { hasText: 'Nothing yet' }).waitFor();
  const kept = page.locator('#activity-kept');
  await kept.uncheck();
  await page.locator('#activity-none', { hasText: 'Nothing is noted' }).waitFor();
  assert.equal((await world.cos('config', 'get', 'history.activity')).trim(), 'off');
  await misses(b, bytesOf('settings not noted'));
  await page.reload();
  await page.waitForSelector('main[aria-busy=false]');
  assert.equal(await page.locator('#activity-list li').count(), 0);
  await kept.check();
  await eventually(async () => (await world.cos('config', 'get', 'history.activity')).trim() === 'on', 'it is on again');
  await page.close();
});

test('a setting that is changed is what the command line sees', async () => {
  const page = await openSettings(profile);
  const ask = page.locator('#set_gates_ask');
  assert.equal(await ask.isChecked(), false);
  await ask.check();
  await eventually(async () => (await world.cos('config', 'get', 'gates.ask')).trim() === 'on', 'the setting is changed');
  await page.locator('#sites-mode', { hasText: 'have to ask' }).waitFor();
  await ask.uncheck();
  await eventually(async () => (await world.cos('config', 'get', 'gates.ask')).trim() === 'off', 'and back');
  await page.close();
});

test('what a smaller budget would remove is shown while it is typed, and happens only when it is applied', async () => {
  const shown = () => world.cos('config', 'get', 'budget.ceiling').then((text) => text.trim());
  const before = await shown();
  for (const word of ['budget one', 'budget two']) succeeded(await store(b, bytesOf(word, 1_500_000)));
  const { bytes } = JSON.parse(await world.cos('ls', '--json')).reduce((/** @type {any} */ sum, /** @type {any} */ entry) => ({ bytes: sum.bytes + entry.size }), { bytes: 0 });
  const room = bytes - 1_000_000;
  const dry = JSON.parse(await world.cos('evict', '--dry-run', '--to', String(room), '--json'));
  const files = dry.evicted.length;
  const page = await openSettings(profile);
  const input = page.locator('#set_budget_ceiling');
  const effect = page.locator('#set_budget_ceiling-effect');
  await input.fill(String(room));
  await effect.getByText(`${files} file`).waitFor();
  await input.blur();
  await page.keyboard.press('Tab');
  assert.equal(await shown(), before, 'leaving the field changes nothing');
  await input.press('Escape');
  assert.deepEqual([await input.inputValue(), await effect.innerText()], [before, '']);
  await input.fill('2 TiB');
  await effect.getByText('Nothing would be removed').waitFor();
  await page.getByRole('button', { name: 'Cancel: Most that the store may hold' }).click();
  assert.equal(await shown(), before);
  await input.fill(String(room));
  await page.getByRole('button', { name: 'Apply: Most that the store may hold' }).press('Enter');
  await effect.getByText('Changed.').waitFor();
  assert.equal(await input.evaluate((element) => element === document.activeElement), true);
  const now = JSON.parse(await world.cos('ls', '--json')).length;
  succeeded(await store(b, bytesOf('budget last', 1)));
  const left = JSON.parse(await world.cos('ls', '--json')).length;
  assert.ok(left >= now - files && left <= now - files + 1, `${now} files, ${files} were to go, ${left} are left`);
  await world.cos('config', 'set', 'budget.ceiling', before);
  await page.close();
});

test('below each switch stands what turning it would do', async () => {
  const page = await openSettings(profile);
  await page.locator('#set_history_reads-effect', { hasText: /When switched off: .*\d/ }).waitFor();
  const effects = await page.locator('#switches .effect').allInnerTexts();
  assert.equal(effects.length, await page.locator('#switches input').count());
  for (const effect of effects) assert.match(effect, /^When switched o(n|ff): .*\.$/);
  await page.locator('#set_handover_enabled').uncheck();
  await page.locator('#set_handover_enabled-effect', { hasText: 'When switched on' }).waitFor();
  await page.locator('#set_handover_enabled').check();
  await page.close();
});

test('a setting that is refused says so before and when it is applied, and what holds stays', async () => {
  const page = await openSettings(profile);
  const before = (await world.cos('config', 'get', 'grease.percent')).trim();
  await page.fill('#set_grease_percent', '90');
  await page.locator('#set_grease_percent-error', { hasText: '50' }).waitFor();
  await page.fill('#set_grease_percent', '91');
  await page.locator('#set_grease_percent').press('Enter');
  await page.locator('#set_grease_percent-error', { hasText: '50' }).waitFor();
  await page.locator('#set_grease_percent').press('Escape');
  assert.equal(await page.inputValue('#set_grease_percent'), before);
  assert.equal((await world.cos('config', 'get', 'grease.percent')).trim(), before);
  await page.close();
});

test('settings that were exported are put back by an import; what cannot be is told', async () => {
  const page = await openSettings(profile);
  await page.fill('#set_write_files', '300');
  await page.locator('#set_write_files').press('Enter');
  await eventually(async () => (await world.cos('config', 'get', 'write.files')).trim() === '300', 'the setting is changed');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#export')]);
  const exported = JSON.parse(readFileSync(await download.path(), 'utf8'));
  assert.equal(exported.settings['write.files'], '300');
  await world.cos('config', 'set', 'write.files', '512');
  exported.settings['grease.percent'] = '90';
  const choose = (/** @type {string} */ text) => page.setInputFiles('#import-file', { name: 'settings.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await choose(JSON.stringify(exported));
  await page.locator('#settings-file-said', { hasText: /Settings changed: 1\. .*50/ }).waitFor();
  assert.equal((await world.cos('config', 'get', 'write.files')).trim(), '300');
  await page.waitForFunction(() => /** @type {HTMLInputElement} */ (document.getElementById('set_write_files')).value === '300');
  await choose('a letter');
  await page.locator('#settings-file-said', { hasText: 'no settings of cos' }).waitFor();
  await world.cos('config', 'set', 'write.files', '512');
  await page.close();
});

test('a site is blocked, allowed and forgotten', async () => {
  const page = await openSettings(profile);
  await page.fill('#sites-input', 'news.example');
  await page.click('#sites-block');
  const row = page.locator('#sites-list li', { hasText: 'news.example' });
  await row.waitFor();
  assert.equal(JSON.parse(await world.cos('sites', 'list', '--json')).sites[0].decision, 'blocked');
  await row.getByRole('button', { name: /^Forget/ }).click();
  await row.waitFor({ state: 'detached' });
  await page.close();
});

test('every control has a name and a description, and nothing is without a word', async () => {
  const page = await openSettings(profile);
  const bare = await page.evaluate(() => [...document.querySelectorAll('input, select, button, a, [role=listbox], [role=region], [role=img]')]
    .filter((element) => !element.getAttribute('aria-label') && !element.textContent?.trim() && !(/** @type {HTMLInputElement} */ (element).labels?.[0]?.textContent?.trim()))
    .map((element) => element.outerHTML));
  assert.deepEqual(bare.filter((html) => !html.includes('hidden')), []);
  const empty = await page.evaluate(() => [...document.querySelectorAll('[data-text]')].filter((element) => element.textContent === '').map((element) => element.outerHTML));
  assert.deepEqual(empty, []);
  const described = await page.evaluate(() => [...document.querySelectorAll('#switches input')].every((input) =>
    document.getElementById(input.getAttribute('aria-describedby')?.split(' ')[0] ?? '')?.textContent?.endsWith('.')));
  assert.ok(described);
  await page.close();
});

test('the popup tells what the page in the tab stored and found, and the button how often', async () => {
  const page = await profile.open('a.test');
  const bytes = bytesOf('popup', 5000);
  succeeded(await store(page, bytes));
  await finds(page, bytes);
  const popup = await openPopup(profile, page);
  const facts = await popup.locator('#site-facts').innerText();
  assert.match(facts, /Found here\s+1 file, 5 kB/);
  assert.match(facts, /Stored\s+1 file, 5 kB/);
  const worker = await extensionServiceWorker(profile.context);
  const badge = await worker.evaluate(async () => {
    const { tabs, action } = /** @type {any} */ (globalThis).chrome;
    const [tab] = await tabs.query({ active: true });
    return action.getBadgeText({ tabId: tab.id });
  });
  assert.equal(badge, '1');
  assert.match(await popup.locator('#savings-text').innerText(), /kB|MB/);
  await popup.evaluate(() => document.getElementById('forget-savings')?.click());
  await popup.locator('#savings-text', { hasText: 'Nothing yet' }).waitFor();
  await page.close();
  await popup.close();
});

test('without a host the settings page shows what mends it, and no store', async () => {
  const without = await world.launch('without', { host: 'missing' });
  const page = await openSettings(without);
  assert.match(await page.locator('#headline').innerText(), /not installed/);
  assert.match(await page.locator('#mend-command').innerText(), /cos install/);
  assert.equal(await page.locator('#store').isVisible(), false);
  await without.close();
});

test("a content page can neither ask for the user's commands, nor delete, nor frame the settings page", async () => {
  const hash = await storeWord(a, 'settings hostile');
  // The page's own world sees no extension at all; what a content script could send is sent from its world, by the browser.
  assert.equal(await a.evaluate(() => typeof (/** @type {any} */ (globalThis).chrome?.runtime?.sendMessage)), 'undefined');
  const cdp = await profile.context.newCDPSession(a);
  /** @type {number[]} */
  const contexts = [];
  cdp.on('Runtime.executionContextCreated', ({ context }) => {
    if (context.origin === `chrome-extension://${EXTENSION_ID}` || context.auxData?.type === 'isolated') contexts.push(context.id);
  });
  await cdp.send('Runtime.enable');
  /** @param {string} expression */
  const inContentScript = async (expression) => {
    for (const contextId of contexts) {
      const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', { expression: `typeof chrome?.runtime?.id === 'string' ? (${expression}) : 'no extension'`, contextId, awaitPromise: true, returnByValue: true });
      if (result.value !== 'no extension' && !exceptionDetails) return result.value;
    }
    return assert.fail('no content script was found');
  };
  const digest = JSON.stringify({ algorithm: 'SHA-256', value: hash });
  const answers = await inContentScript(`Promise.all(['entries', 'settings', 'remove', 'totals', 'activity'].map((cmd) =>
    Promise.race([chrome.runtime.sendMessage({ ask: 'store', cmd, fields: { hash: ${digest} } }).then((answer) => answer ?? 'nothing', () => 'nothing'),
      new Promise((resolve) => setTimeout(resolve, 1000, 'nothing'))])))`);
  assert.deepEqual(answers, ['nothing', 'nothing', 'nothing', 'nothing', 'nothing']);
  const status = await inContentScript("Promise.race([chrome.runtime.sendMessage({ ask: 'tab', tab: 1 }).then((x) => x ?? 'nothing', () => 'nothing'), new Promise((resolve) => setTimeout(resolve, 1000, 'nothing'))])");
  assert.equal(status, 'nothing');
  const ended = await inContentScript(`new Promise((resolve) => {
    const port = chrome.runtime.connect({ name: 'cos-deletions' });
    port.onDisconnect.addListener(() => resolve('cut off'));
    port.postMessage({ later: '1', cmd: 'remove', fields: { hash: ${digest} } });
    port.postMessage({ now: '1' });
    setTimeout(resolve, 2000, 'open');
  })`);
  assert.equal(ended, 'cut off');
  // As a request of a document, through the port that documents have.
  const relayed = await inContentScript(`new Promise((resolve) => {
    const port = chrome.runtime.connect({ name: 'cos' });
    port.onMessage.addListener(resolve);
    port.postMessage({ active: true, message: { call: 1, op: 'ui.remove', cmd: 'ui.remove', hash: ${digest} } });
  })`);
  assert.equal(relayed.ok, false);
  assert.ok(await isStored(hash));
  await cdp.detach();
  await a.evaluate((url) => new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.src = url;
    frame.addEventListener('load', resolve);
    setTimeout(resolve, 2000);
    document.body.append(frame);
  }), `${UI}/settings.html`);
  assert.ok(!a.frames().some((frame) => frame.url().startsWith(UI)), 'the settings page is in a frame');
});

test('a site that the popup switches off may not use the store until the settings switch it on again', async () => {
  const bytes = bytesOf('settings switched off');
  const site = await profile.page('a.test');
  succeeded(await store(site, bytes));
  const popup = await openPopup(profile, site);
  await popup.locator('#site-on').uncheck();
  await popup.getByText('It counts when the page is loaded again.').waitFor();
  await site.reload();
  assert.equal((await read(site, hashOf(bytes))).error?.name, 'NotAllowedError');
  await popup.close();
  const again = await openPopup(profile, site);
  await again.getByText('You have switched the store off here.').waitFor();
  const settings = await openSettings(profile);
  await settings.getByRole('button', { name: 'Switch the store on for a.test' }).click();
  await settings.locator('#sites-off').waitFor({ state: 'hidden' });
  await settings.close();
  await site.reload();
  succeeded(await read(site, hashOf(bytes)));
  await again.close();
  await site.close();
});
