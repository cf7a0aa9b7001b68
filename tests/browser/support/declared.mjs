/** Documents that declare scripts and style sheets, and a store for them. */
import { createHash } from 'node:crypto';
import { extensionServiceWorker } from '../../../scripts/lib/chromium.mjs';
import { succeeded } from './expect.mjs';
import { openWorld } from './fixture.mjs';
import { store } from './in-page.mjs';

export const utf8 = (/** @type {string} */ text) => new Uint8Array(Buffer.from(text));

/** @param {string | Uint8Array} text */
export const integrityOf = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** @param {string} word @param {string} [more] a script that notes that it ran, and whether from the store: its address tells in a stack */
export const noting = (word, more = '') =>
  `(window.ran ??= []).push('${word}');if (new Error().stack.includes('blob:')) (window.hits ??= []).push('${word}');${more}`;

/** @param {import('playwright-core').Page} page */
export const hitsOf = (page) => page.evaluate(() => /** @type {any} */ (window).hits ?? []);

/** A world, its profile with a page of a.test and one of b.test, and what makes documents of a.test. */
export async function openDeclaring() {
  const world = await openWorld();
  const profile = await world.launch();
  // A document whose response the extension did not see is left to the browser.
  await extensionServiceWorker(profile.context);
  const [a, b] = await Promise.all(['a.test', 'b.test'].map((host) => profile.page(host)));
  return {
    world, profile, a, b,

    /** @param {string} text @param {string} [origins] stores for everyone that a.test's pages are to find */
    stored: async (text, origins) => succeeded(await store(a, utf8(text), origins)),

    /**
     * The tag of a script whose file says `network` where the stored one says something else: what runs tells where it came from.
     * @param {string} text what is stored, or not
     * @param {string} [attributes]
     * @returns {{tag: string, path: string}}
     */
    script(text, attributes = 'crossoriginstorage') {
      const path = world.sites.script(text);
      return { tag: `<script src="${path}" integrity="${integrityOf(text)}" ${attributes}></script>`, path };
    },

    sheetOf: (/** @type {string} */ text, attributes = 'crossoriginstorage') =>
      `<link rel=stylesheet href="${world.sites.sheet(text)}" integrity="${integrityOf(text)}" ${attributes}>`,

    /**
     * @param {string} html
     * @param {Record<string, string>} [headers]
     */
    async open(html, headers) {
      const end = `<script nonce=end>addEventListener('load', () => (window.ran ??= []).push('load'))</script>`;
      const page = await profile.openDocument('a.test', { html: html + end, headers });
      await page.waitForFunction(() => /** @type {any} */ (window).ran?.includes('load'));
      return { page, ran: () => page.evaluate(() => /** @type {any} */ (window).ran) };
    },
  };
}
