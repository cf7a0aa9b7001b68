/** @file Numbers, sizes and times in words. Pure but for the language; may be imported by ui/ only. */

/** @type {string | undefined} */
let spoken;

/** The language of the page, in which there may be none for the browser's. @param {string} locale */
export const speak = (locale) => {
  spoken = locale;
};

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @type {Map<string, any>} */
const made = new Map();

/**
 * Making a formatter costs more than using it a hundred times, and a list is full of numbers.
 * @template {Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat} Format
 * @param {new (locale?: string, options?: any) => Format} Kind
 * @param {string | undefined} locale
 * @param {object} [options]
 * @returns {Format}
 */
function formatter(Kind, locale, options = {}) {
  const key = `${Kind.name} ${locale} ${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new Kind(locale, options));
  return made.get(key);
}

/** @param {number} bytes @param {string} [locale] */
export function formatBytes(bytes, locale = spoken) {
  let index = 0;
  // By what will be shown: 999.6 kB is 1 MB.
  while (index < UNITS.length - 1 && bytes / 1000 ** index >= (index === 0 ? 1000 : 999.5)) index += 1;
  const number = bytes / 1000 ** index;
  const format = formatter(Intl.NumberFormat, locale, {
    style: 'unit',
    unit: UNITS[index],
    unitDisplay: index === 0 ? 'long' : 'short',
    // As the command line: two digits say enough.
    maximumFractionDigits: index === 0 || number >= 9.95 ? 0 : 1,
  });
  return format.format(number);
}

/** @param {number} number @param {string} [locale] */
export const formatNumber = (number, locale = spoken) => formatter(Intl.NumberFormat, locale).format(number);

/** @param {number} part @param {number} whole @param {string} [locale] */
export function formatShare(part, whole, locale = spoken) {
  const share = whole > 0 ? part / whole : 0;
  const maximumFractionDigits = share > 0 && share < 0.1 ? 1 : 0;
  return formatter(Intl.NumberFormat, locale, { style: 'percent', maximumFractionDigits }).format(share);
}

/**
 * How long ago, in the largest whole unit; the date when it was long ago.
 * @param {number} at ms since 1970
 * @param {number} now
 * @param {string} [locale]
 */
export function formatAgo(at, now, locale = spoken) {
  const ago = Math.max(0, now - at);
  if (ago >= 30 * DAY) return formatter(Intl.DateTimeFormat, locale, { dateStyle: 'medium' }).format(at);
  const relative = formatter(Intl.RelativeTimeFormat, locale, { numeric: 'auto' });
  if (ago >= DAY) return relative.format(-Math.floor(ago / DAY), 'day');
  if (ago >= HOUR) return relative.format(-Math.floor(ago / HOUR), 'hour');
  if (ago >= MINUTE) return relative.format(-Math.floor(ago / MINUTE), 'minute');
  return relative.format(0, 'second');
}

/** @param {number} at midnight UTC of the day @param {string} [locale] */
export const formatDay = (at, locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(at);

/** @param {number} at @param {string} [locale] */
export const formatTime = (at, locale = spoken) => formatter(Intl.DateTimeFormat, locale, { dateStyle: 'medium', timeStyle: 'short' }).format(at);

/** @param {string} digest */
export const shortHash = (digest) => `${digest.slice(0, 12)}…`;

/** An origin as people know it: without what nearly all of them begin with. @param {string} origin */
export const shortOrigin = (origin) => origin.replace(/^https:\/\//, '');
