/**
 * @file What the host is told about the document that asks: from the browser and from the content
 * script, never from the page. May be imported by background/ only.
 */

import { thirdPartyCookiesAllowed } from './cookie-switch.js';

export class Caller {
  #origin;
  #topLevelOrigin;
  #active = false;

  /**
   * @param {string} origin
   * @param {string} topLevelOrigin
   */
  constructor(origin, topLevelOrigin) {
    this.#origin = origin;
    this.#topLevelOrigin = topLevelOrigin;
  }

  /**
   * Who shares handles with this document: its origin on the pages of one top-level origin, as the
   * browser's own storage has it. A frame's handle must not become readable on another page.
   */
  get partition() {
    return `${this.#origin} ${this.#topLevelOrigin}`;
  }

  /** The user has interacted with the document. */
  noteActivation() {
    this.#active = true;
  }

  get userActivation() {
    return this.#active;
  }

  /** The `caller` member of a request to the host. */
  describe() {
    const cookies = thirdPartyCookiesAllowed();
    return {
      origin: this.#origin,
      topLevelOrigin: this.#topLevelOrigin,
      userActivation: this.#active,
      ...(cookies === undefined ? {} : { thirdPartyCookies: cookies }),
    };
  }
}
