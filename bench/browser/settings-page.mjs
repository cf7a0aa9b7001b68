/**
 * What the settings page costs its user when the store is full of files: how long until the list is there, and whether
 * scrolling through it keeps up with the screen. Prints numbers and judges none.
 */
import { UiWorld } from '../../scripts/lib/ui-world.mjs';

/** @typedef {import('playwright-core').Page} Page */

const entries = Number(process.argv[2] ?? 10_000);
const OPENINGS = 15;
const SCROLLED = 60_000;

/** @param {number[]} numbers @param {number} share */
const quantile = (numbers, share) => numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(share * numbers.length))];

/** @param {number} ms */
const rounded = (ms) => `${ms.toFixed(ms < 20 ? 1 : 0)} ms`;

/** In the page, before its own scripts: when the first rows were painted, since the navigation began. */
function watchForRows() {
  /** @type {any} */ (globalThis).rowsPainted = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (document.querySelector('#entries [role=option]') === null) return;
      observer.disconnect();
      // A task after the frame that shows them.
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    });
    observer.observe(document, { childList: true, subtree: true });
  });
}

/** In the page: notes each frame, and whether rows cover all of the list's view in it. */
function watchFrames() {
  const box = /** @type {HTMLElement} */ (document.getElementById('entries'));
  const noted = { at: /** @type {number[]} */ ([]), gaps: 0, going: true };
  /** @type {any} */ (globalThis).framesNoted = noted;
  const note = (/** @type {number} */ now) => {
    noted.at.push(now);
    const rows = box.querySelectorAll('[role=option]');
    const view = box.getBoundingClientRect();
    if (rows[0].getBoundingClientRect().top > view.top + 1 || rows[rows.length - 1].getBoundingClientRect().bottom < view.bottom - 1) noted.gaps += 1;
    if (noted.going) requestAnimationFrame(note);
  };
  requestAnimationFrame(note);
}

/** @param {UiWorld} world */
async function measureOpening(world) {
  const times = [];
  for (let i = 0; i < OPENINGS; i += 1) {
    const page = await world.context.newPage();
    await page.addInitScript(watchForRows);
    await world.load(page, 'settings.html');
    times.push(await page.evaluate(() => /** @type {any} */ (globalThis).rowsPainted));
    await page.close();
  }
  console.log(`opening, until rows are painted: median ${rounded(quantile(times, 0.5))}, slowest of ${OPENINGS} ${rounded(Math.max(...times))}`);
}

/** @param {import('playwright-core').CDPSession} cdp @returns {Promise<number>} ms that the page's main thread has worked */
async function worked(cdp) {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
}

/**
 * @param {Page} page
 * @param {import('playwright-core').CDPSession} cdp
 * @param {() => Promise<unknown>} act
 */
async function duringFrames(page, cdp, act) {
  await page.evaluate(watchFrames);
  const before = await worked(cdp);
  await act();
  const work = (await worked(cdp)) - before;
  const { at, gaps } = await page.evaluate(() => {
    const noted = /** @type {any} */ (globalThis).framesNoted;
    noted.going = false;
    return noted;
  });
  const frames = at.slice(1).map((/** @type {number} */ time, /** @type {number} */ i) => time - at[i]);
  return `${((1000 * frames.length) / (at.at(-1) - at[0])).toFixed(1)} frames a second (median ${rounded(quantile(frames, 0.5))}, 99 % within ${rounded(quantile(frames, 0.99))}), `
    + `${rounded(work / frames.length)} of work for each, ${gaps} of ${frames.length} with a gap`;
}

/** @param {UiWorld} world */
async function measureScrolling(world) {
  const page = await world.settings();
  const box = page.locator('#entries');
  await box.scrollIntoViewIfNeeded();
  const { x, y, width, height } = /** @type {{x: number, y: number, width: number, height: number}} */ (await box.boundingBox());
  const cdp = await world.context.newCDPSession(page);
  await cdp.send('Performance.enable');
  console.log(`not scrolling: ${await duringFrames(page, cdp, () => page.waitForTimeout(3000))}`);
  for (const speed of [2000, 10_000]) {
    await box.evaluate((element) => { element.scrollTop = 0; });
    const scroll = () => cdp.send('Input.synthesizeScrollGesture', {
      x: x + width / 2, y: y + height / 2, yDistance: -SCROLLED * (speed / 10_000), speed, gestureSourceType: 'mouse',
    });
    const frames = await duringFrames(page, cdp, scroll);
    const rows = Math.round((await box.evaluate((element) => element.scrollTop)) / 56);
    console.log(`scrolling over ${rows} rows, ${Math.round(speed / 56)} a second: ${frames}`);
  }
  await page.close();
}

/** @param {UiWorld} world */
async function measureSearching(world) {
  const page = await world.settings();
  const time = await page.evaluate(async () => {
    const count = /** @type {HTMLElement} */ (document.getElementById('entries-count'));
    const began = performance.now();
    const answered = new Promise((resolve) => new MutationObserver(() => resolve(performance.now() - began)).observe(count, { childList: true, characterData: true, subtree: true }));
    const search = /** @type {HTMLInputElement} */ (document.getElementById('search'));
    search.value = 'whisper';
    search.dispatchEvent(new Event('input'));
    return answered;
  });
  console.log(`searching, until the first answer: ${rounded(/** @type {number} */ (time))}, of which 200 ms wait for the next key`);
  await page.close();
}

const world = await UiWorld.open();
try {
  await world.fill(entries);
  console.log(`settings page, ${entries} files`);
  await measureOpening(world);
  await measureScrolling(world);
  await measureSearching(world);
} finally {
  await world.close();
}
