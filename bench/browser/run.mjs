/** What reading and writing through COS costs in a real browser. `node bench/browser/run.mjs --help` says more. */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { requireBuild } from '../../scripts/lib/build.mjs';
import { red, step } from '../../scripts/lib/terminal.mjs';
import { print, summarize } from './report.mjs';
import { Session } from './session.mjs';

const HELP = `Usage: node bench/browser/run.mjs [options]

Writes files on one site and reads them on another, through COS with direct hand-over and with
loopback, and compares with what a site can do alone: its origin private file system (OPFS), its
Cache API, and the network (a server on this machine). Everything is read from memory that the
system keeps of the disk. Above 512 MB the bytes are read part by part, in every place alike.
COS verifies the hash of what is written and waits until it is on the disk; OPFS and the Cache API
do neither.

Two browsers run one after the other, one for each way of moving bytes. Ratios are to OPFS in the
same browser; absolute times of different runs cannot be compared.

  --sizes LIST  megabytes (of 1,000,000 bytes), default 1,16,177,1024
  --json FILE   write the results, with every single time, as JSON
  --help        this text`;

/** @param {number} size @returns {import('./session.mjs').Runs} */
const runsFor = (size) =>
  (size <= 50e6 ? { writes: 5, reads: 15 } : size <= 500e6 ? { writes: 3, reads: 7 } : { writes: 2, reads: 3 });

function options() {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '1,16,177,1024' }, json: { type: 'string' }, help: { type: 'boolean', default: false },
    },
  });
  const sizes = values.sizes.split(',').map((size) => Number(size) * 1e6);
  if (!sizes.every((size) => Number.isSafeInteger(size) && size > 0)) throw new Error('--sizes takes numbers of megabytes, such as 1,16.');
  return { ...values, sizes };
}

/**
 * @param {boolean} handover
 * @param {number[]} sizes
 */
async function measureAll(handover, sizes) {
  const session = new Session(handover);
  const results = [];
  try {
    await session.open();
    for (const size of sizes) {
      step(`${handover ? 'direct hand-over' : 'loopback'}, ${size / 1e6} MB`);
      results.push(await session.measure(size, runsFor(size), { baselines: handover }));
    }
  } finally {
    await session.close();
  }
  return results;
}

async function main() {
  const { sizes, json, help } = options();
  if (help) return void console.log(HELP);
  requireBuild();
  const direct = await measureAll(true, sizes);
  const loopback = await measureAll(false, sizes);
  const summaries = sizes.map((_, index) => summarize(direct[index], loopback[index]));
  summaries.forEach((summary) => print(summary));
  if (json) {
    const machine = { cpu: cpus()[0]?.model ?? '', cores: cpus().length };
    await writeFile(json, `${JSON.stringify({ machine, summaries, direct, loopback }, null, 2)}\n`);
  }
}

await main().catch((error) => {
  console.error(`${red('✗')} ${error instanceof Error ? error.message : error}`);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = 1;
});
