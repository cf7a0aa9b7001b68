/**
 * What the extension's own scripts cost a page, by the browser's trace: every stretch of time in which a thread of the
 * page compiles, runs or is called back into a script of the extension.
 */
import { EXTENSION_ID } from '../../browser/support/fixture.mjs';

/** @typedef {{name: string, ph: string, pid: number, tid: number, ts: number, dur?: number, tdur?: number, args?: any}} TraceEvent */
/** @typedef {{wall: number, cpu: number, documents: number}} Cost milliseconds, and documents that a script ran in */

const CATEGORIES = ['devtools.timeline', 'v8', 'disabled-by-default-v8.compile'];
const OURS = `chrome-extension://${EXTENSION_ID}/`;

/** @param {TraceEvent} event */
function isOurs({ ph, dur, args }) {
  const data = args?.data ?? args ?? {};
  return ph === 'X' && dur !== undefined && [data.url, data.fileName].some((url) => typeof url === 'string' && url.startsWith(OURS));
}

/** @param {TraceEvent} event whose script is the service worker's: not the page's time */
const isBackground = ({ args }) => JSON.stringify(args).includes('background.js');

/**
 * @param {TraceEvent[]} events
 * @returns {Cost}
 */
export function costOf(events) {
  const ours = events.filter((event) => isOurs(event) && !isBackground(event)).sort((one, other) => one.ts - other.ts || (other.dur ?? 0) - (one.dur ?? 0));
  /** @type {Map<string, number>} */
  const ends = new Map();
  const cost = { wall: 0, cpu: 0, documents: 0 };
  for (const { name, pid, tid, ts, dur = 0, tdur = dur, args } of ours) {
    if (name === 'EvaluateScript' && args.data.url.endsWith('/content.js')) cost.documents += 1;
    const thread = `${pid} ${tid}`;
    // Compiling lies within evaluating.
    if (ts < (ends.get(thread) ?? 0)) continue;
    ends.set(thread, ts + dur);
    cost.wall += dur / 1000;
    cost.cpu += tdur / 1000;
  }
  return cost;
}

/**
 * @param {import('playwright-core').Page} page
 * @param {() => Promise<unknown>} work
 * @returns {Promise<TraceEvent[]>}
 */
export async function traced(page, work) {
  const session = await page.context().newCDPSession(page);
  /** @type {TraceEvent[]} */
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => { for (const event of value) events.push(/** @type {any} */ (event)); });
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: CATEGORIES, excludedCategories: ['*'] } });
  await work();
  const complete = new Promise((resolve) => { session.once('Tracing.tracingComplete', resolve); });
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  return events;
}
