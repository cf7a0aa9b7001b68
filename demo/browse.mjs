/** Opens a demo site in the browser and brings back what happened there. */

/**
 * @typedef {object} Visit
 * @property {string} host
 * @property {import('playwright-core').Page} page
 * @property {any} result what the page says
 * @property {{url: string, bytes: number}[]} network what the browser's network stack received, by first address
 * @property {string[]} complaints of the page's console
 */

/** @param {import('playwright-core').Request} request */
function firstUrl(request) {
  let first = request;
  for (let before = first.redirectedFrom(); before; before = first.redirectedFrom()) first = before;
  return first.url();
}

/**
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} host
 * @param {string} url
 * @param {{timeout: number, screenshot: string, page?: import('playwright-core').Page}} options
 * @returns {Promise<Visit>}
 */
export async function visit(context, host, url, { timeout, screenshot, page: given }) {
  const page = given ?? (await context.newPage());
  /** @type {Visit['network']} */
  const network = [];
  /** @type {string[]} */
  const complaints = [];
  /** @type {Promise<unknown>[]} */
  const pending = [];
  page.on('requestfinished', (request) => {
    pending.push(request.sizes().then(({ responseBodySize }) => {
      network.push({ url: firstUrl(request), bytes: Math.max(0, responseBodySize) });
    }, () => {}));
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));

  await page.goto(url, { waitUntil: 'domcontentloaded' });
  await page.bringToFront();
  const ended = () => ['done', 'failed'].includes(document.documentElement.dataset.state ?? '');
  let result;
  try {
    await page.waitForFunction(ended, null, { timeout, polling: 200 });
    result = await page.evaluate(() => /** @type {any} */ (globalThis).demoResult);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
    result = { ok: false, error: `The page was not done after ${timeout / 1000} s.`, cosAvailable: null };
  }
  await Promise.all(pending);
  await page.screenshot({ path: screenshot, fullPage: true });
  return { host, page, result, network, complaints };
}
