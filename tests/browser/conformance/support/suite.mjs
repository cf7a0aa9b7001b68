/**
 * Runs the subtests of one section of the specification in each of its contexts, in a real browser with the
 * extension, and makes each subtest a test of the runner.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { after, test } from 'node:test';
import { contentType, sendBytes } from '../../../../scripts/lib/https-server.mjs';
import { extensionServiceWorker } from '../../../../scripts/lib/chromium.mjs';
import { openWorld } from '../../support/fixture.mjs';
import { HOSTS } from '../../support/sites.mjs';
import { listedFile, LISTED_FILES } from '../in-page/bytes.js';
import { exceptionFor, unusedExceptions } from './exceptions.mjs';

/** @typedef {'window' | 'dedicated worker' | 'shared worker'} Context */
/** @typedef {{context: Context, name: string, passed: boolean, message: string}} Outcome */

/** @type {Context[]} */
export const EVERY_CONTEXT = ['window', 'dedicated worker'];

const IN_PAGE = new URL('../in-page/', import.meta.url);

/** Rates and budgets would end the suite before its subtests; sections about them set them anew. */
const UNBOUNDED = { 'rate.reads': '0', 'rate.writes': '0', 'write.files': '0', 'lookup.budget': 'off' };

/** The suite's files for every site, with any header that the address asks for. @type {import('../../../../scripts/lib/https-server.mjs').Handler} */
function serveSuite(_req, res, url) {
  const path = /^\/conformance\/([\w/-]+\.(?:js|html))$/.exec(url.pathname)?.[1];
  if (path === undefined) return undefined;
  const headers = Object.fromEntries(url.searchParams.getAll('h').map((line) => line.split(/:\s*(.*)/s, 2)));
  return sendBytes(res, 200, contentType(`x${extname(path)}`), readFileSync(new URL(path, IN_PAGE)), { 'access-control-allow-origin': '*', ...headers });
}

/** @param {import('../../support/fixture.mjs').World} world */
async function serveOrigins(world) {
  world.sites.serveAlso(serveSuite);
  const otherPort = await world.serve();
  const insecure = await world.serve(false);
  const names = { a: 'a.test', sibling: 'app.a.test', b: 'b.test', c: 'c.test', d: 'd.test', e: 'e.test' };
  assert.deepEqual(Object.values(names), HOSTS);
  return {
    ...Object.fromEntries(Object.entries(names).map(([name, host]) => [name, world.origin(host)])),
    otherPort: otherPort.origin('a.test'), otherPortOfB: otherPort.origin('b.test'), insecure: insecure.origin('a.test'),
  };
}

/**
 * @param {import('../../support/fixture.mjs').World} world
 * @param {Record<string, string>} origins
 * @param {{scripts: string[], contexts: Context[], section: string}} plan
 * @returns {Promise<Outcome[]>}
 */
async function runInBrowser(world, origins, { scripts, contexts, section }) {
  const profile = await world.launch();
  // A document whose response the extension did not see keeps the browser's own workers.
  await extensionServiceWorker(profile.context);
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const context of contexts) {
    const page = await profile.context.newPage();
    await page.exposeFunction('cosCommand', (/** @type {string[]} */ args) => world.cos(...args));
    await page.goto(new URL('/conformance/driver.html', origins.a).href);
    await page.waitForFunction('window.runSection');
    /** @type {import('../in-page/harness.js').Result[]} */
    const results = await page.evaluate((job) => /** @type {any} */ (window).runSection(job), { scripts, config: { context, section, origins } });
    outcomes.push(...results.map((result) => ({ context, ...result })));
    await Promise.all(profile.context.pages().map((open) => open.close().catch(() => {})));
    await profile.context.newPage();
  }
  await profile.close();
  return outcomes;
}

/** @param {string} section @param {string} title @param {Outcome[]} outcomes */
function report(section, title, outcomes) {
  const dir = process.env.CONFORMANCE_RESULTS;
  if (!dir) return;
  mkdirSync(dir, { recursive: true });
  const rows = outcomes.map((outcome) => ({ ...outcome, exception: exceptionFor(section, outcome)?.reason }));
  writeFileSync(join(dir, `${section}.json`), JSON.stringify({ section, title, outcomes: rows }, null, 1));
}

/**
 * @param {object} plan
 * @param {string} plan.section its number in the specification
 * @param {string} plan.title
 * @param {string[]} plan.scripts files of in-page/subtests
 * @param {Context[]} [plan.contexts]
 * @param {Record<string, string>} [plan.settings] of the store
 */
export async function runSection({ section, title, scripts, contexts = EVERY_CONTEXT, settings = {} }) {
  const listed = contexts.flatMap((context) => Array.from({ length: LISTED_FILES }, (_, index) => listedFile(context, index)));
  const world = await openWorld({ listed, settings: { ...UNBOUNDED, ...settings } });
  after(() => world.close());
  const outcomes = await runInBrowser(world, await serveOrigins(world), { scripts, contexts, section }).catch(async (error) => {
    await world.close();
    throw error;
  });
  report(section, title, outcomes);
  for (const outcome of outcomes) {
    const exception = exceptionFor(section, outcome);
    test(`${outcome.context}: ${outcome.name}`, () => {
      if (exception) assert.ok(!outcome.passed, `It passes, so it is no exception any more: ${exception.reason}`);
      else assert.ok(outcome.passed, outcome.message);
    });
  }
  for (const { name } of unusedExceptions(section, outcomes)) {
    test(`there is a subtest for the exception ‘${name}’`, () => assert.fail('No subtest is called so.'));
  }
}
