/**
 * @file Keeps an event of the document from its listeners until what it tells has come true.
 * May be used by content/markup.js and content/script-order.js only.
 */

export class EventHold {
  #held = false;
  /** @type {(() => void) | undefined} */ #send;
  /** Whether the browser has sent it. */
  hasCome = false;
  /** Called when the browser sends it. */
  onCome = () => {};

  /**
   * Must be made before any script of the page runs: a window's listeners are called in the order in which they were added.
   * @param {Window} window
   * @param {string} name
   */
  constructor(window, name) {
    window.addEventListener(name, (event) => {
      if (!event.isTrusted || this.hasCome) return;
      this.hasCome = true;
      if (this.#held) {
        event.stopImmediatePropagation();
        const { target, bubbles } = event;
        // The window's `load` names the document as its target. Sent from here `isTrusted` is false.
        this.#send = () => (bubbles ? target : window)?.dispatchEvent(new Event(name, { bubbles }));
      }
      this.onCome();
    }, { capture: true });
  }

  hold() {
    this.#held = true;
  }

  letGo() {
    this.#held = false;
    const send = this.#send;
    this.#send = undefined;
    send?.();
  }
}
