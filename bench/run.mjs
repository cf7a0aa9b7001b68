/** All benchmarks: natively, then in the browser. `node bench/run.mjs --help` says more. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bold, formatBytes, formatDuration, formatTable, red, step } from '../scripts/lib/terminal.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const HELP = `Usage: node bench/run.mjs [options]

  --native      only the native benchmarks (build/bin/cos_bench)
  --browser     only those in the browser (bench/browser/run.mjs)
  --sizes LIST  megabytes of the files that the browser writes and reads
  --large       natively, stream 8 GiB for the memory that it takes, not 1 GiB
  --json FILE   write all results, {native, browser, machine}, as JSON
  --help        this text`;

/** @typedef {{key: string, name: string, value: number, unit: string, runs: number[]}} Figure */

/**
 * Runs a program; its standard error goes to ours.
 * @param {string} program
 * @param {string[]} args
 * @param {'pipe' | 'inherit'} stdout
 * @returns {Promise<string>} its standard output, when piped
 */
function run(program, args, stdout) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', stdout, 'inherit'] });
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (part) => (text += part));
    child.on('error', reject);
    child.on('close', (code, signal) =>
      (code === 0 ? resolve(text) : reject(new Error(`${program} ended with ${signal ?? `exit code ${code}`}.`))));
  });
}

/** @param {number} value @param {string} unit */
function forPeople(value, unit) {
  switch (unit) {
    case 'B/s': return `${formatBytes(value)}/s`;
    case 'B': return formatBytes(value);
    case 's': return formatDuration(value * 1000);
    case '1/s': return `${Math.round(value).toLocaleString('en')}/s`;
    default: return `${value.toFixed(2)}×`;
  }
}

/** @param {Figure} figure */
function row({ name, value, unit, runs }) {
  const span = runs.length > 1 ? `${forPeople(Math.min(...runs), unit)} to ${forPeople(Math.max(...runs), unit)}` : '';
  return [name, forPeople(value, unit), span];
}

/** @param {boolean} large */
async function native(large) {
  const bench = join(ROOT, 'build/bin/cos_bench');
  if (!existsSync(bench)) throw new Error('Not built yet: build/bin/cos_bench. Run scripts/build.');
  const results = JSON.parse(await run(bench, ['--json', ...(large ? ['--large'] : [])], 'pipe'));
  for (const { title, figures } of results.sections) {
    console.log(`\n${bold(title)}\n${formatTable(['', '>median', 'from … to'], figures.map(row))}`);
  }
  return results;
}

/** @param {string | undefined} sizes */
async function browser(sizes) {
  const dir = await mkdtemp(join(tmpdir(), 'cos-bench-'));
  try {
    const file = join(dir, 'browser.json');
    const args = [join(ROOT, 'bench/browser/run.mjs'), '--json', file, ...(sizes ? ['--sizes', sizes] : [])];
    await run(process.execPath, args, 'inherit');
    return JSON.parse(await readFile(file, 'utf8'));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Imported late: the native benchmarks need neither a browser nor what drives it. */
async function chromiumVersion() {
  try {
    const { findChromium } = await import('../scripts/lib/chromium.mjs');
    return (await run(findChromium(), ['--version'], 'pipe')).trim();
  } catch {
    return null;
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      native: { type: 'boolean', default: false }, browser: { type: 'boolean', default: false },
      large: { type: 'boolean', default: false }, sizes: { type: 'string' }, json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void console.log(HELP);
  const all = values.native === values.browser;
  /** @type {Record<string, unknown>} */
  const results = {};
  if (all || values.native) {
    step('native benchmarks');
    results.native = await native(values.large);
  }
  if (all || values.browser) {
    step('browser benchmarks');
    results.browser = await browser(values.sizes);
  }
  results.machine = {
    cores: cpus().length, cpu: cpus()[0]?.model ?? '', kernel: release(), chromium: await chromiumVersion(),
  };
  if (values.json) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
}

await main().catch((error) => {
  console.error(`${red('✗')} ${error instanceof Error ? error.message : error}`);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = 1;
});
