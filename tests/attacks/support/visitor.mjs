/** One tab of a victim, who goes where the attack needs a victim to go, and clicks as people do. */

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Frame} Frame */
/** @typedef {import('../../../scripts/lib/https-server.mjs').WebServer} WebServer */

const BLANK = '<!doctype html><title>Lab</title>';
const HTML = { 'content-type': 'text/html; charset=utf-8' };
/** Gives a page the finest clock that browsers give. */
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/**
 * Every host is a site; `/frames?frame=…` embeds others, with the feature allowed.
 * @type {import('../../../scripts/lib/https-server.mjs').Handler}
 */
export function labSite(_, res, url) {
  const frames = url.searchParams.getAll('frame').map((src) => `<iframe src="${src}" allow="cross-origin-storage"></iframe>`);
  return res.writeHead(200, { ...HTML, ...(url.pathname === '/isolated' && ISOLATED) }).end(BLANK + frames.join(''));
}

export class Visitor {
  #page;
  #server;

  /** @param {Page} page @param {WebServer} server */
  constructor(page, server) {
    this.#page = page;
    this.#server = server;
  }

  /** @param {string} host */
  origin(host) {
    return this.#server.origin(host);
  }

  /**
   * Goes to a site, and clicks somewhere: the attacks shall not fail for want of user activation.
   * @param {string} host
   * @param {string} [path]
   * @returns {Promise<Page>}
   */
  async at(host, path = '/') {
    await this.#page.goto(this.#server.url(host, path));
    await this.#page.mouse.click(5, 5);
    return this.#page;
  }

  /** @param {string} host with the finest clock */
  isolated(host) {
    return this.at(host, '/isolated');
  }

  /** @param {string} host @param {string[]} framed hosts @returns {Promise<Frame[]>} the frames, in order */
  async frames(host, framed) {
    const query = new URLSearchParams(framed.map((other) => ['frame', this.#server.url(other)]));
    const page = await this.at(host, `/frames?${query}`);
    return framed.map((other) => {
      const frame = page.frames().find((candidate) => candidate.url() === this.#server.url(other));
      if (!frame) throw new Error(`The page has no frame of ${other}.`);
      return frame;
    });
  }

  /** @param {string} host @param {string} framed */
  async frame(host, framed) {
    return (await this.frames(host, [framed]))[0];
  }

  /** Loads the page again. @returns {Promise<Page>} */
  async reload() {
    await this.#page.reload();
    await this.#page.mouse.click(5, 5);
    return this.#page;
  }

  /** @returns {Promise<Visitor>} the same person in another tab */
  async inAnotherTab() {
    return new Visitor(await this.#page.context().newPage(), this.#server);
  }

  close() {
    return this.#page.close();
  }
}
