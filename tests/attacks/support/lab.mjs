/**
 * A machine to attack: one store with settings and a Public Hash List of its own, browser profiles with
 * the real extension and host, and a web server that is every site below `.test`.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { COS, EXTENSION, requireBuild } from '../../../scripts/lib/build.mjs';
import { freshDirs, launchBrowser } from '../../../scripts/lib/chromium.mjs';
import { startServer } from '../../../scripts/lib/https-server.mjs';
import { allowInPrivateWindows, openPrivateWindow } from '../../browser/support/private-window.mjs';
import { fileOf } from './files.mjs';
import { lookUp, tryStoreAll } from './in-page.mjs';
import { labSite, Visitor } from './visitor.mjs';

const run = promisify(execFile);

/** @typedef {import('./files.mjs').LabFile} LabFile */
/** @typedef {import('playwright-core').BrowserContext} BrowserContext */

export class Lab {
  #dirs = freshDirs('cos-attack-');
  /** @type {Map<string, Promise<BrowserContext>>} */
  #browsers = new Map();
  /** @type {import('../../../scripts/lib/https-server.mjs').WebServer | undefined} */
  #server;
  /** Settings that this build does not have: what they would stop is not stopped. @type {string[]} */
  absent = [];

  /**
   * @param {Record<string, string>} settings
   * @param {LabFile[]} listed
   */
  async open(settings, listed) {
    requireBuild();
    this.#server = await startServer({ hosts: { '*.test': labSite } });
    for (const [key, value] of Object.entries(settings)) await this.#set(key, value);
    if (listed.length > 0) await this.#list(listed);
  }

  get server() {
    if (!this.#server) throw new Error('The lab is not open.');
    return this.#server;
  }

  /** @param {string} key @param {string} value */
  async #set(key, value) {
    try {
      await this.cos('config', 'set', key, value);
    } catch (error) {
      if (!String(/** @type {any} */ (error).stderr).includes('There is no setting')) throw error;
      this.absent.push(key);
    }
  }

  /** @param {LabFile[]} files */
  async #list(files) {
    const hashes = [...new Set(files.map(({ hash }) => hash))].sort();
    const text = ['// VERSION: lab', '// COMMIT: lab', '', '// ===BEGIN SHA-256===', ...hashes, '// ===END SHA-256===', ''].join('\n');
    const file = join(this.#dirs.root, 'list.txt');
    writeFileSync(file, text);
    writeFileSync(`${file}.sha256`, `${createHash('sha256').update(text).digest('hex')}  list.txt\n`);
    await this.cos('phl', 'update', '--from', file);
  }

  /** @param {...string} args @returns {Promise<string>} */
  async cos(...args) {
    const { stdout } = await run(COS, args, { env: { ...process.env, COS_HOME: this.#dirs.storeDir }, maxBuffer: 1 << 26 });
    return stdout;
  }

  /** Takes entries out of the store, to make room for the next trial. @param {LabFile[]} files */
  async forget(files) {
    if (files.length > 0) await this.cos('rm', ...files.map(({ hash }) => hash)).catch(() => {});
  }

  /** Takes all entries out of the store. */
  async forgetAll() {
    const hashes = JSON.parse(await this.cos('ls', '--json')).map((/** @type {{value: string}} */ { value }) => value);
    if (hashes.length > 0) await this.cos('rm', ...hashes);
  }

  /** @param {string} profile @returns {Promise<BrowserContext>} the same for callers at once */
  browser(profile) {
    let browser = this.#browsers.get(profile);
    if (!browser) this.#browsers.set(profile, (browser = this.#launch(profile)));
    return browser;
  }

  /** @param {string} profile @returns {Promise<BrowserContext>} */
  async #launch(profile) {
    const profileDir = join(this.#dirs.root, profile);
    mkdirSync(profileDir, { recursive: true });
    const browser = await launchBrowser({
      profileDir, storeDir: this.#dirs.storeDir, headless: true, extensionDir: EXTENSION, cosBinary: COS,
    });
    await this.#warmUp(browser);
    return browser;
  }

  /**
   * Waits until the extension and the host serve pages: what happens before is no experiment.
   * @param {BrowserContext} browser
   */
  async #warmUp(browser) {
    const page = await browser.newPage();
    const file = fileOf('warm-up');
    const deadline = Date.now() + 30_000;
    for (let ready = false; !ready;) {
      if (Date.now() > deadline) throw new Error('The browser started, but its pages cannot store anything.');
      await page.goto(this.server.url('warm-up.test'));
      ready = await page.evaluate(() => 'crossOriginStorage' in navigator)
        && (await tryStoreAll(page, [file]))[0] === 'stored' && (await lookUp(page, [file]))[0] === 'hit';
    }
    await page.close();
  }

  /** @param {string} [profile] @returns {Promise<Visitor>} a person with a tab */
  async visitor(profile = 'profile') {
    return new Visitor(await (await this.browser(profile)).newPage(), this.server);
  }

  /** Ends the browser and starts it again on the same profile. @param {string} [profile] */
  async restart(profile = 'profile') {
    await (await this.#browsers.get(profile))?.close();
    this.#browsers.delete(profile);
    await this.browser(profile);
  }

  /** @returns {Promise<Visitor>} a person in a private window */
  async privateVisitor() {
    // Once in many runs Chromium ends while the extension restarts for the new permission. The permission stays.
    return this.#openPrivately().catch(async () => {
      await this.restart();
      return this.#openPrivately();
    });
  }

  async #openPrivately() {
    const context = await this.browser('profile');
    const profile = /** @type {any} */ ({ context });
    await allowInPrivateWindows(profile);
    return new Visitor(await openPrivateWindow(profile, this.server.url('private-window.test')), this.server);
  }

  async close() {
    await Promise.allSettled([...this.#browsers.values()].map(async (browser) => (await browser).close()));
    await this.#server?.close();
    try {
      this.#dirs.dispose();
    } catch {
      // A browser may write its last after it was closed; what is left goes when the process ends.
    }
  }
}
