/**
 * A new user of an installed package, in a system of their own (scripts/bare-machine): opens a browser, loads the demo's
 * two sites, finds in the popup what was saved, and deletes it in the settings.
 *
 *   node scripts/lib/new-user.mjs CHROMIUM PROFILE LIST   LIST: a program that prints what `cos ls --json` prints
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { visit } from '../../demo/browse.mjs';
import { printSite, siteReport } from '../../demo/report.mjs';
import { makePlan } from '../../demo/server/plan.mjs';
import { serveDemo } from '../../demo/server/serve.mjs';
import { extensionServiceWorker, launchBrowser } from './chromium.mjs';
import { step } from './terminal.mjs';

const [browser, profileDir, listCommand] = process.argv.slice(2);
const UI = 'chrome-extension://nfnjcpnlghcadaegalilihnljncmldfj/ui';
/** As long as a deletion can be undone. */
const UNDO_MS = 8000;

const entries = () => JSON.parse(execFileSync(listCommand, { encoding: 'utf8' }));

const pictures = mkdtempSync(join(tmpdir(), 'cos-new-user-'));
const plan = await makePlan({ hub: 'https://huggingface.co' });
const server = await serveDemo(plan, { cos: true });
process.env.CHROMIUM = browser;
step('opening the browser');
const context = await launchBrowser({ profileDir, headless: true, extensionDir: '/usr/share/cos/extension/chromium', viewport: { width: 1100, height: 900 } });
try {
  await extensionServiceWorker(context);
  const reports = [];
  let last;
  for (const site of plan.sites) {
    step(`opening ${site.texts.name}`);
    const screenshot = join(pictures, `${site.host}.png`);
    const seen = await visit(context, site.host, server.url(site.host), { timeout: 240_000, screenshot });
    const report = siteReport({ plan, site, server, visit: seen, screenshot });
    printSite(report);
    reports.push(report);
    last = seen.page;
  }
  assert.ok(reports.every(({ ok }) => ok), 'both sites worked');
  const stored = entries();
  assert.ok(stored.length >= plan.files.length, 'the files are in the store');

  step('the popup says what was saved');
  const popup = await context.newPage();
  await popup.goto('about:blank');
  await last?.bringToFront();
  await popup.goto(`${UI}/popup.html`);
  await popup.waitForSelector('main[aria-busy=false]');
  const said = await popup.locator('#savings-text').innerText();
  console.log(`  Not downloaded again: ${said}`);
  assert.match(said, /29 MB/);
  await popup.close();

  step('deleting a file in the settings');
  const settings = await context.newPage();
  await settings.goto(`${UI}/settings.html`);
  await settings.waitForSelector('main[aria-busy=false]');
  await settings.locator('#entries [role=option]').first().click();
  await settings.click('#entry-delete');
  await settings.waitForTimeout(UNDO_MS + 2000);
  assert.equal(entries().length, stored.length - 1, 'it has gone');
} finally {
  await context.close();
  await server.close();
  rmSync(pictures, { recursive: true, force: true });
}
