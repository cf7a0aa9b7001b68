/** The extension's own pages, as their user opens them. */
import { extensionServiceWorker } from '../../../scripts/lib/chromium.mjs';
import { EXTENSION_ID } from './fixture.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./fixture.mjs').Profile} Profile */

export const UI = `chrome-extension://${EXTENSION_ID}/ui`;

/** @param {Page} page */
const settled = (page) => page.waitForSelector('main[aria-busy=false]');

/** @param {Profile} profile @returns {Promise<Page>} */
export async function openSettings(profile) {
  const page = await profile.context.newPage();
  await page.goto(`${UI}/settings.html`);
  await settled(page);
  return page;
}

/**
 * The popup, over a page that stays the active one of its window.
 * @param {Profile} profile
 * @param {Page} [over]
 * @returns {Promise<Page>}
 */
export async function openPopup(profile, over) {
  const popup = await profile.context.newPage();
  await popup.goto('about:blank');
  await over?.bringToFront();
  await popup.goto(`${UI}/popup.html`);
  await settled(popup);
  return popup;
}

/** @param {Page} page @param {string} hash */
export const rowOf = (page, hash) => page.locator('#entries [role=option]', { hasText: hash.slice(0, 12) });

/**
 * The panel of the developer tools for a page's tab, as a page of its own, which is easier driven than the browser's tools.
 * @param {Profile} profile
 * @param {Page} over
 * @returns {Promise<Page>}
 */
export async function openPanel(profile, over) {
  const worker = await extensionServiceWorker(profile.context);
  const tab = await worker.evaluate(async (url) => (await chrome.tabs.query({})).find((one) => one.url === url)?.id, over.url());
  const panel = await profile.context.newPage();
  await panel.goto(`${UI}/panel.html?tab=${tab}`);
  return panel;
}

/** What the button says over the page in front. @param {Profile} profile @returns {Promise<string>} */
export async function badgeOf(profile) {
  const worker = await extensionServiceWorker(profile.context);
  return worker.evaluate(async () => {
    const { tabs, action } = /** @type {any} */ (globalThis).chrome;
    const [tab] = await tabs.query({ active: true, currentWindow: true });
    return action.getBadgeText({ tabId: tab.id });
  });
}
