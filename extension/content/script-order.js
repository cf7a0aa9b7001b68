/**
 * @file Keeps the order of a document's scripts while some of them come from the store. The look-up takes a moment in which
 * the parser cannot be made to wait; so every script that it passes meanwhile waits instead, held back by a type
 * that does not run, and all run one after the other in the order of the document. The document's own events
 * that tell that scripts have run wait as well. May be used by content/markup.js only.
 */

import { DECLARED_PART, RERUN_EVENT } from '../shared/names.js';
import { declarationOf } from './declaration.js';
import { inTime, LoadEnds } from './load-ends.js';

/** @typedef {import('./connection.js').Connection} Connection */
/** @typedef {import('./declaration.js').Declaration} Declaration */
/** @typedef {import('./declared/main.js').DeclaredPart} DeclaredPart */
/**
 * @typedef {{scripts: boolean, styles: boolean, trusted: string[] | null, part: DeclaredPart | undefined}} Policy
 * see background/markup-policy.js; `part` is what looks up and stores, without which all comes from the network.
 */
/** @typedef {import('./declared/resource.js').DeclaredResource} DeclaredResource */
/** @typedef {import('./event-hold.js').EventHold} EventHold */
/** @typedef {Promise<DeclaredResource | undefined>} Entry */
/** @typedef {{element: HTMLElement, run: () => Promise<void>}} Turn */
/** @typedef {{url: string, exact: boolean}} Sheet `exact`: byte for byte what `integrity` says */

const HELD_TYPE = 'text/x-cos-held';

/** An element of the page may be called so, too. @returns {DeclaredPart | undefined} */
const declaredPart = () => (Object.hasOwn(globalThis, DECLARED_PART) ? /** @type {any} */ (globalThis)[DECLARED_PART] : undefined);

/** @param {Element} element @param {string | null} url @returns {boolean} whether it was done */
const rerun = (element, url) => !element.dispatchEvent(new CustomEvent(RERUN_EVENT, { detail: url, cancelable: true }));

/**
 * A style sheet that the page takes out before it has loaded tells nobody.
 * @param {HTMLLinkElement} link
 * @param {Promise<boolean>} end
 */
async function unlessGone(link, end) {
  /** @type {PromiseWithResolvers<boolean>} */
  const { promise: gone, resolve } = Promise.withResolvers();
  const removals = new MutationObserver(() => { if (!link.isConnected) resolve(false); });
  removals.observe(document, { childList: true, subtree: true });
  const succeeded = await Promise.race([end, gone]);
  removals.disconnect();
  return succeeded;
}

/**
 * A file that cannot be read is as good as none, and whatever goes wrong with one element keeps no other from its turn.
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<T | undefined>}
 */
const orMiss = (promise) => promise.catch(() => undefined);

/** @param {Element} element @param {string} name @param {string | null} value */
function putAttribute(element, name, value) {
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

export class ScriptOrder {
  #connection;
  /** @type {Promise<Policy>} */ #policy;
  /** @type {Turn[]} */ #blocking = [];
  /** @type {Turn[]} */ #deferred = [];
  #asyncs = 0;
  /** Running a script that was held inserts it again. @type {WeakSet<Element>} */ #met = new WeakSet();
  #running = false;
  /** `DOMContentLoaded`. @type {EventHold} */ #parsed;
  /** `load`. @type {EventHold} */ #loaded;
  #ends = new LoadEnds();

  /** @param {Connection} connection @param {EventHold} parsed @param {EventHold} loaded */
  constructor(connection, parsed, loaded) {
    this.#connection = connection;
    this.#parsed = parsed;
    this.#loaded = loaded;
    this.#policy = new Promise((resolve) => connection.call({ op: 'markup' }, (reply) =>
      resolve(reply.ok ? { ...reply, part: declaredPart() } : { scripts: false, styles: false, trusted: null, part: undefined })));
  }

  /** Whether a script that the parser meets now has to wait. */
  get isBusy() {
    return this.#running || this.#blocking.length > 0 || this.#deferred.length > 0;
  }

  /**
   * @param {HTMLScriptElement} script
   * @param {'blocking' | 'deferred' | 'async'} time
   * @param {boolean} declared
   */
  meet(script, time, declared) {
    const waits = time === 'blocking' ? this.#running || this.#blocking.length > 0 : time === 'deferred' && this.isBusy;
    if (this.#met.has(script) || (!declared && !waits)) return;
    this.#met.add(script);
    const type = script.getAttribute('type');
    const entry = declared ? this.#resource(declarationOf(script, script.src)) : undefined;
    const found = entry && orMiss(this.#findScript(type ?? '', entry));
    script.setAttribute('type', HELD_TYPE);
    // From now on: what another script made and inserted right here has begun to load by itself.
    const end = script.hasAttribute('src') ? this.#ends.of(script) : Promise.resolve(true);
    const turn = { element: script, run: () => this.#runScript(script, type, end, entry, found) };
    if (time === 'async') this.#runAside(turn, found);
    else this.#enqueue(time === 'blocking' ? this.#blocking : this.#deferred, turn);
  }

  /** The document is parsed. */
  onParsed() {
    void this.#go();
  }

  /** How what the document declares may be served. */
  get policy() {
    return this.#policy;
  }

  /** A style sheet blocks the scripts after it, as it does in the browser. @param {HTMLLinkElement} link */
  meetSheet(link) {
    if (this.#met.has(link)) return;
    this.#met.add(link);
    const href = link.getAttribute('href') ?? '';
    const entry = this.#resource(declarationOf(link, link.href));
    // Ends the request that the browser has begun.
    link.removeAttribute('href');
    const found = orMiss(this.#findSheet(entry));
    this.#enqueue(this.#blocking, { element: link, run: () => this.#loadSheet(link, href, entry, found) });
  }

  /** @param {Declaration} declaration */
  async #resource(declaration) {
    const { part } = await this.#policy;
    return part?.resourceOf(this.#connection, declaration);
  }

  /**
   * @param {string} type the element's
   * @param {Entry} entry
   * @returns {Promise<string | undefined>} a blob: address
   */
  async #findScript(type, entry) {
    const { scripts, part } = await this.#policy;
    const file = scripts ? await (await entry)?.take() : undefined;
    if (file === undefined || !(await part?.standsAlone(file, type))) return undefined;
    return URL.createObjectURL(new Blob([file], { type: 'text/javascript' }));
  }

  /** @param {Entry} entry @returns {Promise<Sheet | undefined>} */
  async #findSheet(entry) {
    const { styles, part } = await this.#policy;
    const resource = await entry;
    const file = styles ? await resource?.take() : undefined;
    if (file === undefined || part === undefined || resource === undefined) return undefined;
    const text = await file.text();
    const moved = await part.moveSheet(this.#connection, text, resource.url);
    return { url: URL.createObjectURL(new Blob([moved], { type: 'text/css' })), exact: moved === text };
  }

  /** @param {Turn[]} queue @param {Turn} turn */
  #enqueue(queue, turn) {
    queue.push(turn);
    this.#parsed.hold();
    this.#loaded.hold();
    void this.#go();
  }

  /** @param {Turn} turn @param {Promise<unknown> | undefined} found */
  async #runAside(turn, found) {
    this.#asyncs += 1;
    this.#loaded.hold();
    await found;
    await orMiss(turn.run());
    this.#asyncs -= 1;
    this.#letGo();
  }

  async #go() {
    if (this.#running) return;
    this.#running = true;
    for (;;) {
      // Deferred scripts run when the document is parsed, after those that the browser itself deferred.
      const turn = this.#blocking.shift() ?? (this.#parsed.hasCome ? this.#deferred.shift() : undefined);
      if (turn === undefined) break;
      await orMiss(turn.run());
    }
    this.#running = false;
    this.#letGo();
  }

  #letGo() {
    if (this.isBusy) return;
    this.#parsed.letGo();
    if (this.#asyncs === 0) this.#loaded.letGo();
  }

  /**
   * @param {HTMLScriptElement} script
   * @param {string | null} type
   * @param {Promise<boolean>} end
   * @param {Entry | undefined} entry
   * @param {Promise<string | undefined> | undefined} found
   */
  async #runScript(script, type, end, entry, found) {
    const hit = await found;
    const { trusted } = await this.#policy;
    putAttribute(script, 'type', type);
    // The page has taken it out; put back it runs as any other.
    if (!script.isConnected) {
      if (hit !== undefined) URL.revokeObjectURL(hit);
      return;
    }
    if (script.hasAttribute('src') && trusted !== null && !isTrusted(script, trusted)) {
      // Inserted by us it would be trusted; by the parser it was not.
      script.dispatchEvent(new Event('error'));
      return;
    }
    // What runs in its turn is not async, and pages see that.
    if (!script.hasAttribute('async')) script.async = false;
    const served = hit !== undefined && rerun(script, hit);
    const ran = served || rerun(script, null);
    // Inline scripts tell nobody, nor does one that the page has made inline meanwhile.
    const succeeded = ran && (!script.hasAttribute('src') || (await inTime(end, served ? hit : script.src)));
    if (hit !== undefined) URL.revokeObjectURL(hit);
    if (!served && succeeded) void entry?.then((resource) => resource?.store());
  }

  /**
   * @param {HTMLLinkElement} link
   * @param {string} href
   * @param {Entry} entry
   * @param {Promise<Sheet | undefined>} found
   */
  async #loadSheet(link, href, entry, found) {
    const hit = await found;
    if (!link.isConnected) {
      // The page has taken it out, and may put it back.
      link.setAttribute('href', href);
      if (hit !== undefined) URL.revokeObjectURL(hit.url);
      return;
    }
    const end = this.#ends.of(link);
    const integrity = link.getAttribute('integrity');
    if (hit !== undefined && !hit.exact) link.removeAttribute('integrity');
    if (!rerun(link, hit?.url ?? href)) link.setAttribute('href', href);
    const succeeded = await unlessGone(link, inTime(end, link.href));
    if (hit !== undefined) {
      putAttribute(link, 'integrity', integrity);
      URL.revokeObjectURL(hit.url);
    } else if (succeeded) void entry.then((resource) => resource?.store());
  }
}

/** @param {HTMLScriptElement} script @param {string[]} trusted */
function isTrusted(script, trusted) {
  const integrity = (script.getAttribute('integrity') ?? '').split(/\s+/).filter((token) => token !== '');
  return trusted.includes(`nonce-${script.nonce}`) || (integrity.length > 0 && integrity.every((token) => trusted.includes(token)));
}
