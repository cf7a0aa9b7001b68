/** <link rel=stylesheet> with `crossoriginstorage`, and `cross-origin-storage()` in style sheets: served from the store. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { hashOf } from './support/bytes.mjs';
import { integrityOf, noting, openDeclaring, utf8 } from './support/declared.mjs';
import { eventually, succeeded } from './support/expect.mjs';
import { read, store } from './support/in-page.mjs';

const { world, profile, a, stored, sheetOf, open } = await openDeclaring();
after(() => world.close());

test('a style sheet comes from the store, and the addresses in it still mean what they meant', async () => {
  const text = 'body { color: rgb(1, 2, 3); background-image: url(picture.png) }\n@import "other.css";';
  await stored(text);
  const { page, ran } = await open(`${sheetOf(text)}<script>${noting('after')}; ran.push(getComputedStyle(document.documentElement).display)</script><body>`);
  assert.deepEqual(await ran(), ['after', 'block', 'load']);
  const seen = await page.evaluate(() => ({
    color: getComputedStyle(document.body).color, picture: getComputedStyle(document.body).backgroundImage, href: document.styleSheets[0].href,
  }));
  assert.equal(seen.color, 'rgb(1, 2, 3)');
  assert.equal(seen.picture, `url("${world.server.url('a.test', '/resource/picture.png')}")`);
  assert.match(seen.href ?? '', /^blob:/);
  assert.equal(await page.evaluate(() => document.querySelector('link')?.integrity), integrityOf(text), 'its integrity is there again');
  await page.close();
});

for (const [what, has, change] of /** @type {[string, boolean, string][]} */ ([
  ['takes out while it is looked up', false, 'remove()'], ['takes out while it loads', true, 'remove()'],
  ['switches off while it loads', true, 'disabled = true'], ['makes no style sheet while it loads', true, "rel = 'next'"],
])) {
  test(`a style sheet that a page ${what} keeps nothing waiting`, async () => {
    // Of the server no answer comes.
    world.sites.serveAlso(() => undefined);
    // The address goes when the look-up begins, and comes back when it is over.
    const html = `<script>
      new MutationObserver(() => {
        const link = document.querySelector('link');
        if (link.hasAttribute('href') === ${has}) setTimeout(() => { link.${change}; });
      }).observe(document, { attributes: true, attributeFilter: ['href'], subtree: true });
      </script><link rel=stylesheet href="/unanswered/${encodeURIComponent(what)}" integrity="${integrityOf(what)}" crossoriginstorage>
      <script>window.ran = ['after']; addEventListener('load', () => ran.push('load'));</script>`;
    const page = await profile.context.newPage();
    await page.goto(world.server.url('a.test', world.sites.document({ html })), { waitUntil: 'commit' });
    await page.waitForFunction(() => /** @type {any} */ (window).ran?.includes('load'));
    assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).ran), ['after', 'load']);
    await page.close();
  });
}

test('a style sheet that is missing comes from the network and is stored', async () => {
  const text = 'body { color: rgb(3, 2, 1) }';
  const { page } = await open(`${sheetOf(text, 'crossoriginstorage onload="(window.ran ??= []).push(1)"')}<body>`);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).color), 'rgb(3, 2, 1)');
  await eventually(async () => (await read(a, hashOf(utf8(text)))).error === undefined, 'the style sheet is stored');
  await page.close();
});

test('under a policy for styles a style sheet comes from its own address', async () => {
  const text = 'body { color: rgb(7, 7, 7) }';
  await stored(text);
  const { page } = await open(`${sheetOf(text)}<body>`, { 'content-security-policy': "style-src 'self'" });
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).color), 'rgb(7, 7, 7)');
  assert.doesNotMatch(await page.evaluate(() => document.styleSheets[0].href ?? ''), /^blob:/);
  await page.close();
});

/** @param {string} path @param {string | Uint8Array} bytes @param {string} [scope] */
const declaredUrl = (path, bytes, scope = '') => `url("${path}" integrity("${integrityOf(bytes)}") cross-origin-storage(${scope}))`;

/** @param {import('playwright-core').Page} page @param {string} [selector] */
const pictureOf = (page, selector = 'body') =>
  page.evaluate((wanted) => getComputedStyle(/** @type {Element} */ (document.querySelector(wanted))).backgroundImage, selector);

test('an address that a style declares is served from the store', async () => {
  const picture = utf8('<svg xmlns="http://www.w3.org/2000/svg" width="3" height="3"><!-- stored --></svg>');
  succeeded(await store(a, picture));
  const path = world.sites.file(picture);
  const { page } = await open(`<style>body { background-image: url("/plain.png"); background-image: ${declaredUrl(path, picture)}; }</style><body>`);
  await eventually(async () => (await pictureOf(page)).includes('blob:'), 'the picture comes from the store');
  assert.equal(world.server.traffic.requests({ path }), 0);
  await page.close();
});

test('a style that the page changes while its addresses are looked up keeps what the page gave it', async () => {
  const picture = utf8('<svg xmlns="http://www.w3.org/2000/svg" width="3" height="3"><!-- changed --></svg>');
  succeeded(await store(a, picture));
  const declared = declaredUrl(world.sites.file(picture), picture);
  const { page } = await open(`<style id=changed>p { background-image: ${declared}; }</style>
    <script>document.getElementById('changed').textContent = 'p { color: red; }';</script>
    <style>body { background-image: ${declared}; }</style><body>`);
  await eventually(async () => (await pictureOf(page)).includes('blob:'), 'the style after it is served');
  assert.equal(await page.locator('#changed').evaluate(({ textContent }) => textContent), 'p { color: red; }');
  await page.close();
});

test('an address that a style declares and the store does not have comes from the network and is stored', async () => {
  const picture = utf8('<svg xmlns="http://www.w3.org/2000/svg" width="3" height="3"><!-- missing --></svg>');
  const path = world.sites.file(picture);
  const { page } = await open(`<style>body { background-image: ${declaredUrl(path, picture, '*')}; }</style><body>`);
  await eventually(async () => (await pictureOf(page)).includes(path), 'the picture comes from the network');
  await eventually(async () => (await read(a, hashOf(picture))).error === undefined, 'the picture is stored');
  await page.close();
});

test('a declared style sheet may declare addresses of its own', async () => {
  const picture = utf8('<svg xmlns="http://www.w3.org/2000/svg" width="3" height="3"><!-- in a sheet --></svg>');
  const path = world.sites.file(picture);
  const text = `body { background-image: ${declaredUrl(path, picture, '"https://b.example", "https://c.example"')} }`;
  succeeded(await store(a, picture));
  await stored(text);
  const { page } = await open(`${sheetOf(text)}<body>`);
  assert.match(await pictureOf(page), /^url\("blob:/);
  assert.equal(world.server.traffic.requests({ path }), 0);
  await page.close();
});

test('styles that declare nothing keep their text, and so do those under a policy', async () => {
  const picture = utf8('<svg xmlns="http://www.w3.org/2000/svg" width="3" height="3"><!-- policy --></svg>');
  succeeded(await store(a, picture));
  const style = `body { background-image: ${declaredUrl(world.sites.file(picture), picture)} }`;
  const { page } = await open(`<style id=s>${style}</style><body>`, { 'content-security-policy': "style-src 'unsafe-inline'" });
  assert.deepEqual([await page.evaluate(() => document.getElementById('s')?.textContent), await pictureOf(page)], [style, 'none']);
  await page.close();
});
