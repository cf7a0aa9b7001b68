/**
 * @file Bytes by day, for the chart in the settings. Pure; may be imported by background/tally.js only.
 */

/** @typedef {{day: number, saved: number, stored: number}} Day `day`: whole days since 1970, by the user's clock */

/** A year is enough to look back on. */
const MOST_DAYS = 366;
const DAY_MS = 86_400_000;

/** @param {number} now ms since 1970 @param {number} zone minutes that the user's clock is behind UTC, as Date has it */
export const dayOf = (now, zone) => Math.floor((now - zone * 60_000) / DAY_MS);

/**
 * @param {unknown} known what was kept, in order; anything else counts as nothing
 * @returns {Day[]}
 */
export function readDays(known) {
  const isDay = (/** @type {any} */ day) => [day?.day, day?.saved, day?.stored].every((number) => Number.isFinite(number) && number >= 0);
  return Array.isArray(known) ? known.filter(isDay).map(({ day, saved, stored }) => ({ day, saved, stored })) : [];
}

/** @param {Day[]} days @param {Day} more @returns {Day[]} */
export function addToDays(days, more) {
  const { saved, stored } = days.find(({ day }) => day === more.day) ?? { saved: 0, stored: 0 };
  const others = days.filter(({ day }) => day !== more.day && day > more.day - MOST_DAYS);
  return [...others, { day: more.day, saved: saved + more.saved, stored: stored + more.stored }].sort((one, other) => one.day - other.day);
}
