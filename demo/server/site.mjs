/** A demo site: the shared page with a name, a task and an input of its own. */
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sendBytes, sendFile, sendJson } from '../../scripts/lib/https-server.mjs';

const PAGE_DIR = fileURLToPath(new URL('../page', import.meta.url));

/**
 * @typedef {object} SiteInput
 * @property {string} type
 * @property {Buffer} [bytes]
 * @property {string} [file]
 */

/**
 * @param {object} site
 * @param {string} site.host
 * @param {() => object} site.config what the page is told about itself
 * @param {SiteInput | null} site.input the sound or the picture
 * @param {Record<string, string>} site.vendor the site's own copies of program code: URL path → file
 * @param {() => import('../../scripts/lib/https-server.mjs').TrafficLog} site.traffic
 * @param {string} site.hubHost
 * @param {() => string} site.origin
 * @returns {import('../../scripts/lib/https-server.mjs').Handler}
 */
export function siteHandler({ config, input, vendor, traffic, hubHost, origin }) {
  const fresh = { 'cache-control': 'no-store' };
  return async (req, res, url) => {
    if (url.pathname === '/site.json') return sendJson(res, config(), fresh);
    if (url.pathname === '/stats.json') return sendJson(res, traffic().rows({ host: hubHost, from: origin() }), fresh);
    if (url.pathname === '/favicon.ico') return void res.writeHead(204).end();
    if (url.pathname === '/input' && input) {
      if (input.file) return sendFile(req, res, input.file, { type: input.type, headers: fresh });
      return sendBytes(res, 200, input.type, input.bytes ?? '', fresh);
    }
    if (Object.hasOwn(vendor, url.pathname)) return sendFile(req, res, vendor[url.pathname]);

    const path = normalize(url.pathname === '/' ? '/index.html' : url.pathname);
    // A page file's name is all that is let through: no climbing out of the page's folder.
    if (/^\/[a-z0-9-]+\.(html|css|js)$/.test(path)) {
      await sendFile(req, res, join(PAGE_DIR, path), { headers: fresh }).catch((error) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
  };
}
