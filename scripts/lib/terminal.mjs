/** Words and numbers for the terminal. Progress goes to stderr, so that results can be piped. */

/** @param {NodeJS.WriteStream} stream */
const takesColour = (stream) => Boolean(stream.isTTY) && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
const useColour = takesColour(process.stdout);

/** @param {string} code */
const paint = (code) => (/** @type {string} */ text) => (useColour ? `\x1b[${code}m${text}\x1b[0m` : text);

export const bold = paint('1');
export const dim = paint('2');
export const red = paint('31');
export const green = paint('32');
export const yellow = paint('33');
export const cyan = paint('36');

/**
 * @param {number} bytes
 * @returns {string} decimal units, as browsers show them: `29.4 MB`
 */
export function formatBytes(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return unit === 0 ? `${bytes} B` : `${value.toFixed(1)} ${units[unit]}`;
}

/**
 * @param {number} ms
 * @returns {string}
 */
export function formatDuration(ms) {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** @param {string} text */
const visibleLength = (text) => text.replace(/\x1b\[[0-9;]*m/g, '').length;

/**
 * Lines up columns. A column whose head starts with `>` is set flush right.
 * @param {string[]} heads
 * @param {string[][]} rows
 * @returns {string}
 */
export function formatTable(heads, rows) {
  const right = heads.map((head) => head.startsWith('>'));
  const titles = heads.map((head) => head.replace(/^>/, ''));
  const widths = titles.map((title, column) =>
    Math.max(visibleLength(title), ...rows.map((row) => visibleLength(row[column] ?? ''))));
  /** @param {string} cell @param {number} column */
  const pad = (cell, column) => {
    const space = ' '.repeat(widths[column] - visibleLength(cell));
    return right[column] ? space + cell : cell + space;
  };
  const line = (/** @type {string[]} */ cells) => cells.map(pad).join('  ').trimEnd();
  return [bold(line(titles)), dim(widths.map((width) => '─'.repeat(width)).join('  ')),
          ...rows.map(line)].join('\n');
}

/**
 * Says on stderr what is being done now.
 * @param {string} text
 */
export function step(text) {
  process.stderr.write(`${takesColour(process.stderr) ? '\x1b[2m›\x1b[0m' : '>'} ${text}\n`);
}
