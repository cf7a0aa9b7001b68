/** One browser on one store: writes and reads a size in every place, in an order that keeps changing. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { COS, EXTENSION } from '../../scripts/lib/build.mjs';
import { freshDirs, launchBrowser } from '../../scripts/lib/chromium.mjs';
import { sendBytes, startServer } from '../../scripts/lib/https-server.mjs';
import { sendBody } from '../../scripts/lib/http-replies.mjs';
import { BLOCK, hashOf, piecesOf } from './content.mjs';
import { hostPeak, watchMemory } from './memory.mjs';

const run = promisify(execFile);

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{size: number, seed: number, hash: string, origins: string[], url: string}} Task */
/** @typedef {{handle?: number, getFile?: number, total: number}} Times */
/** @typedef {{times: Times[], memory?: {before: number, peak: number}}} Row */
/** @typedef {Record<string, Row>} Rows by the place's name */
/** @typedef {{writes: number, reads: number}} Runs */
/** @typedef {{size: number, runs: Runs, writes: Rows, firstRead: Times, reads: Rows, hostPeak: number}} SizeResult */

const HERE = dirname(fileURLToPath(import.meta.url));
const WRITER = 'writer.test';
const READER = 'reader.test';
const PAGE = '<!doctype html><title>loading</title><script type="module" src="/page.js"></script>';

/** @returns {import('../../scripts/lib/https-server.mjs').Handler} */
function handler() {
  return async (req, res, url) => {
    const [, kind, size, seed] = url.pathname.split('/');
    if (kind === '') return sendBytes(res, 200, 'text/html', PAGE);
    if (kind === 'page.js') return sendBytes(res, 200, 'text/javascript', await readFile(join(HERE, 'page.js')));
    if (kind === 'block') return sendBytes(res, 200, 'application/octet-stream', BLOCK);
    if (kind !== 'file') return undefined;
    return sendBody(req, res, {
      size: Number(size), type: 'application/octet-stream', headers: { 'cache-control': 'no-store' },
      open: (start, end) => piecesOf(Number(size), Number(seed), start, end),
    });
  };
}

export class Session {
  #dirs = freshDirs('cos-bench-');
  /** @type {import('../../scripts/lib/https-server.mjs').WebServer | undefined} */
  #server;
  /** @type {import('playwright-core').BrowserContext | undefined} */
  #context;
  #handover;

  /** @param {boolean} handover whether reads may go through links in the profile */
  constructor(handover) {
    this.#handover = handover;
  }

  async open() {
    await this.#cos('config', 'set', 'handover.enabled', this.#handover ? 'on' : 'off');
    this.#server = await startServer({ hosts: { [WRITER]: handler(), [READER]: handler() } });
    this.#context = await launchBrowser({
      profileDir: this.#dirs.profileDir, storeDir: this.#dirs.storeDir, extensionDir: EXTENSION, cosBinary: COS,
      headless: true, extraArgs: ['--js-flags=--expose-gc'],
    });
  }

  async close() {
    await this.#context?.close();
    await this.#server?.close();
    this.#dirs.dispose();
  }

  /**
   * @param {number} size
   * @param {Runs} runs
   * @param {{baselines: boolean}} options `baselines`: Cache API and network as well
   * @returns {Promise<SizeResult>}
   */
  async measure(size, runs, { baselines }) {
    const writer = await this.#page(WRITER);
    const reader = await this.#page(READER);
    try {
      // One run more than is timed: memory is sampled in it, which costs time.
      const tasks = Array.from({ length: runs.writes + 1 }, (_, seed) => this.#task(size, seed));
      const writes = await this.#write(writer, tasks, baselines ? ['cos', 'opfs', 'cache'] : ['cos', 'opfs']);
      const last = tasks[runs.writes];
      if (baselines) await work(reader, 'write', 'cache', last);
      await work(reader, 'write', 'opfs', last);
      const firstRead = await work(reader, 'read', 'cos', last);
      const reads = await this.#read(reader, last, runs.reads, baselines ? ['cos', 'opfs', 'cache', 'network'] : ['cos', 'opfs']);
      const peak = hostPeak(this.#dirs.profileDir);
      await this.#cos('rm', last.hash);
      for (const page of [writer, reader]) await page.evaluate(() => /** @type {any} */ (globalThis).bench.clear());
      return { size, runs, writes, firstRead, reads, hostPeak: peak };
    } finally {
      await writer.close();
      await reader.close();
    }
  }

  /**
   * @param {Page} page
   * @param {Task[]} tasks
   * @param {string[]} places
   */
  async #write(page, tasks, places) {
    const rows = emptyRows(places);
    for (const [round, task] of tasks.entries()) {
      const isLast = round === tasks.length - 1;
      for (const place of rotated(places, round)) {
        await this.#one(page, 'write', place, task, rows[place], isLast);
      }
      if (!isLast) await this.#cos('rm', task.hash);
    }
    return rows;
  }

  /**
   * @param {Page} page
   * @param {Task} task
   * @param {number} runs
   * @param {string[]} places
   */
  async #read(page, task, runs, places) {
    const rows = emptyRows(places);
    for (let round = 0; round <= runs; round += 1) {
      for (const place of rotated(places, round)) {
        await this.#one(page, 'read', place, task, rows[place], round === runs);
      }
    }
    return rows;
  }

  /**
   * @param {Page} page
   * @param {'read' | 'write'} kind
   * @param {string} place
   * @param {Task} task
   * @param {Row} row
   * @param {boolean} watched
   */
  async #one(page, kind, place, task, row, watched) {
    await page.evaluate(() => /** @type {any} */ (globalThis).gc?.());
    if (watched) row.memory = await watchMemory(this.#dirs.profileDir, () => work(page, kind, place, task));
    else row.times.push(await work(page, kind, place, task));
  }

  /** @param {number} size @param {number} seed @returns {Task} */
  #task(size, seed) {
    const server = this.#running();
    return { size, seed, hash: hashOf(size, seed), origins: [server.origin(READER)], url: server.url(READER, `/file/${size}/${seed}`) };
  }

  /** @param {string} host @returns {Promise<Page>} */
  async #page(host) {
    const page = await /** @type {import('playwright-core').BrowserContext} */ (this.#context).newPage();
    page.setDefaultTimeout(300_000);
    await page.goto(this.#running().url(host));
    await page.waitForFunction(() => document.title === 'ready');
    return page;
  }

  #running() {
    if (!this.#server) throw new Error('The session is not open.');
    return this.#server;
  }

  /** @param {...string} args */
  #cos(...args) {
    return run(COS, args, { env: { ...process.env, COS_HOME: this.#dirs.storeDir } });
  }
}

/** @param {string[]} places @returns {Rows} */
const emptyRows = (places) => Object.fromEntries(places.map((place) => [place, { times: [] }]));

/** @param {string[]} places @param {number} round */
const rotated = (places, round) => places.map((_, index) => places[(index + round) % places.length]);

/**
 * @param {Page} page
 * @param {'read' | 'write'} kind
 * @param {string} place
 * @param {Task} task
 * @returns {Promise<Times>}
 */
function work(page, kind, place, task) {
  return page.evaluate(([what, where, how]) => /** @type {any} */ (globalThis).bench[what][where](how),
    /** @type {[string, string, Task]} */ ([kind, place, task]));
}
