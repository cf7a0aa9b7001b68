/**
 * @file Tells the background, when it asks, how this document's frames were embedded: which of its
 * iframe elements holds a given child, and what its `allow` attribute says. Only the parent's DOM
 * knows, and only a message from the child's window shows which element is the child's.
 * May be called by content/main.js only.
 *
 * A question has three steps, each a message from the background: `expect` (to the parent: a nonce
 * will come), `announce` (to the child: send the nonce to your parent), `embedding` (to the parent:
 * what did you see?). The answer counts for permission only; a lie could come only from a
 * compromised process of the parent, which could as well change its attribute.
 */

import { NONCE_PREFIX } from '../shared/names.js';

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
 * Registered before the page's own listeners, so that they never see the nonce; it reads no
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

function listen() {
  window.addEventListener('message', onMessage, { capture: true });
}

/** @param {string} nonce */
function expect(nonce) {
  // document.open() removes every listener of the window; adding one that is there does nothing.
  listen();
  /** @type {PromiseWithResolvers<Embedding>} */
  const { promise, resolve } = Promise.withResolvers();
  expected.set(nonce, { seen: promise, resolve });
  setTimeout(() => {
    resolve(unframed());
    expected.delete(nonce);
  }, WAIT_MS);
}

export function answerFrameQuestions() {
  listen();
  chrome.runtime.onMessage.addListener((question, sender, reply) => {
    if (sender.id !== chrome.runtime.id || typeof question?.nonce !== 'string') return undefined;
    const { ask, nonce } = question;
    if (ask === 'expect') {
      expect(nonce);
      reply({ origin: self.origin });
    } else if (ask === 'announce') {
      window.parent.postMessage(NONCE_PREFIX + nonce, '*');
      reply({ origin: self.origin });
    } else if (ask === 'embedding') {
      void (expected.get(nonce)?.seen ?? Promise.resolve(unframed())).then((embedding) => {
        expected.delete(nonce);
        reply(embedding);
      });
      return true;
    }
    return undefined;
  });
}
