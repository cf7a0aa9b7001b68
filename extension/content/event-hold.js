/**
 * @file Keeps an event of the document from its listeners until what it tells has come true. The page script hears the
 * event before they do, and asks (page/markup-watch.js). May be used by content/markup.js and content/script-order.js only.
 */

export class EventHold {
  #held = false;
  #isKept = false;
  #send;
  /** Whether the browser has sent it. */
  hasCome = false;
  /** Called when the browser sends it. */
  onCome = () => {};

  /**
   * @param {string} sign the event with which the page script asks
   * @param {() => void} send sends the event itself. From here its `isTrusted` is false
   */
  constructor(sign, send) {
    this.#send = send;
    performance.addEventListener(sign, (event) => {
      event.stopImmediatePropagation();
      if (this.hasCome) return;
      this.hasCome = true;
      this.#isKept = this.#held;
      if (this.#held) event.preventDefault();
      this.onCome();
    });
  }

  hold() {
    this.#held = true;
  }

  letGo() {
    this.#held = false;
    if (!this.#isKept) return;
    this.#isKept = false;
    this.#send();
  }
}
