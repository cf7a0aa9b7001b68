/**
 * The world of one test file: a web server with several sites, one store, and as many browser
 * profiles as the file asks for, each a real Chromium with the extension and the native host.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { COS, EXTENSION, requireBuild } from '../../../scripts/lib/build.mjs';
import { freshDirs, launchBrowser } from '../../../scripts/lib/chromium.mjs';
import { startServer } from '../../../scripts/lib/https-server.mjs';
import { hashOf } from './bytes.mjs';
import { HOSTS, Sites } from './sites.mjs';

const run = promisify(execFile);

/** @typedef {import('playwright-core').Page} Page */

/** Follows from the `key` in the manifest. */
export const EXTENSION_ID = 'nfnjcpnlghcadaegalilihnljncmldfj';
const HOST_NAME = 'dev.cos.host';

/** One browser profile, and the browser that runs on it. */
export class Profile {
  /** @type {Map<string, Page>} */
  #pages = new Map();

  /**
   * @param {World} world
   * @param {string} dir
   * @param {import('playwright-core').BrowserContext} context
   */
  constructor(world, dir, context) {
    this.world = world;
    this.dir = dir;
    this.context = context;
  }

  /**
   * The page of a host, the same for every call.
   * @param {string} host
   * @returns {Promise<Page>}
   */
  async page(host) {
    let page = this.#pages.get(host);
    if (!page) this.#pages.set(host, (page = await this.open(host)));
    return page;
  }

  /**
   * A page of its own for one test.
   * @param {string} host
   * @param {string} [path]
   * @returns {Promise<Page>}
   */
  async open(host, path = '/') {
    const page = await this.context.newPage();
    await page.goto(this.world.server.url(host, path));
    return page;
  }

  /**
   * @param {string} host
   * @param {Parameters<Sites['document']>[0]} document
   * @returns {Promise<Page>}
   */
  openDocument(host, document) {
    return this.open(host, this.world.sites.document(document));
  }

  close() {
    return this.context.close();
  }
}

export class World {
  sites = new Sites();
  #dirs = freshDirs('cos-test-');
  /** @type {Set<Profile>} */
  #profiles = new Set();
  /** @type {import('../../../scripts/lib/https-server.mjs').WebServer[]} */
  #servers = [];

  get storeDir() {
    return this.#dirs.storeDir;
  }

  /** @returns {import('../../../scripts/lib/https-server.mjs').WebServer} */
  get server() {
    return this.#servers[0];
  }

  /** @param {boolean} [secure] */
  async serve(secure = true) {
    const handler = this.sites.handler();
    // localhost is trusted without https.
    const hosts = Object.fromEntries([...HOSTS, 'localhost'].map((host) => [host, handler]));
    const server = await startServer({ hosts, secure });
    this.#servers.push(server);
    return server;
  }

  /** @param {string} host @returns {string} */
  origin(host) {
    return this.server.origin(host);
  }

  /**
   * Starts a browser on the profile of that name, which is made when it is new.
   * @param {string} [name]
   * @param {{host?: 'registered' | 'missing' | 'broken', extension?: boolean, withoutArgs?: string[], language?: string, devtools?: boolean}} [options]
   *   what became of the native host; extension: false for a browser to compare with; devtools: open for each tab
   * @returns {Promise<Profile>}
   */
  async launch(name = 'profile', { host = 'registered', extension = true, withoutArgs, language, devtools = false } = {}) {
    const dir = join(this.#dirs.root, name);
    mkdirSync(dir, { recursive: true });
    if (host === 'broken') registerBrokenHost(dir);
    const context = await launchBrowser({
      profileDir: dir, storeDir: this.storeDir, headless: true,
      extensionDir: extension ? EXTENSION : null, cosBinary: host === 'registered' ? COS : null, withoutArgs,
      extraArgs: [...(language ? [`--lang=${language}`] : []), ...(devtools ? ['--auto-open-devtools-for-tabs'] : [])],
      ...(language && { env: { LANGUAGE: language } }),
    }).catch(async (error) => {
      // Files launch before their first test, where a failure ends the process at once.
      await this.close();
      throw error;
    });
    const profile = new Profile(this, dir, context);
    this.#profiles.add(profile);
    context.on('close', () => this.#profiles.delete(profile));
    return profile;
  }

  /**
   * The command line on this world's store.
   * @param {...string} args
   * @returns {Promise<string>} what it printed
   */
  async cos(...args) {
    const { stdout } = await run(COS, args, { env: { ...process.env, COS_HOME: this.storeDir }, maxBuffer: 1 << 26 });
    return stdout;
  }

  /**
   * Puts the bytes' hashes on the store's Public Hash List. Before the browser starts.
   * @param {Uint8Array[]} files
   */
  async list(files) {
    const text = [
      '// VERSION: test', '// COMMIT: test', '', '// ===BEGIN SHA-256===',
      ...files.map((bytes) => hashOf(bytes).value).sort(), '// ===END SHA-256===', '',
    ].join('\n');
    const file = join(this.#dirs.root, 'list.txt');
    writeFileSync(file, text);
    writeFileSync(`${file}.sha256`, `${createHash('sha256').update(text).digest('hex')}  list.txt\n`);
    await this.cos('phl', 'update', '--from', file);
  }

  async close() {
    await Promise.allSettled([...this.#profiles].map((profile) => profile.close()));
    await Promise.all(this.#servers.map((server) => server.close()));
    this.#dirs.dispose();
  }
}

/** @param {string} profileDir */
function registerBrokenHost(profileDir) {
  const manifest = {
    name: HOST_NAME, description: 'A host that ends at once', type: 'stdio', path: '/bin/false',
    allowed_origins: [`chrome-extension://${EXTENSION_ID}/`],
  };
  const dir = join(profileDir, 'NativeMessagingHosts');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, `${HOST_NAME}.json`), JSON.stringify(manifest));
}

/**
 * @param {{listed?: Uint8Array[], settings?: Record<string, string>}} [options] files on the Public Hash List; settings of the store
 * @returns {Promise<World>}
 */
export async function openWorld({ listed = [], settings = {} } = {}) {
  requireBuild();
  const world = new World();
  try {
    await world.serve();
    for (const [key, value] of Object.entries(settings)) await world.cos('config', 'set', key, value);
    if (listed.length > 0) await world.list(listed);
  } catch (error) {
    await world.close();
    throw error;
  }
  return world;
}
