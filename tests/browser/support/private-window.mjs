/** A private window, with the extension allowed in it as a person would allow it. */
import { extensionServiceWorker } from '../../../scripts/lib/chromium.mjs';
import { EXTENSION_ID } from './fixture.mjs';

/** @typedef {import('./fixture.mjs').Profile} Profile */

/**
 * Turns on “Allow in Incognito”. The extension restarts by that.
 * @param {Profile} profile
 */
export async function allowInPrivateWindows(profile) {
  const page = await profile.context.newPage();
  await page.goto('chrome://extensions/');
  await page.evaluate(async (extensionId) => {
    const { developerPrivate } = /** @type {any} */ (globalThis).chrome;
    // Outside developer mode a restarted unpacked extension stays off.
    await developerPrivate.updateProfileConfiguration({ inDeveloperMode: true });
    await developerPrivate.updateExtensionConfiguration({ extensionId, incognitoAccess: true });
  }, EXTENSION_ID);
  await page.close();
}

/**
 * @param {Profile} profile
 * @param {string} url
 * @returns {Promise<import('playwright-core').Page>}
 */
export async function openPrivateWindow(profile, url) {
  const worker = await extensionServiceWorker(profile.context);
  const opened = profile.context.waitForEvent('page');
  await worker.evaluate((address) => /** @type {any} */ (globalThis).chrome.windows.create({ incognito: true, url: address }), url);
  const page = await opened;
  await page.waitForURL(url);
  await page.waitForLoadState();
  return page;
}
