/**
 * @file Tells the background how this document's frames were embedded: which of its iframe elements holds a given
 * child, and what its `allow` attribute says. Only the parent's DOM knows, and only a message from the child's window
 * shows which element is the child's. The background brings this script when it asks (background/embedding.js): to
 * listen for questions from the start would cost each page more than all else that the content script does.
 *
 * A question has three steps: `expect` here (a nonce will come), a nonce that the child sends to its parent, and
 * `seen` here. The answer counts for permission only; a lie could come only from a
 * compromised process of the parent, which could as well change its attribute.
 */

import { EMBEDDING_MS, NONCE_PREFIX } from '../shared/names.js';
import { ear } from './nonces.js';

/** How long the message may take that the child has sent. */
const WAIT_MS = 2000;

/**
 * @typedef {{allow: string | null, source: string, origin: string, framed: boolean}} Embedding
 * `source` is the origin that the keyword 'src' stands for, `origin` that of this document.
 */

/** @type {Map<string, {seen: Promise<Embedding>, resolve: (embedding: Embedding) => void}>} */
const expected = new Map();

/**
 * @param {ParentNode} root
 * @param {MessageEventSource} child
 * @returns {HTMLIFrameElement | undefined}
 */
function findFrame(root, child) {
  for (const frame of root.querySelectorAll('iframe')) {
    if (frame.contentWindow === child) return frame;
  }
  return undefined;
}

/**
 * Frames within shadow trees, closed ones included; asked for only when the document has no such frame.
 * @param {ParentNode} root
 * @param {MessageEventSource} child
 * @returns {HTMLIFrameElement | undefined}
 */
function findShadowFrame(root, child) {
  for (const element of root.querySelectorAll('*')) {
    const shadow = element instanceof HTMLElement ? chrome.dom.openOrClosedShadowRoot(element) : null;
    if (shadow !== null) {
      const found = findFrame(shadow, child) ?? findShadowFrame(shadow, child);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/**
 * The iframe's declared origin, which `allow="cross-origin-storage"` without a list names.
 * @param {HTMLIFrameElement} frame
 */
function declaredOrigin(frame) {
  if (frame.hasAttribute('sandbox') && !frame.sandbox.contains('allow-same-origin')) return 'null';
  const url = frame.getAttribute('src');
  if (frame.hasAttribute('srcdoc') || url === null) return self.origin;
  try {
    const { origin, protocol } = new URL(url, document.baseURI);
    return protocol === 'about:' ? self.origin : origin;
  } catch {
    return self.origin;
  }
}

/** @returns {Embedding} */
const unframed = () => ({ allow: null, source: 'null', origin: self.origin, framed: false });

/**
 * Hears messages before the page's own listeners, so that they never see the nonce; it reads no
 * message unless one is expected, since reading would cost the page a second copy of its data.
 * @param {MessageEvent} event
 */
function onMessage(event) {
  if (expected.size === 0 || event.source === null || event.source === window) return;
  if (event.ports.length > 0 || typeof event.data !== 'string' || !event.data.startsWith(NONCE_PREFIX)) return;
  const waiting = expected.get(event.data.slice(NONCE_PREFIX.length));
  if (waiting === undefined) return;
  event.stopImmediatePropagation();
  const frame = findFrame(document, event.source) ?? findShadowFrame(document, event.source);
  waiting.resolve(
    frame === undefined
      ? unframed()
      : { allow: frame.getAttribute('allow'), source: declaredOrigin(frame), origin: self.origin, framed: true },
  );
}

const hearing = ear();

const frames = {
  /** @param {string} nonce */
  expect(nonce) {
    // document.open() removes every listener of the window; adding one that is there does nothing.
    hearing.listen();
    /** @type {PromiseWithResolvers<Embedding>} */
    const { promise, resolve } = Promise.withResolvers();
    expected.set(nonce, { seen: promise, resolve });
    // While it expects one it reads messages; the background may have gone away without asking what was seen.
    setTimeout(() => {
      resolve(unframed());
      expected.delete(nonce);
    }, EMBEDDING_MS);
  },

  /** @param {string} nonce @returns {Promise<Embedding>} */
  async seen(nonce) {
    // Not from when it was expected: the child may have been busy until it sent it.
    setTimeout(() => expected.get(nonce)?.resolve(unframed()), WAIT_MS);
    const embedding = await (expected.get(nonce)?.seen ?? unframed());
    expected.delete(nonce);
    return embedding;
  },
};

/** @typedef {typeof frames} Frames */

// Brought in again it leaves all to the first, who may be expecting something. An element called so is no sign of that.
if (!Object.hasOwn(globalThis, 'cosFrames')) {
  hearing.hear = onMessage;
  Object.defineProperty(globalThis, 'cosFrames', { value: frames });
}
