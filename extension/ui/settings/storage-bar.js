/** @file How full the store is, and of what. May be imported by ui/settings/main.js only. */

import { formatBytes, formatNumber, formatShare } from '../format.js';
import { byId, make, text } from '../text.js';
import { ask } from './ask.js';
import { showChart } from './chart.js';

const KINDS = ['model', 'wasm', 'media', 'image', 'font', 'archive', 'text', 'other', 'rest'];

/**
 * The bar's parts, with their widths in percent of the budget; each is wide enough to be seen.
 * @param {{kind: string, bytes: number}[]} kinds
 * @param {number} budget
 * @returns {{kind: string, bytes: number, width: number}[]} in the order of KINDS, without empty ones
 */
export function barParts(kinds, budget) {
  const used = kinds.reduce((sum, { bytes }) => sum + bytes, 0);
  const whole = Math.max(budget, used, 1);
  return kinds.filter(({ bytes }) => bytes > 0)
    .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))
    .map(({ kind, bytes }) => ({ kind, bytes, width: Math.max(0.5, (100 * bytes) / whole) }));
}

/** @returns {Promise<number>} how many files there are */
export async function showStorage() {
  const [{ entries, bytes, budget, kinds }, savings] = await Promise.all([ask('totals'), chrome.runtime.sendMessage({ ask: 'savings' })]);
  byId('stored-figure').textContent = formatBytes(bytes);
  // A private window keeps no account of it.
  byId('saved').hidden = !savings || savings.files === 0;
  byId('saved-figure').textContent = formatBytes(savings?.bytes ?? 0);
  showChart(savings);
  const files = entries === 1 ? text('filesCountOne') : text('filesCount', formatNumber(entries));
  byId('storage-text').textContent = text('storageUsed', files, formatShare(bytes, budget), formatBytes(budget));
  const parts = barParts(kinds, budget);
  byId('storage-bar').setAttribute('aria-label', byId('storage-text').textContent ?? '');
  byId('storage-bar').replaceChildren(...parts.map(({ kind, width }) => {
    const part = make('span', { class: `part-of-bar kind-${kind}` });
    part.style.inlineSize = `${width}%`;
    return part;
  }));
  byId('storage-legend').replaceChildren(...parts.map((part) => make('li', {},
    make('span', { class: `swatch kind-${part.kind}`, 'aria-hidden': 'true' }), `${text(`kind_${part.kind}`)} ${formatBytes(part.bytes)}`)));
  return entries;
}
