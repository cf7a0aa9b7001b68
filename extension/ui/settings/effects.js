/**
 * @file What a change of a setting would do, in words, before it is made. May be imported by ui/settings/controls.js only.
 */

import { formatBytes, formatNumber } from '../format.js';
import { text } from '../text.js';
import { ask } from './ask.js';

/** @typedef {{key: string, value: string}} Change */

/**
 * @typedef {object} Effect the host's account of it (docs/protocol.md, `ui.effect`)
 * @property {string} key
 * @property {number} [count]
 * @property {boolean} [more]
 * @property {number} [freed]
 * @property {number} [budget]
 * @property {number} [bytes]
 * @property {number} [left]
 * @property {boolean} [full]
 */

/** Switches of which there is something to count. */
const COUNTED_FILES = new Set(['realms.share', 'frames.partition', 'gates.user-gesture']);
const COUNTED = new Set([...COUNTED_FILES, 'gates.ask', 'history.reads']);

/** @param {string} key */
export const isCounted = (key) => COUNTED.has(key);

/** @param {Change[]} changes @returns {Promise<Effect[]>} in their order; rejects with Refused, as making the change would */
export async function foresee(changes) {
  return (await ask('effect', { changes })).effects;
}

/** @param {Effect} effect */
const numberOf = ({ count = 0, more = false }) => (more ? text('atLeast', formatNumber(count)) : formatNumber(count));

/** @param {Effect} effect */
function filesOf({ count = 0, more = false }) {
  if (more) return text('filesAtLeast', formatNumber(count));
  return count === 1 ? text('filesCountOne') : text('filesCount', formatNumber(count));
}

/** @param {string} key @param {boolean} on what it would be switched to @param {Effect} effect */
function countedWords(key, on, effect) {
  const known = effect.count !== undefined && !(effect.count === 0 && effect.more);
  if (!known) return '';
  if (!COUNTED_FILES.has(key)) return text(messageOf(key, on), numberOf(effect));
  return effect.count === 0 ? text('effectNothing') : text(messageOf(key, on), filesOf(effect));
}

/** @param {string} key @param {boolean} on */
const messageOf = (key, on) => `effect_${key.replace(/[.-]/g, '_')}_${on ? 'on' : 'off'}`;

/**
 * What turning a switch round would do.
 * @param {string} key
 * @param {boolean} on what it would be switched to
 * @param {Effect} [effect] of a switch that isCounted()
 * @returns {string} empty when it is not known
 */
export function switchEffect(key, on, effect) {
  const words = !isCounted(key) ? text(messageOf(key, on)) : effect === undefined ? '' : countedWords(key, on, effect);
  return words === '' ? '' : text(on ? 'effectOn' : 'effectOff', words);
}

/** @param {Effect} effect */
function budgetEffect(effect) {
  const { count = 0, bytes = 0, left = 0, full = false } = effect;
  const budget = formatBytes(effect.budget ?? 0);
  if (full) return text('effectBudgetFull', budget);
  return count === 0 ? text('effectBudgetFree', budget, formatBytes(left)) : text('effectBudgetRemoves', budget, filesOf(effect), formatBytes(bytes));
}

/**
 * What another value would do.
 * @param {string} value
 * @param {Effect} effect
 */
export function valueEffect(value, effect) {
  if (effect.budget !== undefined) return budgetEffect(effect);
  if (effect.key === 'grease.percent') return text('effectGrease', formatNumber(Number(value)));
  if (effect.freed) return text('effectFreed', formatNumber(effect.freed));
  return effect.count ? text('effectWaiting', numberOf(effect)) : text('effectNoSite');
}
