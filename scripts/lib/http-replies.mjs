/** Ways to answer a request: text, JSON, files and made-up streams with ranges, CORS. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';

/** @typedef {import('node:http').IncomingMessage} Req */
/** @typedef {import('node:http').ServerResponse & {bytesPerSecond?: number}} Res */
/** @typedef {import('node:http').OutgoingHttpHeaders} Headers */

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.txt': 'text/plain; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.json': 'application/json',
  '.wasm': 'application/wasm', '.onnx': 'application/octet-stream', '.wav': 'audio/wav', '.svg': 'image/svg+xml',
  '.png': 'image/png', '.jpg': 'image/jpeg', '.webp': 'image/webp', '.woff2': 'font/woff2',
};

/** @param {string} path */
export function contentType(path) {
  return TYPES[/** @type {keyof typeof TYPES} */ (extname(path).toLowerCase())] ?? 'application/octet-stream';
}

/**
 * Opens a response to other origins. Answers a preflight by itself.
 * @param {Req} req
 * @param {Res} res
 * @param {{origin?: string, headers?: string, expose?: string}} [options]
 * @returns {boolean} true when the request was a preflight and is answered
 */
export function allowCors(req, res, { origin = '*', headers = '*, Range', expose = 'Content-Length, Content-Range, ETag' } = {}) {
  res.setHeader('access-control-allow-origin', origin);
  res.setHeader('access-control-expose-headers', expose);
  if (req.method !== 'OPTIONS') return false;
  res.setHeader('access-control-allow-headers', headers);
  res.setHeader('access-control-allow-methods', 'GET, HEAD, OPTIONS');
  res.writeHead(204).end();
  return true;
}

/** @param {Res} res @param {number} status @param {string} type @param {string | Buffer | Uint8Array} body @param {Headers} [headers] */
export function sendBytes(res, status, type, body, headers = {}) {
  res.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers });
  res.end(body);
}

/** @param {Res} res @param {string} text @param {Headers} [headers] */
export const sendText = (res, text, headers) => sendBytes(res, 200, 'text/plain; charset=utf-8', text, headers);

/** @param {Res} res @param {unknown} value @param {Headers} [headers] */
export const sendJson = (res, value, headers) => sendBytes(res, 200, 'application/json', JSON.stringify(value), headers);

/**
 * One byte range of a request, or the whole. Several ranges in one request count as no range, which
 * the standard allows.
 * @param {string | undefined} header
 * @param {number} size
 * @returns {{start: number, end: number, partial: boolean} | null} `end` is exclusive; null: cannot be satisfied
 */
export function parseRange(header, size) {
  const whole = { start: 0, end: size, partial: false };
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return whole;
  if (match[1] === '') {
    const suffix = Number(match[2]);
    return suffix === 0 || size === 0 ? null : { start: Math.max(0, size - suffix), end: size, partial: true };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? size : Math.min(size, Number(match[2]) + 1);
  return start >= size || end <= start ? null : { start, end, partial: true };
}

/**
 * Streams a body of known size, or the range of it that was asked for. Memory stays flat: the next
 * piece is taken only when the network took the last one.
 * @param {Req} req
 * @param {Res} res
 * @param {{size: number, type: string, headers?: Headers,
 *          open: (start: number, end: number) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>}} body
 */
export async function sendBody(req, res, { size, type, headers = {}, open }) {
  const range = parseRange(req.headers.range, size);
  if (!range) {
    res.writeHead(416, { ...headers, 'content-range': `bytes */${size}` }).end();
    return;
  }
  const { start, end, partial } = range;
  res.writeHead(partial ? 206 : 200, {
    'content-type': type, 'accept-ranges': 'bytes', ...headers, 'content-length': end - start,
    ...(partial && { 'content-range': `bytes ${start}-${end - 1}/${size}` }),
  });
  if (req.method === 'HEAD' || start === end) {
    res.end();
    return;
  }
  const began = performance.now();
  let sent = 0;
  for await (const chunk of open(start, end)) {
    if (res.destroyed) return;
    sent += chunk.length;
    if (!res.write(chunk)) await drained(res);
    if (res.bytesPerSecond) await sleepUntil(began + (sent / res.bytesPerSecond) * 1000);
  }
  res.end();
}

/**
 * @param {Req} req
 * @param {Res} res
 * @param {string} file
 * @param {{type?: string, headers?: Headers}} [options]
 */
export async function sendFile(req, res, file, { type = contentType(file), headers } = {}) {
  const { size } = await stat(file);
  await sendBody(req, res, {
    size, type, headers,
    open: (start, end) => createReadStream(file, { start, end: end - 1, highWaterMark: 1 << 18 }),
  });
}

/** Settles when there is room again, or when the other side is gone. @param {Res} res */
function drained(res) {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done);
      res.off('close', done);
      resolve(undefined);
    };
    res.on('drain', done);
    res.on('close', done);
  });
}

/** @param {number} time */
async function sleepUntil(time) {
  const wait = time - performance.now();
  if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
}
