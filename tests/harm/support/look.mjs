/** What can be seen of a page from outside: what it says, asks for and shows. */

/** @typedef {import('./page.mjs').HarmPage} HarmPage */

/**
 * @typedef {object} Look
 * @property {string[]} reports
 * @property {string[]} console everything else in its console, sorted: frames and workers speak in no fixed order
 * @property {string[]} errors uncaught
 * @property {string[]} requests with their outcome, sorted
 * @property {string[]} frames address and markup of each, sorted by address
 */

const REPORT = 'REPORT ';
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** The browser's own pages, such as its viewer of PDF. @param {string} url */
const isInternal = (url) => /^chrome(-extension)?:/.test(url);
/** Addresses of blobs are random. @param {string} text */
const withoutUuids = (text) => text.replace(UUID, '<uuid>');

/** @param {import('playwright-core').Page} page */
async function framesOf(page) {
  const seen = await Promise.all(page.frames().map(async (frame) => {
    const markup = await frame.content().catch(() => null);
    return markup === null || isInternal(frame.url()) ? [] : [withoutUuids(`${frame.url()}\n${markup}`)];
  }));
  return seen.flat().sort();
}

/**
 * @param {import('playwright-core').BrowserContext} context
 * @param {HarmPage} subject
 * @param {string} url
 * @returns {Promise<Look>}
 */
export async function lookAt(context, subject, url) {
  const page = await context.newPage();
  /** @type {Look} */
  const look = { reports: [], console: [], errors: [], requests: [], frames: [] };
  /** @type {() => void} */
  let reported = () => {};
  const enough = new Promise((resolve) => { reported = () => resolve(undefined); });
  page.on('console', (message) => {
    const text = withoutUuids(message.text());
    if (!text.startsWith(REPORT)) return void look.console.push(`${message.type()}: ${text}`);
    look.reports.push(text.slice(REPORT.length));
    if (look.reports.length === subject.reports) reported();
  });
  page.on('pageerror', (error) => look.errors.push(withoutUuids(String(error))));
  /** @param {import('playwright-core').Request} request @param {string | number | undefined} end */
  const note = (request, end) => {
    if (!isInternal(request.url())) look.requests.push(withoutUuids(`${request.method()} ${request.url()} ${end}`));
  };
  /** @type {WeakSet<import('playwright-core').Request>} */
  const answered = new WeakSet();
  page.on('response', (response) => {
    answered.add(response.request());
    note(response.request(), response.status());
  });
  // Whether a stream that the page closes had ended before is a matter of chance.
  page.on('requestfailed', (request) => { if (!answered.has(request)) note(request, request.failure()?.errorText); });
  try {
    await page.goto(url, { waitUntil: 'load' });
    const acted = await subject.act?.(page);
    if (subject.reports) await within(20_000, enough, `${subject.name}: ${look.reports.length} of ${subject.reports} reports came. ${look.errors} ${look.console}`);
    if (acted !== undefined) look.reports.push(JSON.stringify(acted));
    look.frames = await framesOf(page);
  } finally {
    await page.close();
  }
  // A viewer asks for its document once or twice.
  look.requests = [...new Set(look.requests)];
  for (const list of [look.console, look.errors, look.requests]) list.sort();
  return look;
}

/**
 * @template T
 * @param {number} milliseconds
 * @param {Promise<T>} promise
 * @param {string} complaint
 * @returns {Promise<T>}
 */
function within(milliseconds, promise, complaint) {
  let timer = /** @type {NodeJS.Timeout | undefined} */ (undefined);
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(complaint)), milliseconds); });
  return Promise.race([promise, /** @type {Promise<never>} */ (late)]).finally(() => clearTimeout(timer));
}
