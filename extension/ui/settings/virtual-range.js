/**
 * @file The arithmetic of a list of which only the rows in view exist. All rows are of one height. Pure; may be imported by
 * ui/settings/ only.
 */

/** Rows beyond each edge, so that scrolling a little shows no gap. */
const SPARE = 8;

/**
 * @param {{scrollTop: number, viewHeight: number, rowHeight: number, count: number}} view
 * @returns {{first: number, end: number}} the rows that must exist: from `first` up to, and without, `end`
 */
export function visibleRange({ scrollTop, viewHeight, rowHeight, count }) {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight) - SPARE;
  const end = Math.ceil((Math.max(0, scrollTop) + viewHeight) / rowHeight) + SPARE;
  return { first: Math.min(Math.max(0, first), count), end: Math.min(Math.max(0, end), count) };
}

/**
 * Where to scroll so that a row is wholly in view, moving as little as possible.
 * @param {number} index
 * @param {{scrollTop: number, viewHeight: number, rowHeight: number}} view
 */
export function scrollTopFor(index, { scrollTop, viewHeight, rowHeight }) {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  return top + rowHeight > scrollTop + viewHeight ? Math.max(0, top + rowHeight - viewHeight) : scrollTop;
}

/**
 * @param {string} key that was pressed
 * @param {{active: number, count: number, pageRows: number}} list `active` is -1 when no row is
 * @returns {number | undefined} the row that becomes active; undefined for keys that move nothing
 */
export function rowAfterKey(key, { active, count, pageRows }) {
  if (count === 0) return undefined;
  /** @type {Record<string, number>} */
  const targets = {
    ArrowDown: active + 1,
    ArrowUp: active < 0 ? count - 1 : active - 1,
    PageDown: active + Math.max(1, pageRows),
    PageUp: active - Math.max(1, pageRows),
    Home: 0,
    End: count - 1,
  };
  return Object.hasOwn(targets, key) ? Math.min(Math.max(0, targets[key]), count - 1) : undefined;
}
