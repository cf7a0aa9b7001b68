/** The table of files: which came over the network and which out of the store. */
import { formatBytes, formatTime } from './format.js';

/** One file that the page needs, and its row. */
class FileRow {
  /** @type {'network' | 'store' | null} */
  source = null;
  /** @type {number | null} bytes that the server counted; null until it was asked */
  downloaded = null;
  startedAt = 0;
  time = 0;
  done = false;

  /** @param {{url: string, label: string, size?: number, sha256?: string, kind: string}} file */
  constructor({ url, label, size = 0, sha256 = '', kind }) {
    Object.assign(this, { url, label, size, sha256, kind });
    this.element = document.createElement('tr');
    this.element.innerHTML = `<td><span class="file-name"></span><code class="file-hash"></code><div class="bar"><i></i></div></td>
      <td><span class="badge">waiting</span></td><td class="num"></td><td class="num">–</td><td class="num">–</td>`;
    this.cells = [...this.element.children];
    this.cells[0].querySelector('.file-name').textContent = label;
    this.cells[0].querySelector('.file-hash').textContent = sha256 ? `sha-256 ${sha256.slice(0, 16)}…` : '';
    this.#showSize();
  }

  #showSize() {
    this.cells[2].textContent = this.size ? formatBytes(this.size) : '';
  }

  begin() {
    if (!this.startedAt) this.startedAt = performance.now();
    if (!this.source) this.#badge('asking', '');
  }

  /** The library asked the network for the whole file, so the store did not have it. */
  fromNetwork() {
    this.startedAt = performance.now();
    this.source = 'network';
    this.#badge('network', 'network');
  }

  /** @param {number} loaded @param {number} [total] */
  progress(loaded, total = this.size) {
    if (this.done || !total) return;
    this.cells[0].querySelector('i').style.width = `${Math.min(100, (loaded / total) * 100)}%`;
  }

  /** @param {{size?: number, startedAt?: number}} [known] */
  finish({ size, startedAt } = {}) {
    if (this.done) return;
    this.time = performance.now() - (this.startedAt || startedAt || performance.now());
    if (size) this.size = size;
    this.source ??= 'store';
    this.progress(1, 1);
    this.done = true;
    this.#showSize();
    this.#badge(this.source === 'store' ? 'store' : 'network', this.source);
    this.cells[4].textContent = this.time >= 0.5 ? formatTime(this.time) : '–';
  }

  /** @param {number} bytes */
  counted(bytes) {
    this.downloaded = bytes;
    this.cells[3].textContent = formatBytes(bytes);
  }

  /** @param {string} text @param {string} kind */
  #badge(text, kind) {
    const badge = this.cells[1].firstElementChild;
    badge.textContent = text;
    badge.className = `badge ${kind}`;
    this.cells[0].querySelector('.bar').className = `bar ${kind}`;
  }

  summary() {
    const { url, label, kind, size, sha256, source, downloaded, time } = this;
    return { url, label, kind, size, sha256, source, downloaded, time: Math.round(time * 10) / 10 };
  }
}

export class FileTable {
  /** @type {Map<string, FileRow>} */
  #rows = new Map();

  /** @param {HTMLElement} body */
  constructor(body) {
    this.body = body;
  }

  /** @param {{url: string, label: string, size?: number, sha256?: string, kind: string}} file */
  add(file) {
    let row = this.#rows.get(file.url);
    if (!row) {
      row = new FileRow(file);
      this.#rows.set(file.url, row);
      this.body.append(row.element);
    }
    return row;
  }

  /** @param {string} url */
  get(url) {
    return this.#rows.get(url);
  }

  get rows() {
    return [...this.#rows.values()];
  }

  /**
   * Asks this page's own server what the hub sent to this site.
   */
  async askServer() {
    const counts = await (await fetch('/stats.json')).json();
    for (const row of this.rows) {
      const { hostname, pathname } = new URL(row.url);
      const sent = counts.find((count) => count.host === hostname && count.path === decodeURIComponent(pathname));
      row.counted(sent?.bytes ?? 0);
    }
  }
}
