/**
 * The subtests that cannot pass in an extension, each with the reason why the browser makes it impossible.
 * They are expected to fail; one that passes fails the run, so that this list cannot grow old.
 */

/** @typedef {{section: string, context?: string, name: string, reason: string}} Exception */

/** @type {Exception[]} */
export const EXCEPTIONS = [
  {
    section: '1', name: 'the manager is no object of another built-in',
    reason: 'Structured clone refuses only objects of certain built-ins, and a page can make none but those; ours is a WeakMap with another prototype.',
  },
  {
    section: '3', name: 'transfer of a writable: as the browser’s own writable',
    reason: 'Chromium does not let its own writables be transferred. Ours is a genuine WritableStream underneath, which is transferable, and script cannot forbid that.',
  },
  {
    section: '3', name: 'a clone that was made before the write through the original stays unreadable',
    reason: 'A clone is a copy of a path that the browser makes without us; when it was made cannot be known. It gives only what its own origin has written.',
  },
  ...['classic', 'module'].map((type) => ({
    section: '4', name: `a ${type} data: worker, whose origin is opaque, is refused with NotAllowedError`,
    reason: 'It has no API at all: only a bootstrapped worker could have it, which is not in every respect the browser’s own, and this one would have that for an API that always refuses.',
  })),
  ...['worker', 'module worker'].map((what) => ({
    section: '4', context: 'window', name: `a shared ${what} has the API`,
    reason: 'Pages meet in such a worker by its URL and name. A bootstrap has another URL, so a page that has called the API and one that has not would no longer meet, and which a page is may be a matter of milliseconds.',
  })),
  {
    section: '4', context: 'window', name: 'a service worker has the API, which always refuses with NotAllowedError',
    reason: 'The browser starts service workers by itself from the site’s own script, out of every extension’s reach.',
  },
  {
    section: '4', context: 'window', name: "a frame of a javascript: URL shares its creator's view, with objects of its own realm",
    reason: 'The browser tells extensions nothing of such a document, neither its parent nor that it exists; what cannot be found out counts as denied.',
  },
  ...['blob', 'url'].map((kind) => ({
    section: '8', name: `a ${kind}: worker of a refused document is refused with NotAllowedError`,
    reason: 'It has no API at all: only a bootstrapped worker could have it, which is not in every respect the browser’s own, and a document that may not use the API would have that for nothing.',
  })),
];

/** @param {Exception} exception @param {{context: string, name: string}} outcome */
const covers = (exception, { context, name }) =>
  exception.name === name && (exception.context === undefined || exception.context === context);

/** @param {string} section @param {{context: string, name: string}} outcome @returns {Exception | undefined} */
export const exceptionFor = (section, outcome) =>
  EXCEPTIONS.find((exception) => exception.section === section && covers(exception, outcome));

/** @param {string} section @param {{context: string, name: string}[]} outcomes @returns {Exception[]} */
export const unusedExceptions = (section, outcomes) =>
  EXCEPTIONS.filter((exception) => exception.section === section && !outcomes.some((outcome) => covers(exception, outcome)));
