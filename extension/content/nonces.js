/**
 * @file Hears the messages of frames before the page does, for the script that tells how frames are embedded (frames.js).
 * That is brought in when the background asks; listening must begin before the page's own listeners are there.
 * Called by content/main.js, and imported by content/frames.js.
 */

/** @typedef {{hear?: (event: MessageEvent) => void, listen: () => void}} Ear */

/** The global that the scripts of this world share. An element of the page may be called so, too. */
const EAR = 'cosEar';

/** @returns {Ear} */
export function listenForNonces() {
  /** @param {MessageEvent} event */
  const onMessage = (event) => ear.hear?.(event);
  const hearMessages = () => window.addEventListener('message', onMessage, { capture: true });
  /** @type {Ear} */
  const ear = { listen: hearMessages };
  Object.defineProperty(globalThis, EAR, { value: ear });
  hearMessages();
  return ear;
}

/** @returns {Ear} */
export const ear = () => (Object.hasOwn(globalThis, EAR) ? /** @type {any} */ (globalThis)[EAR] : listenForNonces());
