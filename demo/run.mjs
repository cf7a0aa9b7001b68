/** The demo: two unrelated sites, one model, one download. `node demo/run.mjs --help` says more. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freshDirs, hasDisplay, launchBrowser } from '../scripts/lib/chromium.mjs';
import { bold, cyan, formatBytes, red, step } from '../scripts/lib/terminal.mjs';
import { visit } from './browse.mjs';
import { printSite, printVerdict, siteReport, verdict } from './report.mjs';
import { extendList } from './server/extra-list.mjs';
import { makePlan, ROOT } from './server/plan.mjs';
import { serveDemo } from './server/serve.mjs';

const HELP = readFileSync(new URL('help.txt', import.meta.url), 'utf8').trimEnd();

const COS = join(ROOT, 'build/bin/cos');
const EXTENSION = join(ROOT, 'build/extension/chromium');
const OUT = join(ROOT, 'build/demo');

function options() {
  // `--big` may stand alone; the parser wants a value for it.
  const args = process.argv.slice(2).flatMap((arg, i, all) =>
    (arg === '--big' && !['small', 'medium'].includes(all[i + 1]) ? ['--big=small'] : [arg]));
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  const text = /** @type {const} */ ({ type: 'string' });
  const { values } = parseArgs({
    args,
    options: {
      big: text, model: text, task: text, dtype: text, hub: { type: 'string', default: 'https://huggingface.co' },
      'no-cos': flag, line: text, headless: flag, window: flag, dark: flag, light: flag, keep: flag, json: text, help: flag,
    },
  });
  if (values.big && !['small', 'medium'].includes(values.big)) throw new Error('--big takes small or medium.');
  if (values.line && !(Number(values.line) > 0)) throw new Error('--line takes a number of Mbit/s.');
  if (values.window && !hasDisplay()) throw new Error('--window needs a display, and there is none here.');
  return values;
}

/** What must have been built; said before anything starts. */
function checkBuild() {
  const missing = [COS, join(EXTENSION, 'manifest.json')].filter((file) => !existsSync(file));
  if (missing.length === 0) return;
  throw new Error(`Not built yet: ${missing.map((file) => file.slice(ROOT.length)).join(', ')}.\n`
    + 'scripts/demo builds everything first; --no-cos shows the demo without it.');
}

/** What to do when the extension is loaded but the API is not there. */
const NO_API = `The browser started, but its pages have no navigator.crossOriginStorage.
  - Chromium 148 or later is needed, and branded Chrome does not take --load-extension: name a Chromium in $CHROMIUM.
  - build/extension/chromium must be the built extension; look at chrome://extensions with --window --keep.
  - “build/bin/cos ls” says whether the store can be opened; the icon of the extension says what else is missing.`;

/** @param {import('playwright-core').BrowserContext} context */
async function holdOpen(context) {
  console.log(`\nThe demo stays open. ${bold('Ctrl-C')} ends it and removes its profile and store.`);
  await new Promise((resolve) => context.on('close', resolve));
}

async function main() {
  const wish = options();
  if (wish.help) return void console.log(HELP);
  const cos = !wish['no-cos'];
  if (cos) checkBuild();
  await mkdir(OUT, { recursive: true });
  // Before all the rest, which takes its time.
  if (wish.json) await writeFile(wish.json, '');

  step('preparing model, runtime and inputs');
  const plan = await makePlan({ ...wish, big: /** @type {any} */ (wish.big) });
  for (const file of plan.files) step(`  ${file.label}: ${formatBytes(file.size)}, SHA-256 ${file.sha256.slice(0, 16)}…`);

  const server = await serveDemo(plan, { cos, bytesPerSecond: wish.line ? (Number(wish.line) * 1e6) / 8 : 0 });
  const dirs = freshDirs('cos-demo-');
  const headless = wish.headless || (!wish.window && !hasDisplay());
  /** @type {import('playwright-core').BrowserContext | undefined} */
  let context;
  try {
    if (cos && plan.large.size) {
      step(`adding ${plan.large.size} hashes of ${plan.model.id} to the throw-away store's Public Hash List`);
      await extendList(COS, dirs, [...plan.large.values()].map(({ sha256 }) => sha256));
    }
    step(`starting Chromium${headless ? ' without a window' : ''}${cos ? ' with the cos extension and host' : ' without the extension'}`);
    context = await launchBrowser({
      profileDir: dirs.profileDir, storeDir: dirs.storeDir, headless,
      extensionDir: cos ? EXTENSION : null, cosBinary: cos ? COS : null,
      viewport: headless ? { width: 1100, height: 900 } : null,
      colorScheme: wish.dark ? 'dark' : wish.light ? 'light' : null,
    });

    const reports = [];
    const complaints = [];
    for (const [index, site] of plan.sites.entries()) {
      step(`${site.texts.name}: opening ${cyan(server.origin(site.host))}`);
      const screenshot = join(OUT, `site-${'ab'[index]}.png`);
      const seen = await visit(context, site.host, server.url(site.host), {
        timeout: plan.task === 'speech' ? 120_000 : 600_000, screenshot, page: index === 0 ? context.pages()[0] : undefined,
      });
      const report = siteReport({ plan, site, server, visit: seen, screenshot });
      reports.push(report);
      printSite(report);
      complaints.push(...seen.complaints.map((line) => `${site.host}: ${line}`));
      if (cos && seen.result.cosAvailable === false) throw new Error(NO_API);
      if (!report.ok) break;
    }

    const end = verdict(reports, { cos });
    printVerdict(reports, end, { cos });
    if (!end.ok) for (const line of complaints.slice(0, 12)) step(`console of ${line}`);
    console.log(`Screenshots: ${reports.map((report) => report.screenshot.slice(ROOT.length)).join(', ')}`);
    if (wish.json) await writeFile(wish.json, `${JSON.stringify({ ...end, cos, task: plan.task, model: plan.model.id, sites: reports }, null, 2)}\n`);
    process.exitCode = end.ok ? 0 : 1;
    if (wish.keep) await holdOpen(context);
  } finally {
    await context?.close().catch(() => {});
    await server.close();
    dirs.dispose();
  }
}

await main().catch((error) => {
  console.error(`${red('✗')} ${error instanceof Error ? error.message : error}`);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = 1;
});
