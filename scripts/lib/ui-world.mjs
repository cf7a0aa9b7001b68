/**
 * A real browser whose user looks at the extension's pages: for the pictures in docs/screenshots and for measuring.
 * Sites have plain addresses here, without the port of a test server.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { COS, EXTENSION, requireBuild, ROOT } from './build.mjs';
import { extensionServiceWorker, freshDirs, launchBrowser } from './chromium.mjs';
import { startServer } from './https-server.mjs';

const run = promisify(execFile);

/** Follows from the `key` in the manifest. */
const UI = 'chrome-extension://nfnjcpnlghcadaegalilihnljncmldfj/ui';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{name: string, start: string, size: number}} KnownFile `start`: its first bytes, in base64; the rest is zeros */

/** @param {KnownFile} file */
function hashOf({ start, size }) {
  const hash = createHash('sha256');
  const first = Buffer.from(start, 'base64');
  hash.update(first);
  const zeros = Buffer.alloc(1 << 20);
  for (let left = size - first.length; left > 0; left -= zeros.length) hash.update(left < zeros.length ? zeros.subarray(0, left) : zeros);
  return { algorithm: 'SHA-256', value: hash.digest('hex') };
}

/**
 * In the page: what a site does with a big file. It stores it unless it finds it.
 * @param {{hash: {algorithm: string, value: string}, start: string, size: number}} file
 */
async function useFile({ hash, start, size }) {
  const storage = /** @type {any} */ (navigator).crossOriginStorage;
  try {
    const found = await storage.getFileHandle(hash);
    await found.getFile();
  } catch {
    const first = Uint8Array.from(atob(start), (character) => character.charCodeAt(0));
    const handle = await storage.getFileHandle(hash, { create: true, origins: '*' });
    const writable = await handle.createWritable();
    await writable.write(new Blob([first, new Uint8Array(size - first.length)]));
    await writable.close();
  }
}

export class UiWorld {
  /** @param {{dirs: ReturnType<typeof freshDirs>, server: import('./https-server.mjs').WebServer, context: import('playwright-core').BrowserContext}} parts */
  constructor({ dirs, server, context }) {
    this.dirs = dirs;
    this.server = server;
    this.context = context;
  }

  /** @param {{host?: boolean, lang?: string, viewport?: {width: number, height: number}}} [options] host: whether it is installed */
  static async open({ host = true, lang = 'en', viewport = { width: 1040, height: 780 } } = {}) {
    requireBuild();
    const dirs = freshDirs('cos-ui-');
    const server = await startServer({ hosts: { '*.test': (request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Site</title>') } });
    const context = await launchBrowser({
      profileDir: dirs.profileDir, storeDir: dirs.storeDir, headless: true, extensionDir: EXTENSION, cosBinary: host ? COS : null, viewport,
      extraArgs: [`--host-resolver-rules=MAP *.test 127.0.0.1:${server.port}`, `--lang=${lang}`], env: { LANGUAGE: lang },
    });
    return new UiWorld({ dirs, server, context });
  }

  /** @param {...string} args of the command line */
  async cos(...args) {
    return (await run(COS, args, { env: { ...process.env, COS_HOME: this.dirs.storeDir }, maxBuffer: 1 << 26 })).stdout;
  }

  /** @param {KnownFile[]} files that everybody may know */
  async list(files) {
    const lines = files.flatMap((file) => [`// ${file.name}`, hashOf(file).value]);
    const text = ['// VERSION: 2026.11.21', '// ===BEGIN SHA-256===', ...lines, '// ===END SHA-256===', ''].join('\n');
    const file = join(this.dirs.root, 'list.txt');
    writeFileSync(file, text);
    writeFileSync(`${file}.sha256`, `${createHash('sha256').update(text).digest('hex')}  list.txt\n`);
    await this.cos('phl', 'update', '--from', file);
    await this.cos('config', 'set', 'grease.percent', '0');
  }

  /** @param {string} site @param {KnownFile[]} files @returns {Promise<Page>} */
  async visit(site, files) {
    const page = await this.context.newPage();
    await page.goto(`https://${site}/`);
    await this.use(page, files);
    return page;
  }

  /** @param {Page} page @param {KnownFile[]} files */
  async use(page, files) {
    for (const file of files) await page.evaluate(useFile, { ...file, hash: hashOf(file) });
  }

  /** The page looks for each file of the store. @param {Page} page */
  async askForEverything(page) {
    const hashes = JSON.parse(await this.cos('ls', '--json')).map((/** @type {{value: string}} */ { value }) => value);
    await page.evaluate(async (all) => {
      const storage = /** @type {any} */ (navigator).crossOriginStorage;
      for (let at = 0; at < all.length; at += 100) {
        await Promise.allSettled(all.slice(at, at + 100).map((/** @type {string} */ value) => storage.getFileHandle({ algorithm: 'SHA-256', value })));
      }
    }, hashes);
  }

  /** The panel of the developer tools for that page's tab, as a page of its own, once it listens. @param {Page} over */
  async panel(over) {
    const worker = await extensionServiceWorker(this.context);
    const tab = await worker.evaluate(async (url) => (await chrome.tabs.query({})).find((one) => one.url === url)?.id, over.url());
    const page = await this.context.newPage();
    await page.setViewportSize({ width: 1040, height: 420 });
    await page.goto(`${UI}/panel.html?tab=${tab}`);
    const calls = page.locator('#calls tr');
    while ((await calls.count()) === 0) {
      await over.evaluate(() => /** @type {any} */ (navigator).crossOriginStorage.getFileHandle({ algorithm: 'SHA-256', value: '0'.repeat(64) }).catch(() => {}));
      await page.waitForTimeout(200);
    }
    await page.click('#clear');
    return page;
  }

  /** Fills the store for this profile with files that it has had for a while. @param {number} entries */
  async fill(entries) {
    const worker = await extensionServiceWorker(this.context);
    // The profile has no id before it has asked for the store.
    await (await this.settings()).close();
    const { realm } = await worker.evaluate(() => /** @type {any} */ (globalThis).chrome.storage.local.get('realm'));
    await run(join(ROOT, 'build/bin/cos_scale'), ['library', this.dirs.storeDir, String(entries), realm]);
  }

  /** @param {Page} page @param {string} file of ui/ */
  async load(page, file) {
    await page.goto(`${UI}/${file}`);
    await page.waitForSelector('main[aria-busy=false]');
    return page;
  }

  async settings() {
    return this.load(await this.context.newPage(), 'settings.html');
  }

  /** What the button opens while that page is in front. @param {Page} [over] */
  async popup(over) {
    const page = await this.context.newPage();
    await page.setViewportSize({ width: 340, height: 600 });
    await page.goto('about:blank');
    await over?.bringToFront();
    await this.load(page, 'popup.html');
    await page.bringToFront();
    return page;
  }

  async close() {
    await this.context.close();
    await this.server.close();
    this.dirs.dispose();
  }
}
