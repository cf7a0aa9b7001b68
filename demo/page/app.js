/** Runs the page: load the model, compute, show the result and where everything came from. */
import * as anymodel from './anymodel.js';
import * as cutout from './cutout.js';
import { startEngine } from './engine.js';
import { FileTable } from './files.js';
import { formatBytes, formatTime } from './format.js';
import * as speech from './speech.js';

const TASKS = { speech, cutout, model: anymodel };
const at = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const say = (/** @type {string} */ id, /** @type {string} */ text) => { at(id).textContent = text; };

/** @param {any} site */
function introduce(site) {
  document.title = `${site.name} · cos demo`;
  document.documentElement.dataset.look = site.second ? 'second' : 'first';
  say('name', site.name);
  say('origin', location.origin);
  say('tagline', site.tagline);
  say('headline', site.headline);
  say('result-title', site.resultTitle);
}

/** @param {any} site @param {number} network @param {number} store */
function conclude(site, network, store) {
  if (network === 0 && store > 0) {
    say('headline', 'Nothing to download: it was already here.');
    say('lead', site.second
      ? `${site.otherName}, a different site, brought these files to this computer. ${site.name} asked for them by their hashes and got them from the store.`
      : 'These files were in this computer’s store. The page asked for them by their hashes and got them from there.');
  } else if (site.cos) {
    say('headline', `Downloaded ${formatBytes(network)}, once for every site.`);
    say('lead', 'The files are now in this computer’s store. Any other site that needs the very same files can use them without downloading them again.');
  } else {
    say('headline', `Downloaded ${formatBytes(network)}, for this site alone.`);
    say('lead', 'Without Cross-Origin Storage every site downloads its own copy of the same files.');
  }
}

/** @param {FileTable} table @param {any} site */
async function account(table, site) {
  if (site.countsKnown) await table.askServer();
  for (const row of table.rows) row.finish();
  const network = table.rows.reduce((sum, row) => sum + (row.downloaded ?? (row.source === 'network' ? row.size : 0)), 0);
  const store = table.rows.reduce((sum, row) => sum + (row.source === 'store' ? row.size : 0), 0);
  say('figure-network', formatBytes(network));
  say('figure-store', formatBytes(store));
  at('figure-network').classList.toggle('some', network > 0);
  at('figure-store').classList.toggle('some', store > 0);
  return { network, store };
}

async function main() {
  const began = performance.now();
  const site = await (await fetch('/site.json')).json();
  introduce(site);
  const cosAvailable = 'crossOriginStorage' in navigator;
  if (site.cos && !cosAvailable) {
    throw new Error('This browser has no navigator.crossOriginStorage. Load the cos extension (build/extension/chromium) '
      + 'and register the native host with “cos install”, then reload this page.');
  }

  const table = new FileTable(at('files'));
  for (const file of site.files) table.add(file);
  const task = TASKS[site.task];
  say('status', 'loading…');
  const library = await startEngine(site, table);
  const loadBegan = performance.now();
  const model = await task.prepare(library, site, table);
  const readyTime = performance.now() - loadBegan;
  say('figure-ready', formatTime(readyTime));
  say('status', `Transformers.js ${library.env.version}, unmodified`);

  say('verdict', 'computing…');
  const found = await task.compute(library, model, site, (done) => say('verdict', `computing… ${Math.round(done * 100)} %`));
  task.show(at('result'), found, site);
  say('verdict', `computed in ${formatTime(found.computeTime)}`);
  at('verdict').classList.add('good');

  const { network, store } = await account(table, site);
  conclude(site, network, store);
  return {
    ok: true, task: site.task, cosAvailable, network, store, readyTime,
    totalTime: performance.now() - began, version: library.env.version,
    files: table.rows.map((row) => row.summary()), result: task.report(found),
  };
}

/** @param {unknown} error */
function fail(error) {
  const message = error instanceof Error ? error.message : String(error);
  say('headline', 'This did not work.');
  say('notice', message);
  say('status', '');
  at('notice').hidden = false;
  return { ok: false, error: message, cosAvailable: 'crossOriginStorage' in navigator };
}

// The runner reads these two.
globalThis.demoResult = await main().catch(fail);
document.documentElement.dataset.state = globalThis.demoResult.ok ? 'done' : 'failed';
