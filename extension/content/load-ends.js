/**
 * @file Hears whether scripts and style sheets that were held back have loaded, though listeners of the page may keep these
 * events from them. May be used by content/script-order.js only.
 *
 * Nothing is heard before the document declares something: most documents never do, and would pay for each picture that they
 * load. So listeners that a page has had before that come first, and those of an element are for nobody to overtake. What
 * they keep back is made up for by time: what waits goes on soon after the browser has the file, or late.
 */

/** From the file's arrival to the end of a script: it is compiled, and waits for its turn on a machine that may have much to do. */
const RUN_MS = 5000;

/** No server that answers at all takes longer. The browser would wait on for one that does not. */
const PATIENCE_MS = 60_000;

export class LoadEnds {
  /** @type {WeakMap<EventTarget, (loaded: boolean) => void>} */ #waiting = new WeakMap();
  #hear = (/** @type {Event} */ event) => {
    if (event.target !== null) this.#waiting.get(event.target)?.(event.type === 'load');
  };

  /** @param {Element} element @returns {Promise<boolean>} whether it has loaded, by the first event from now on */
  of(element) {
    // document.open() removes every listener of the window and the document; adding one that is there does nothing.
    // `load` of an element does not pass the window.
    window.addEventListener('error', this.#hear, { capture: true });
    document.addEventListener('load', this.#hear, { capture: true });
    // Out of the document its events pass nothing but itself.
    for (const type of ['load', 'error']) element.addEventListener(type, this.#hear);
    return new Promise((resolve) => this.#waiting.set(element, resolve));
  }
}

/**
 * @param {Promise<boolean>} end
 * @param {string} url that is loaded from now on, or has been loaded ahead
 * @returns {Promise<boolean>} the same, or false when nobody tells
 */
export async function inTime(end, url) {
  /** @type {PromiseWithResolvers<boolean>} */
  const { promise, resolve } = Promise.withResolvers();
  // Of a blob: the browser notes no arrival.
  const limit = setTimeout(resolve, url.startsWith('blob:') ? RUN_MS : PATIENCE_MS, false);
  const arrivals = new PerformanceObserver((list) => {
    if (list.getEntriesByName(url).length > 0) setTimeout(resolve, RUN_MS, false);
  });
  arrivals.observe({ type: 'resource', buffered: true });
  const loaded = await Promise.race([end, promise]);
  arrivals.disconnect();
  clearTimeout(limit);
  return loaded;
}
