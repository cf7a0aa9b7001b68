/** The popup and the settings page for everybody: by keyboard, by ear, in the dark, without motion, from right to left, on narrow screens. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { hasNothingInTheWay } from './support/accessibility.mjs';
import { bytesOf, hashOf } from './support/bytes.mjs';
import { finds, misses, succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { read, store } from './support/in-page.mjs';
import { openPanel, openPopup, openSettings, rowOf } from './support/ui.mjs';

/** @typedef {import('playwright-core').Page} Page */

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
const withoutHost = await world.launch('without', { host: 'missing' });

/** @param {Page} page @param {number} width @returns {Promise<string[]>} what is wider than it may be */
async function overflowing(page, width) {
  await page.setViewportSize({ width, height: 800 });
  return page.evaluate(() => {
    const root = document.documentElement;
    const wide = [...document.querySelectorAll('body *')].filter((element) => {
      const { left, right, width: ownWidth } = element.getBoundingClientRect();
      // Made invisible, or cut off on purpose with an ellipsis.
      if (ownWidth <= 1 || element.closest('.row, .unseen')) return false;
      return left < -1 || right > root.clientWidth + 1;
    });
    const scrolls = root.scrollWidth > root.clientWidth ? [`the page is ${root.scrollWidth} wide in ${root.clientWidth}`] : [];
    return [...scrolls, ...wide.map((element) => element.outerHTML.slice(0, 120))];
  });
}

/** @param {Page} page @returns {Promise<string>} the name of what has the focus */
const focused = (page) => page.evaluate(() => {
  const { activeElement: element } = document;
  return element === null || element === document.body ? '' : element.id || element.tagName.toLowerCase();
});

test('an empty store has nothing in the way of anybody', async () => {
  const settings = await openSettings(profile);
  await settings.locator('#entries-none').waitFor();
  await hasNothingInTheWay(settings, 'settings, empty');
  await settings.close();
  const popup = await openPopup(profile);
  await hasNothingInTheWay(popup, 'popup, empty');
  await popup.close();
});

test('a store in use has nothing in the way of anybody', async () => {
  const site = await profile.page('a.test');
  for (let i = 0; i < 20; i += 1) succeeded(await store(site, bytesOf(`accessible ${i}`, 2000 + i)));
  await finds(site, bytesOf('accessible 3', 2003));
  await world.cos('sites', 'block', 'news.example');
  const settings = await openSettings(profile);
  const { value: chosen } = hashOf(bytesOf('accessible 4', 2004));
  const { value: deleted } = hashOf(bytesOf('accessible 5', 2005));
  await rowOf(settings, deleted).click();
  await settings.click('#entry-delete');
  await rowOf(settings, chosen).click();
  await settings.locator('#entry dd', { hasText: chosen }).waitFor();
  await settings.click('#entry-pin');
  await settings.locator('.tag').waitFor();
  await settings.setInputFiles('#add-chooser', { name: 'mine.txt', mimeType: 'text/plain', buffer: Buffer.from('mine') });
  await settings.locator('#adding').waitFor();
  await settings.fill('#set_budget_percent', '1');
  await settings.locator('#set_budget_percent-effect', { hasText: 'stay free' }).waitFor();
  await settings.fill('#set_write_files', 'many');
  await settings.locator('#set_write_files-error', { hasText: 'from' }).waitFor();
  // What is on its way in is half seen through.
  await settings.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
  await hasNothingInTheWay(settings, 'settings, in use');
  await settings.getByRole('button', { name: 'Undo' }).click();
  await settings.close();
  const popup = await openPopup(profile, site);
  await popup.locator('summary').click();
  assert.ok(await popup.locator('#site').isVisible() && await popup.locator('#facts').isVisible());
  await hasNothingInTheWay(popup, 'popup, in use');
  await popup.close();
});

test('what a page was not given, and a question of ask mode, have nothing in the way of anybody', async () => {
  await world.cos('config', 'set', 'gates.ask', 'on');
  const site = await profile.open('b.test');
  for (const bytes of [bytesOf('accessible 3', 2003), bytesOf('accessible nowhere')]) await misses(site, bytes);
  const popup = await openPopup(profile, site);
  assert.equal(await popup.locator('#not-given-list li').count(), 2);
  await popup.locator('#ask').getByRole('button').first().click();
  await popup.locator('#ask-said:not(:empty)').waitFor();
  await hasNothingInTheWay(popup, 'popup, refused');
  for (const direction of ['ltr', 'rtl']) {
    await popup.evaluate((dir) => { document.documentElement.dir = dir; }, direction);
    assert.deepEqual(await overflowing(popup, 320), [], `popup, refused, ${direction}`);
  }
  await world.cos('config', 'set', 'gates.ask', 'off');
  await popup.close();
  await site.close();
});

test('without a host the pages have nothing in the way of anybody', async () => {
  const settings = await openSettings(withoutHost);
  await hasNothingInTheWay(settings, 'settings, no host');
  await settings.close();
  const popup = await openPopup(withoutHost);
  await hasNothingInTheWay(popup, 'popup, no host');
  await popup.close();
});

test('the panel of the developer tools has nothing in the way of anybody', async () => {
  const site = await profile.page('a.test');
  const panel = await openPanel(profile, site);
  await hasNothingInTheWay(panel, 'panel, empty');
  const stranger = hashOf(bytesOf('accessible to nobody'));
  while ((await panel.locator('#calls tr').count()) === 0) {
    await read(site, stranger);
    await panel.waitForTimeout(50);
  }
  await panel.locator('#calls tr').first().getByRole('button').click();
  await panel.locator('#details pre').waitFor();
  await hasNothingInTheWay(panel, 'panel, in use');
  await panel.close();
});

test('the keyboard comes to every control, in the order in which they are read, and sees where it is', async () => {
  const page = await openSettings(profile);
  const controls = await page.evaluate(() => [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
    .filter((element) => element.checkVisibility()).map((element) => element.id || element.tagName.toLowerCase()));
  assert.ok(controls.length > 25 && controls.includes('entries'), controls.join());
  const visited = [];
  for (const _ of controls) {
    await page.keyboard.press('Tab');
    visited.push(await focused(page));
    const outline = await page.evaluate(() => {
      const row = document.activeElement?.querySelector('.row.active');
      const { outlineStyle, outlineWidth } = getComputedStyle(row ?? document.activeElement ?? document.body);
      return outlineStyle === 'none' ? 0 : Number.parseFloat(outlineWidth);
    });
    assert.ok(outline >= 2, `${visited.at(-1)} does not show that it has the focus`);
  }
  assert.deepEqual(visited, controls);
  await page.close();
});

test('arrow keys, Home, End and the page keys move through the list, and the active row is in view and told', async () => {
  const page = await openSettings(profile);
  await page.locator('#entries').focus();
  const { rows, pageful } = await page.locator('#entries').evaluate((box) => {
    const row = /** @type {HTMLElement} */ (box.querySelector('[role=option]'));
    return { rows: Number(row.getAttribute('aria-setsize')), pageful: Math.floor(box.clientHeight / row.offsetHeight) - 1 };
  });
  assert.ok(rows > pageful && pageful > 3, `${rows} rows, ${pageful} in view`);
  for (const [key, index] of /** @type {[string, number][]} */ ([
    ['ArrowDown', 0], ['ArrowDown', 1], ['ArrowUp', 0], ['ArrowUp', 0], ['End', rows - 1], ['ArrowDown', rows - 1], ['Home', 0], ['PageDown', pageful], ['PageUp', 0],
  ])) {
    await page.keyboard.press(key);
    const { active, isInView } = await page.locator('#entries').evaluate((box) => {
      const id = box.getAttribute('aria-activedescendant') ?? '';
      const row = document.getElementById(id)?.getBoundingClientRect();
      const view = box.getBoundingClientRect();
      return { active: id, isInView: row !== undefined && row.top >= view.top - 1 && row.bottom <= view.bottom + 1 };
    });
    assert.equal(active, `entry-${index}`, key);
    assert.ok(isInView, key);
  }
  await page.close();
});

test('Enter opens a file, Escape goes back to its row', async () => {
  const page = await openSettings(profile);
  await page.locator('#entries').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('#entry-title:focus').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'entry-verify');
  await page.keyboard.press('Escape');
  assert.equal(await focused(page), 'entries');
  assert.equal(await page.locator('#entries').getAttribute('aria-activedescendant'), 'entry-1');
  assert.equal(await page.locator('#entry-1').getAttribute('aria-selected'), 'true');
  await page.close();
});

test('the popup can be used by the keyboard alone', async () => {
  const popup = await openPopup(profile, await profile.page('a.test'));
  await popup.bringToFront();
  const visited = [];
  for (let i = 0; i < 4; i += 1) {
    await popup.keyboard.press('Tab');
    visited.push(await focused(popup));
  }
  assert.deepEqual(visited, ['site-on', 'forget-savings', 'summary', 'a']);
  const opened = profile.context.waitForEvent('page');
  await popup.keyboard.press('Enter');
  const settings = await opened;
  await settings.waitForURL(/settings\.html$/);
  await settings.close();
  await popup.close();
});

test('nothing moves for who asked for less motion', async () => {
  const page = await openSettings(profile);
  const { value: hash } = hashOf(bytesOf('accessible 6', 2006));
  /** Of a toast as it comes, and of a switch that is turned. */
  const motions = async () => {
    await rowOf(page, hash).click();
    await page.click('#entry-delete');
    await page.locator('.toast').waitFor();
    const [animation, transition] = await page.evaluate(() => [
      getComputedStyle(/** @type {Element} */ (document.querySelector('.toast'))).animationName,
      getComputedStyle(/** @type {Element} */ (document.querySelector('[role=switch]'))).transitionDuration,
    ]);
    await page.getByRole('button', { name: 'Undo' }).click();
    return { animation, transition };
  };
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  assert.deepEqual(await motions(), { animation: 'rise', transition: '0.12s' });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  assert.deepEqual(await motions(), { animation: 'none', transition: '0s' });
  await page.close();
});

for (const dir of ['ltr', 'rtl']) {
  test(`read ${dir === 'ltr' ? 'from left to right' : 'from right to left'}, nothing is wider than the screen`, async () => {
    const settings = await openSettings(profile);
    await settings.locator('#entries [role=option]').first().click();
    await settings.locator('#entry-title').waitFor();
    await settings.evaluate((direction) => { document.documentElement.dir = direction; }, dir);
    // 320 is what a screen of 1280 leaves at four times the size (WCAG 1.4.10).
    for (const width of [1120, 640, 320]) assert.deepEqual(await overflowing(settings, width), [], `settings, ${width} wide`);
    await settings.setViewportSize({ width: 1120, height: 800 });
    const { icon, title } = await settings.evaluate(() => ({
      icon: /** @type {Element} */ (document.querySelector('header img')).getBoundingClientRect().left,
      title: /** @type {Element} */ (document.querySelector('h1')).getBoundingClientRect().left,
    }));
    assert.equal(icon < title, dir === 'ltr', 'the page is mirrored');
    await settings.close();
    for (const where of [profile, withoutHost]) {
      const popup = await openPopup(where);
      await popup.evaluate((direction) => { document.documentElement.dir = direction; }, dir);
      for (const width of [340, 320]) assert.deepEqual(await overflowing(popup, width), [], `popup, ${width} wide`);
      await popup.close();
    }
  });
}

test('a German browser has German pages, whose longer words have room', async () => {
  const german = await world.launch('german', { language: 'de' });
  const settings = await openSettings(german);
  assert.equal(await settings.evaluate(() => document.documentElement.lang), 'de');
  assert.equal(await settings.locator('#headline').innerText(), 'Der Speicher ist bereit');
  assert.match(await settings.locator('#entries .when').first().innerText(), /jetzt|vor/, 'times are told in German, too');
  await settings.locator('#entries [role=option]').first().click();
  await settings.locator('#entry-title').waitFor();
  await settings.setInputFiles('#add-chooser', { name: `${'lang'.repeat(20)}.txt`, mimeType: 'text/plain', buffer: Buffer.from('mine') });
  await settings.locator('#adding').waitFor();
  for (const width of [1120, 320]) assert.deepEqual(await overflowing(settings, width), [], `settings, ${width} wide`);
  const popup = await openPopup(german);
  assert.deepEqual(await overflowing(popup, 340), [], 'popup');
  await german.close();
});
