/**
 * @file Settings as a file, to keep them or to take them to another machine. Pure; may be imported by ui/settings/ only.
 */

/** @typedef {import('./controls.js').Setting} Setting */

const FORMAT = 'cos settings 1';
/** What a file of settings can be; another one was chosen by mistake. */
export const MOST_BYTES = 64 * 1024;

/** @param {Setting[]} settings @returns {string} */
export function writeSettings(settings) {
  return `${JSON.stringify({ format: FORMAT, settings: Object.fromEntries(settings.map(({ key, value }) => [key, value])) }, null, 2)}\n`;
}

/**
 * @param {string} written
 * @param {Setting[]} settings that the page shows: a file changes no others, whatever it names
 * @returns {{key: string, value: string}[] | undefined} what is to be changed; undefined for what is no file of settings
 */
export function readSettings(written, settings) {
  let file;
  try {
    file = JSON.parse(written);
  } catch {
    return undefined;
  }
  if (file?.format !== FORMAT || typeof file.settings !== 'object' || file.settings === null) return undefined;
  return settings
    .filter(({ key, value }) => Object.hasOwn(file.settings, key) && typeof file.settings[key] === 'string' && file.settings[key] !== value)
    .map(({ key }) => ({ key, value: file.settings[key] }));
}
