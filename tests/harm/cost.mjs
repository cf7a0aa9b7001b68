/** What the extension costs pages that do not use it, in time: its own scripts by the trace, and the whole load. */
import { openHarmWorld } from './support/world.mjs';
import { costOf, traced } from './support/trace.mjs';

/** @typedef {import('./support/page.mjs').HarmPage} HarmPage */
/** @typedef {import('./support/trace.mjs').Cost} Cost */
/** @typedef {import('playwright-core').BrowserContext} BrowserContext */
/** @typedef {{cold: Cost, warm: Cost, load: number}} Visit `load`: milliseconds until the page has loaded, when warm */
/** @typedef {{page: HarmPage, extended: Visit[], bare: Visit[]}} PageCost */

/** Scripts of ours that run later than the load, such as listeners, should run within this. */
const AFTER_LOAD = 100;

/** @param {number[]} values */
export const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

/**
 * A tab's first document starts a process, whose code is cold; its next one finds it warm.
 * @param {BrowserContext} context
 * @param {string} url
 * @returns {Promise<Visit>}
 */
async function visit(context, url) {
  const page = await context.newPage();
  let loaded = 0;
  const load = async () => {
    const began = performance.now();
    await page.goto(url, { waitUntil: 'load' });
    loaded = performance.now() - began;
    await page.waitForTimeout(AFTER_LOAD);
  };
  const cold = costOf(await traced(page, load));
  const warm = costOf(await traced(page, load));
  await page.close();
  return { cold, warm, load: loaded };
}

/**
 * @param {HarmPage[]} pages
 * @param {number} rounds
 * @param {(done: number) => void} progress
 * @returns {Promise<PageCost[]>}
 */
export async function measureCosts(pages, rounds, progress) {
  const world = await openHarmWorld(pages);
  try {
    const costs = pages.map((page) => /** @type {PageCost} */ ({ page, extended: [], bare: [] }));
    for (let round = 0; round < rounds; round += 1) {
      for (const cost of costs) {
        const url = world.urlOf(cost.page);
        // By turns, so that neither always finds the machine as the other has left it.
        const order = round % 2 ? /** @type {const} */ (['bare', 'extended']) : /** @type {const} */ (['extended', 'bare']);
        for (const kind of order) cost[kind].push(await visit(world[kind], url));
      }
      progress(round + 1);
    }
    return costs;
  } finally {
    await world.close();
  }
}
