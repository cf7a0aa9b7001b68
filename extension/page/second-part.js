/**
 * @file Brings the second part of the page script (second/main.js) when the page first has use for it, so that the many
 * pages without one need not compile it. May be imported by page/main.js only.
 *
 * Until it has come it is expected in a global. A page that looks for that may come in its place: it gets what has no
 * authority (see main.js), and an API that works as it says.
 */

import { SECOND_PART } from '../shared/names.js';
import { builtIns } from './built-ins.js';
import { append, defineProperty, deleteProperty } from './primordials.js';

/** @typedef {import('./channel.js').Channel} Channel */
/** @typedef {import('./second/main.js').SecondPart} Part */
/** @typedef {{builtIns: ReturnType<typeof builtIns>, channel: Channel, install: (part: Part) => void}} FirstPart */

/** @param {Channel} channel */
export function expectSecondPart(channel) {
  /** @type {Part | undefined} */
  let part;
  let asked = false;
  /** @type {((part: Part | undefined) => void)[]} */
  let waiting = [];

  const settle = () => {
    deleteProperty(globalThis, SECOND_PART);
    asked = part !== undefined;
    const ready = waiting;
    waiting = [];
    for (let index = 0; index < ready.length; index += 1) ready[index](part);
  };

  /** @param {(firstPart: FirstPart) => void} run */
  const take = (run) => run({
    builtIns: builtIns(),
    channel,
    install(given) {
      part ??= given;
      settle();
    },
  });

  return {
    /** What there is of it by now. */
    get part() {
      return part;
    },

    bring() {
      if (asked) return;
      asked = true;
      defineProperty(globalThis, SECOND_PART, /** @type {any} */ ({ __proto__: null, value: take, configurable: true }));
      channel.call({ op: 'second' }, () => {
        if (part === undefined) settle();
      });
    },

    /** @param {(part: Part | undefined) => void} use undefined: it cannot be had */
    use(use) {
      if (part === undefined) {
        append(waiting, use);
        this.bring();
      } else {
        use(part);
      }
    },
  };
}
