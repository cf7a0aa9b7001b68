/** The servers of the pages and two browsers that differ in the extension alone. */
import { startServer } from '../../../scripts/lib/https-server.mjs';
import { extensionServiceWorker } from '../../../scripts/lib/chromium.mjs';
import { echo } from './echo.mjs';
import { openWorld } from '../../browser/support/fixture.mjs';

/** @typedef {import('./page.mjs').HarmPage} HarmPage */

const LOOPBACK = '127.0.0.1';
const TEXT = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', json: 'application/json', svg: 'image/svg+xml', wasm: 'application/wasm' };

/** @param {string} path */
const typeOf = (path) => TEXT[/** @type {keyof typeof TEXT} */ (path.slice(path.lastIndexOf('.') + 1))] ?? 'text/plain';

/** @param {string} name */
const slug = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');

/** @param {HarmPage[]} pages */
export async function openHarmWorld(pages) {
  const world = await openWorld();
  for (const { name, document, files = {} } of pages) {
    const base = `/${slug(name)}/`;
    world.sites.place(base, document.type ?? TEXT.html, document.body, document.headers);
    for (const [path, file] of Object.entries(files)) world.sites.place(base + path, file.type ?? typeOf(path), file.body, file.headers);
  }
  try {
    const insecure = await world.serve(false);
    const loopback = await startServer({ hosts: { [LOOPBACK]: world.sites.handler() }, secure: false, upgrade: echo });
    const withoutArgs = ['--disable-back-forward-cache'];
    const bare = await world.launch('bare', { extension: false, withoutArgs });
    const extended = await world.launch('extended', { withoutArgs });
    await extensionServiceWorker(extended.context);
    /** @param {HarmPage} page */
    const urlOf = ({ name, over }) => {
      const path = `/${slug(name)}/`;
      if (over === 'loopback') return loopback.url(LOOPBACK, path);
      return (over === 'http' ? insecure : world.server).url('a.test', path);
    };
    return { bare: bare.context, extended: extended.context, urlOf, close: async () => { await loopback.close(); await world.close(); } };
  } catch (error) {
    await world.close();
    throw error;
  }
}
