/** Counts what a test server sends. These counts, not a page's own, decide what was downloaded. */

/**
 * @typedef {object} TrafficRow
 * @property {string} host
 * @property {string} path
 * @property {string} from origin that asked, as the browser said it; '' when it did not say
 * @property {number} requests
 * @property {number} bytes bytes of bodies handed to the network
 */

/** @typedef {{host?: string, path?: string | RegExp, from?: string}} TrafficFilter */

export class TrafficLog {
  /** @type {Map<string, TrafficRow>} */
  #rows = new Map();

  /**
   * Counts one exchange. Bytes are added when the network took them, so a download that the browser
   * broke off counts for what was sent and no more.
   * @param {import('node:http').IncomingMessage} req
   * @param {import('node:http').ServerResponse} res
   * @param {string} host
   * @param {string} path
   */
  follow(req, res, host, path) {
    const row = this.#row(host, path, askingOrigin(req));
    row.requests += 1;
    if (req.method === 'HEAD') return;

    const { write, end } = res;
    /** @param {any[]} args */
    const counted = (args) => {
      const [chunk, second, third] = args;
      if (chunk == null || typeof chunk === 'function') return args;
      const encoding = typeof second === 'string' ? second : undefined;
      const callback = typeof second === 'function' ? second : third;
      const size = typeof chunk === 'string' ? Buffer.byteLength(chunk, /** @type {BufferEncoding} */ (encoding)) : chunk.length;
      return [chunk, encoding, (/** @type {Error | null | undefined} */ error) => {
        if (!error) row.bytes += size;
        callback?.(error);
      }];
    };
    res.write = (/** @type {any[]} */ ...args) => write.apply(res, /** @type {any} */ (counted(args)));
    // Node's end() does not pass through write(); its callback fires when all was sent.
    res.end = (/** @type {any[]} */ ...args) => end.apply(res, /** @type {any} */ (counted(args)));
  }

  /**
   * @param {TrafficFilter} [filter] a `path` string matches the whole path or, ending in `*`, its start
   * @returns {TrafficRow[]} copies, in order of first request
   */
  rows(filter = {}) {
    return [...this.#rows.values()].filter((row) => matches(row, filter)).map((row) => ({ ...row }));
  }

  /** @param {TrafficFilter} [filter] */
  bytes(filter) {
    return this.rows(filter).reduce((sum, row) => sum + row.bytes, 0);
  }

  /** @param {TrafficFilter} [filter] */
  requests(filter) {
    return this.rows(filter).reduce((sum, row) => sum + row.requests, 0);
  }

  reset() {
    this.#rows.clear();
  }

  /** @param {string} host @param {string} path @param {string} from */
  #row(host, path, from) {
    const key = `${host} ${path} ${from}`;
    let row = this.#rows.get(key);
    if (!row) this.#rows.set(key, (row = { host, path, from, requests: 0, bytes: 0 }));
    return row;
  }
}

/** @param {TrafficRow} row @param {TrafficFilter} filter */
function matches(row, { host, path, from }) {
  if (host !== undefined && row.host !== host) return false;
  if (from !== undefined && row.from !== from) return false;
  if (path instanceof RegExp) return path.test(row.path);
  if (path?.endsWith('*')) return row.path.startsWith(path.slice(0, -1));
  return path === undefined || row.path === path;
}

/** @param {import('node:http').IncomingMessage} req */
function askingOrigin(req) {
  if (req.headers.origin) return String(req.headers.origin);
  try {
    return new URL(req.headers.referer ?? '').origin;
  } catch {
    return '';
  }
}
