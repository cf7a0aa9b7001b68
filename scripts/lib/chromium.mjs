/** A real Chromium with the extension, the native host and a store of its own, driven by Playwright. */
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const run = promisify(execFile);

/** @typedef {import('playwright-core').BrowserContext} BrowserContext */

/** Browsers and directories to put away when the process is told to stop. */
const openContexts = new Set();
const directories = new Set();
let watching = false;

function removeDirectories() {
  for (const dir of directories) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  directories.clear();
}

/** The browser goes first: a directory removed under a living browser comes back half filled. */
function watchSignals() {
  if (watching) return;
  watching = true;
  process.on('exit', removeDirectories);
  for (const [signal, code] of /** @type {const} */ ([['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]])) {
    process.on(signal, async () => {
      const closing = Promise.allSettled([...openContexts].map((context) => context.close()));
      await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, 5000))]);
      process.exit(code);
    });
  }
}

/**
 * Throw-away directories for one run: side by side, so that the store and the profile share a file
 * system. They go when `dispose` is called, at exit, and on Ctrl-C.
 * @param {string} [prefix]
 * @returns {{root: string, profileDir: string, storeDir: string, dispose: () => void}}
 */
export function freshDirs(prefix = 'cos-') {
  watchSignals();
  const root = mkdtempSync(join(tmpdir(), prefix));
  directories.add(root);
  const profileDir = join(root, 'profile');
  const storeDir = join(root, 'store');
  mkdirSync(profileDir);
  mkdirSync(storeDir, { mode: 0o700 });
  return {
    root, profileDir, storeDir,
    dispose: () => {
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
      directories.delete(root);
    },
  };
}

/** Whether a browser window could be shown here. */
export function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/**
 * Chromium itself rather than branded Chrome, which no longer loads unpacked extensions by flag.
 * @returns {string}
 */
export function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const dirs = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  for (const name of ['chromium', 'chromium-browser']) {
    for (const dir of dirs) {
      try {
        accessSync(join(dir, name), constants.X_OK);
        return join(dir, name);
      } catch {
        // Look further.
      }
    }
  }
  throw new Error('Chromium was not found. Install it (Debian: apt-get install chromium) or name it in $CHROMIUM.');
}

/**
 * @typedef {object} LaunchOptions
 * @property {string} profileDir
 * @property {string | null} [extensionDir] unpacked extension; null: a browser without it
 * @property {string | null} [cosBinary] the host; registered for this profile before the start
 * @property {string | null} [storeDir] the store that the host and this profile use
 * @property {boolean} [headless] default: whether there is no display
 * @property {string[]} [extraArgs]
 * @property {Record<string, string>} [env] added to the browser's environment
 * @property {{width: number, height: number} | null} [viewport]
 * @property {'light' | 'dark' | null} [colorScheme]
 * @property {string[]} [withoutArgs] of those that Playwright starts every browser with
 */

/**
 * Starts Chromium with a profile. Every name below `.test` leads to 127.0.0.1, and certificates are
 * not checked, so that test servers can be any site.
 * @param {LaunchOptions} options
 * @returns {Promise<BrowserContext>}
 */
export async function launchBrowser({
  profileDir, extensionDir = null, cosBinary = null, storeDir = null, headless = !hasDisplay(),
  extraArgs = [], env = {}, viewport = null, colorScheme = null, withoutArgs = [],
}) {
  watchSignals();
  /** @type {Record<string, string>} */
  const environment = { ...process.env, ...(storeDir && { COS_HOME: storeDir }), ...env };
  if (cosBinary) {
    await run(cosBinary, ['install', '--user-data-dir', profileDir], { env: environment });
  }
  const args = [
    '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--disable-quic', '--ignore-certificate-errors', '--host-resolver-rules=MAP *.test 127.0.0.1',
    ...(headless ? ['--headless=new', '--disable-gpu'] : []),
    // Chromium refuses to start its sandbox as root.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ...(extensionDir ? [`--load-extension=${extensionDir}`, `--disable-extensions-except=${extensionDir}`] : []),
    ...extraArgs,
  ];
  const context = await chromium.launchPersistentContext(profileDir, {
    executablePath: findChromium(),
    // Playwright's own headless mode is another browser binary, without extensions.
    headless: false,
    ignoreDefaultArgs: ['--disable-extensions', ...withoutArgs],
    args, env: environment, viewport,
    ...(colorScheme && { colorScheme }),
    handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false,
  });
  openContexts.add(context);
  context.on('close', () => openContexts.delete(context));
  return context;
}

/**
 * The extension's service worker, waiting for it to start and to watch responses: it treats documents that came
 * before that with caution.
 * @param {BrowserContext} context
 * @param {number} [timeout] milliseconds
 * @returns {Promise<import('playwright-core').Worker>}
 */
export async function extensionServiceWorker(context, timeout = 10_000) {
  const isOurs = (/** @type {import('playwright-core').Worker} */ worker) => worker.url().startsWith('chrome-extension://');
  const worker = context.serviceWorkers().find(isOurs) ?? (await context.waitForEvent('serviceworker', { predicate: isOurs, timeout }));
  const deadline = Date.now() + timeout;
  const watches = () => worker.evaluate(() => /** @type {any} */ (globalThis).chrome.webRequest?.onHeadersReceived.hasListeners());
  while (!(await watches())) {
    if (Date.now() > deadline) throw new Error('The extension does not watch responses.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return worker;
}
