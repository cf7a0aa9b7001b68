/**
 * What the declarative forms would be in a browser that has them built in, and cannot be in an extension. Each of these is
 * expected to fail, for the reason in conformance/support/exceptions.mjs; one that does not, fails the run.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { extensionServiceWorker } from '../../scripts/lib/chromium.mjs';
import { exceptionFor } from './conformance/support/exceptions.mjs';
import { succeeded } from './support/expect.mjs';
import { openWorld } from './support/fixture.mjs';
import { store } from './support/in-page.mjs';

const world = await openWorld();
after(() => world.close());
const profile = await world.launch();
await extensionServiceWorker(profile.context);
const a = await profile.page('a.test');

/** @param {string} text */
const integrityOf = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** @param {string} text */
const stored = async (text) => succeeded(await store(a, new Uint8Array(Buffer.from(text))));

/** @param {string} word */
const noting = (word) => `(window.hits ??= []).push(new Error().stack.includes('blob:') && '${word}');`;

/** @param {string} html @param {Record<string, string>} [headers] */
async function open(html, headers) {
  const page = await profile.openDocument('a.test', { html, headers });
  await page.waitForFunction(() => document.readyState === 'complete');
  return page;
}

/** What became of a document's scripts. @param {import('playwright-core').Page} page */
async function hitsOf(page) {
  await page.waitForFunction(() => /** @type {any} */ (window).hits !== undefined);
  return page.evaluate(() => /** @type {any} */ (window).hits);
}

/**
 * @param {string} name as in the list of exceptions
 * @param {() => Promise<void>} body
 */
function cannot(name, body) {
  const exception = exceptionFor('9', { context: 'window', name });
  test(`cannot be: ${name}`, async () => {
    assert.ok(exception, 'It is not among the exceptions.');
    const error = await body().then(() => undefined, (reason) => reason);
    assert.ok(error, `It holds, so it is no exception any more: ${exception.reason}`);
    assert.equal(error.code, 'ERR_ASSERTION', `It failed in another way: ${error}`);
  });
}

cannot('a stored style sheet in the markup costs no request', async () => {
  const text = 'body { color: rgb(9, 9, 9) }';
  await stored(text);
  const path = world.sites.sheet(text);
  const page = await open(`<link rel=stylesheet href="${path}" integrity="${integrityOf(text)}" crossoriginstorage><body>`);
  await page.waitForFunction(() => getComputedStyle(document.body).color === 'rgb(9, 9, 9)');
  assert.equal(world.server.traffic.requests({ path }), 0);
});

cannot('a script that a script makes is served from the store', async () => {
  const text = noting('made');
  await stored(text);
  const page = await open(`<script>const made = document.createElement('script');
    Object.assign(made, { src: '${world.sites.script(text)}', integrity: '${integrityOf(text)}' });
    made.setAttribute('crossoriginstorage', ''); document.head.append(made);</script>`);
  assert.deepEqual(await hitsOf(page), ['made']);
});

cannot('a module that imports others is served from the store', async () => {
  const part = world.sites.script('export const part = 1;');
  const text = `import { part } from '${part}'; ${noting('module')}`;
  await stored(text);
  const page = await open(`<script type=module src="${world.sites.script(text)}" integrity="${integrityOf(text)}" crossoriginstorage></script>`);
  assert.deepEqual(await hitsOf(page), ['module']);
});

cannot('a stored script is served under a policy that allows its address', async () => {
  const text = noting('allowed');
  await stored(text);
  const tag = `<script src="${world.sites.script(text)}" integrity="${integrityOf(text)}" crossoriginstorage></script>`;
  const page = await open(tag, { 'content-security-policy': "script-src 'self'" });
  assert.deepEqual(await hitsOf(page), ['allowed']);
});

cannot('a linked style sheet that declares nothing itself may declare addresses in it', async () => {
  const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';
  await stored(picture);
  const url = `url("${world.sites.file(new Uint8Array(Buffer.from(picture)))}" integrity("${integrityOf(picture)}") cross-origin-storage())`;
  const page = await open(`<link rel=stylesheet href="${world.sites.sheet(`body { background-image: ${url} }`)}"><body>`);
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).backgroundImage), 'none');
});

cannot('import … with { integrity, crossOriginStorage } is understood', async () => {
  const text = 'export const word = 1;';
  const path = world.sites.script(text);
  const outcome = await a.evaluate(`import('${path}', { with: { integrity: '${integrityOf(text)}', crossOriginStorage: '' } })
    .then(() => 'imported', (error) => error.name)`);
  assert.equal(outcome, 'imported');
});
