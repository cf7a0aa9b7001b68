/** The sites of a test: any document with any headers, and files to fetch. */
import { allowCors, sendBytes, sendText } from '../../../scripts/lib/https-server.mjs';

/** @typedef {import('../../../scripts/lib/https-server.mjs').Handler} Handler */

/** Hosts that tests may use: a.test has a sibling below the same registrable domain, the others are strangers. */
export const HOSTS = ['a.test', 'app.a.test', 'b.test', 'c.test', 'd.test', 'e.test'];

const HTML = 'text/html; charset=utf-8';

export class Sites {
  /** @type {Map<string, {type: string, body: string | Uint8Array, headers: Record<string, string>}>} */
  #resources = new Map();
  /** @type {Handler} */
  #more = () => undefined;

  /**
   * Puts a document on every host.
   * @param {{headers?: Record<string, string>, html?: string}} document
   * @returns {string} its path
   */
  document({ headers = {}, html = '' }) {
    return this.#add({ type: HTML, body: `<!doctype html><title>Test</title>${html}`, headers });
  }

  /** @param {Uint8Array} body @param {Record<string, string>} [headers] @returns {string} its path */
  file(body, headers = {}) {
    return this.#add({ type: 'application/octet-stream', body, headers });
  }

  /** @param {string} body @param {Record<string, string>} [headers] @returns {string} its path */
  script(body, headers = {}) {
    return this.#add({ type: 'text/javascript', body, headers });
  }

  /** @param {string} body @returns {string} its path */
  sheet(body) {
    return this.#add({ type: 'text/css', body, headers: {} });
  }

  /**
   * Puts a file at a path of its own choice, such as one of several modules that import each other.
   * @param {string} path
   * @param {string} type
   * @param {string | Uint8Array} body
   * @param {Record<string, string>} [headers]
   * @returns {string}
   */
  place(path, type, body, headers = {}) {
    return this.#add({ type, body, headers }, path);
  }

  /** @param {{type: string, body: string | Uint8Array, headers: Record<string, string>}} resource @param {string} [path] */
  #add(resource, path = `/resource/${this.#resources.size + 1}`) {
    this.#resources.set(path, resource);
    return path;
  }

  /** @param {Handler} handler asked for what is none of the above */
  serveAlso(handler) {
    this.#more = handler;
  }

  /** @returns {Handler} */
  handler() {
    return (req, res, url) => {
      if (url.pathname === '/') return sendBytes(res, 200, HTML, '<!doctype html><title>Test</title>');
      if (url.pathname === '/favicon.ico') return sendText(res, '');
      const resource = this.#resources.get(url.pathname);
      if (!resource) return this.#more(req, res, url);
      if (resource.type !== HTML && allowCors(req, res)) return undefined;
      return sendBytes(res, 200, resource.type, resource.body, resource.headers);
    };
  }
}
