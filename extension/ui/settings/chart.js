/** @file Bytes stored and not downloaded again, day by day. May be imported by ui/settings/storage-bar.js only. */

import { formatBytes, formatDay } from '../format.js';
import { byId, make, text } from '../text.js';

/** @typedef {{day: number, saved: number, stored: number}} Day */

const DAYS = 30;
const DAY_MS = 86_400_000;
const WIDTH = 10;
const HEIGHT = 60;

/**
 * The last days, without gaps, up to today.
 * @param {Day[]} known @param {number} today @param {number} [count]
 * @returns {Day[]}
 */
export function lastDays(known, today, count = DAYS) {
  return Array.from({ length: count }, (_, index) => {
    const day = today - count + 1 + index;
    return known.find((one) => one.day === day) ?? { day, saved: 0, stored: 0 };
  });
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {Node[]} children */
function draw(name, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** @param {Day} day @param {number} index @param {number} most */
function bars({ day, saved, stored }, index, most) {
  const height = (/** @type {number} */ bytes) => (bytes === 0 ? 0 : Math.max(1, (HEIGHT * bytes) / most));
  const bar = (/** @type {string} */ kind, /** @type {number} */ bytes, /** @type {number} */ from) =>
    draw('rect', { class: kind, x: index * WIDTH + from, y: HEIGHT - height(bytes), width: 3.5, height: height(bytes) });
  const title = draw('title', {});
  title.textContent = text('chartDay', formatDay(day * DAY_MS), formatBytes(saved), formatBytes(stored));
  // As wide as the day, so that a short bar can be pointed at.
  return draw('g', {}, title, draw('rect', { class: 'day', x: index * WIDTH, y: 0, width: WIDTH, height: HEIGHT }), bar('saved', saved, 1), bar('stored', stored, 5));
}

/** @param {{days: Day[], today: number} | null} savings null in a private window, which keeps none */
export function showChart(savings) {
  const days = savings === null ? [] : lastDays(savings.days, savings.today);
  const sum = (/** @type {'saved' | 'stored'} */ what) => days.reduce((total, day) => total + day[what], 0);
  const most = Math.max(1, ...days.flatMap(({ saved, stored }) => [saved, stored]));
  byId('chart').hidden = sum('saved') + sum('stored') === 0;
  const picture = draw('svg', { viewBox: `0 0 ${DAYS * WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-labelledby': 'chart-text' },
    ...days.map((day, index) => bars(day, index, most)));
  byId('chart-picture').replaceChildren(picture);
  byId('chart-text').textContent = text('chartSum', formatBytes(sum('saved')), formatBytes(sum('stored')));
  byId('chart-legend').replaceChildren(...['saved', 'stored'].map((what) =>
    make('li', {}, make('span', { class: `swatch chart-${what}`, 'aria-hidden': 'true' }), text(what === 'saved' ? 'chartSaved' : 'chartStored'))));
}
