/**
 * A throw-away web server for demo, browser tests and benchmarks: many virtual hosts on one port of
 * 127.0.0.1, https with a certificate made at start, and counts of the bytes that really left.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TrafficLog } from './traffic.mjs';

export { allowCors, contentType, sendBody, sendBytes, sendFile, sendJson, sendText } from './http-replies.mjs';
export { TrafficLog } from './traffic.mjs';

const run = promisify(execFile);

/** @typedef {(req: http.IncomingMessage, res: http.ServerResponse, url: URL) => unknown} Handler */

/**
 * @typedef {object} WebServer
 * @property {number} port
 * @property {(host: string) => string} origin `https://a.test:1234`
 * @property {(host: string, path?: string) => string} url
 * @property {TrafficLog} traffic
 * @property {() => Promise<void>} close also cuts connections that are still open
 */

/**
 * A self-signed certificate for the given hosts. It lives in memory only; browsers are told to
 * accept it, so nothing is ever added to a machine's trusted certificates.
 * @param {string[]} hosts
 * @returns {Promise<{key: Buffer, cert: Buffer}>}
 */
async function selfSigned(hosts) {
  const dir = await mkdtemp(join(tmpdir(), 'cos-cert-'));
  try {
    const names = [...hosts, 'localhost'].map((host) => `DNS:${host}`).join(',');
    await run('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
      '-days', '7', '-subj', '/CN=cos test server', '-addext', `subjectAltName=${names},IP:127.0.0.1`,
      '-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem'),
    ]);
    return { key: await readFile(join(dir, 'key.pem')), cert: await readFile(join(dir, 'cert.pem')) };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * Starts a server whose hosts answer by handlers of their own; the handler `*.test` answers for every
 * host below `.test` that has none. A handler that throws makes a 500 with the error's text; a host
 * without a handler makes a 421.
 * @param {{hosts: Record<string, Handler>, secure?: boolean, port?: number, bytesPerSecond?: number,
 *   upgrade?: (req: http.IncomingMessage, socket: import('node:stream').Duplex) => void}} options
 *   `bytesPerSecond` slows each response down to that rate, to see what a real line does
 * @returns {Promise<WebServer>}
 */
export async function startServer({ hosts, secure = true, port = 0, bytesPerSecond = 0, upgrade }) {
  const traffic = new TrafficLog();
  const scheme = secure ? 'https' : 'http';

  /**
   * @param {http.IncomingMessage} req
   * @param {http.ServerResponse & {bytesPerSecond?: number}} res
   */
  const listener = async (req, res) => {
    const host = (req.headers.host ?? '').replace(/:\d+$/, '');
    try {
      const url = new URL(req.url ?? '/', `${scheme}://${req.headers.host}`);
      traffic.follow(req, res, host, url.pathname);
      res.bytesPerSecond = bytesPerSecond;
      const name = !Object.hasOwn(hosts, host) && host.endsWith('.test') ? '*.test' : host;
      const handler = Object.hasOwn(hosts, name) ? hosts[name] : null;
      if (!handler) {
        res.writeHead(421, { 'content-type': 'text/plain' }).end(`This server knows no host ${host}\n`);
        return;
      }
      await handler(req, res, url);
      if (!res.headersSent && !res.writableEnded) {
        res.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
      }
    } catch (error) {
      if (res.headersSent) res.destroy();
      else res.writeHead(500, { 'content-type': 'text/plain' }).end(`${error}\n`);
    }
  };

  const server = secure
    ? https.createServer(await selfSigned(Object.keys(hosts)), listener)
    : http.createServer(listener);
  if (upgrade) server.on('upgrade', upgrade);
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
  const actualPort = /** @type {import('node:net').AddressInfo} */ (server.address()).port;
  const origin = (/** @type {string} */ host) => `${scheme}://${host}:${actualPort}`;

  return {
    port: actualPort,
    origin,
    url: (host, path = '/') => new URL(path, origin(host)).href,
    traffic,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
