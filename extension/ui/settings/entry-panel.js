/**
 * @file All about one file, and what can be done with it. May be imported by ui/settings/main.js only.
 */

import { formatAgo, formatBytes, formatNumber, formatTime, shortOrigin } from '../format.js';
import { button, byId, make, text } from '../text.js';
import { ask, errorSentence, keyOf, Refused } from './ask.js';
import { titleOf, usedByWords, wordsOf } from './entry-words.js';
import { saveName, START_BYTES } from './save-name.js';
import { transfer } from './transfer.js';

/** @typedef {import('./ask.js').Entry} Entry */

/**
 * @typedef {Entry & {storing: {origin: string, at: number, page: string}[], listed: string[], listedCount: number,
 *   forEveryone: boolean, onHashList: boolean, provenance?: {name: string, url: string, inForce: boolean},
 *   history: {event: string, at: number, origin: string, page: string, detail: string}[]}} EntryDetails
 */

const OUTCOMES = { intact: 'verifyIntact', mended: 'verifyMended', damaged: 'verifyDamaged', missing: 'verifyMissing' };

/** What is looked at without being asked for. */
const LARGEST_PICTURE = 10_000_000;

/** @param {Entry} entry @returns {Promise<Blob>} */
async function bytesOf({ hash }) {
  const result = await transfer({ read: hash });
  if (!('blob' in result)) throw new Refused({});
  return result.blob;
}

/** @param {EntryDetails} entry */
function readableByWords({ readableBy, forEveryone, listed, listedCount, manual, storing, storedElsewhere }) {
  if (readableBy === 'all') return text('readableByAll');
  if (readableBy === 'listed') {
    return listed.length > 0 ? text('readableByListed', listed.map(shortOrigin).join(', ')) : text('readableByListedCount', formatNumber(listedCount));
  }
  if (manual && storing.length + storedElsewhere === 0) return text(forEveryone ? 'readableByNoSiteUnlisted' : 'readableByNoSite');
  return text(forEveryone ? 'readableByUnlisted' : 'readableBySite');
}

/** @param {{origin: string, page: string}} who */
const originWords = ({ origin, page }) => (page === '' ? shortOrigin(origin) : text('originInFrame', shortOrigin(origin), shortOrigin(page)));

/** @param {{origin: string, page: string, at: number}} who */
const whoAndWhen = (who) => make('div', {}, `${originWords(who)} `,
  make('time', { class: 'quiet', datetime: new Date(who.at).toISOString(), title: formatTime(who.at) }, formatAgo(who.at, Date.now())));

/** @param {EntryDetails} entry */
function storedBy({ storing, storedElsewhere, manual }) {
  const lines = storing.map(whoAndWhen);
  if (manual) lines.push(make('div', {}, text('storedByHand')));
  if (storedElsewhere > 0) lines.push(make('div', {}, text('storedElsewhere')));
  return lines.length > 0 ? lines : [text('storedByNobody')];
}

/** @param {EntryDetails} entry */
function readBy({ history }) {
  const reads = history.filter(({ event }) => event === 'read').reverse();
  return reads.length > 0 ? reads.map(whoAndWhen) : [text('readByNobody')];
}

/** @param {string} label @param {(Node | string)[]} values */
const fact = (label, values) => [make('dt', {}, text(label)), make('dd', {}, ...values)];

/** @param {EntryDetails} entry */
function factsOf(entry) {
  const integrity = entry.damaged ? text('integrityDamaged') : text('integrityGood', formatAgo(entry.verifiedAt, Date.now()));
  const size = entry.size < 1000 ? formatBytes(entry.size) : text('sizeExactly', formatBytes(entry.size), formatNumber(entry.size));
  const facts = [
    fact('factStoredBy', storedBy(entry)),
    fact('factReadBy', readBy(entry)),
    fact('factReadableBy', [readableByWords(entry)]),
    fact('factIntegrity', [integrity]),
    fact('factSize', [size]),
    fact('factKind', [text(`kind_${entry.kind}`)]),
  ];
  if (entry.provenance?.url) facts.push(fact('factKnownFrom', [shortOrigin(entry.provenance.url)]));
  facts.push(fact('factHash', [`${entry.hash.algorithm} `, make('span', { class: 'hash' }, entry.hash.value)]));
  return facts.flat();
}

/** @param {EntryDetails} entry */
function summaryOf(entry) {
  const saved = entry.saved > 0 ? [text('savedYou', formatBytes(entry.saved))] : [];
  return [formatBytes(entry.size), usedByWords(entry), ...saved].join(' · ');
}

export class EntryPanel {
  #box = byId('entry');
  /** @type {EntryDetails | undefined} */ #entry;
  /** @type {HTMLElement | undefined} */ #title;
  #generation = 0;
  /** The picture of the entry that is shown. @type {{key: string, url: string} | undefined} */ #picture;

  /** @param {{changed: (entry: Entry) => void, remove: (entry: Entry) => void, close: () => void}} actions */
  constructor(actions) {
    this.actions = actions;
    this.#box.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.actions.close();
    });
  }

  /** @param {string} key @returns {boolean} whether that entry is shown */
  shows(key) {
    return this.#entry !== undefined && keyOf(this.#entry.hash) === key;
  }

  clear() {
    this.#generation += 1;
    this.#forgetPicture();
    this.#entry = undefined;
    this.#box.replaceChildren(make('p', { class: 'quiet' }, text('entryNone')));
  }

  /** @param {Entry} entry @param {boolean} [moveFocus] */
  async show(entry, moveFocus = false) {
    this.#generation += 1;
    const generation = this.#generation;
    try {
      const { entry: details } = await ask('entry', { hash: entry.hash });
      if (generation !== this.#generation) return;
      this.#render(details);
      if (moveFocus) this.#title?.focus();
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#entry = undefined;
      this.#box.replaceChildren(make('p', { class: 'error' }, errorSentence(error)));
    }
  }

  /** @param {EntryDetails} entry @param {string} [said] the outcome of what was just done */
  #render(entry, said = '') {
    this.#entry = entry;
    if (this.#picture?.key !== keyOf(entry.hash)) this.#forgetPicture();
    const { title, part, use } = wordsOf(entry);
    this.#title = make('h3', { tabindex: '-1', id: 'entry-title' }, title);
    const verify = button(text('verify'), () => void this.#verify(entry));
    verify.id = 'entry-verify';
    const pin = button(text(entry.pinned ? 'unpin' : 'pin'), () => void this.#pin(entry));
    pin.id = 'entry-pin';
    const save = button(text('save'), () => void this.#save(entry));
    save.id = 'entry-save';
    const remove = button(text('delete'), () => this.actions.remove(entry), 'danger');
    remove.id = 'entry-delete';
    this.#box.replaceChildren(
      this.#title,
      make('p', { class: 'quiet' }, [use, part].filter(Boolean).join(' · ')),
      make('p', { class: 'summary' }, summaryOf(entry)),
      make('div', { class: 'buttons' }, verify, pin, save, remove),
      make('p', { role: 'status', id: 'entry-said' }, said === '' ? text(entry.pinned ? 'pinnedHelp' : 'pinHelp') : said),
      make('div', { id: 'entry-picture', class: 'picture' }),
      make('dl', {}, ...factsOf(entry)),
    );
    if (entry.kind === 'image' && !entry.damaged && entry.size <= LARGEST_PICTURE) void this.#showPicture(entry);
  }

  /** @param {EntryDetails} entry */
  async #showPicture(entry) {
    const generation = this.#generation;
    if (this.#picture === undefined) {
      // A file that cannot be read shows no picture; the buttons say why.
      const blob = await bytesOf(entry).catch(() => undefined);
      if (blob === undefined || generation !== this.#generation) return;
      this.#picture ??= { key: keyOf(entry.hash), url: URL.createObjectURL(blob) };
    }
    const image = make('img', { src: this.#picture.url, alt: text('pictureOf', titleOf(entry)) });
    // Its first bytes promised a picture, the others did not keep that.
    image.addEventListener('error', () => image.remove());
    byId('entry-picture').replaceChildren(image);
  }

  #forgetPicture() {
    if (this.#picture !== undefined) URL.revokeObjectURL(this.#picture.url);
    this.#picture = undefined;
  }

  /** @param {EntryDetails} entry */
  async #save(entry) {
    byId('entry-said').textContent = text('saving');
    /** @type {HTMLButtonElement} */ (byId('entry-save')).disabled = true;
    await this.#doAndShow(entry, 'entry-save', async () => {
      const blob = await bytesOf(entry);
      const name = saveName(entry, new Uint8Array(await blob.slice(0, START_BYTES).arrayBuffer()));
      const url = URL.createObjectURL(blob);
      make('a', { href: url, download: name }).click();
      URL.revokeObjectURL(url);
      return text('saved', name);
    });
  }

  /** @param {EntryDetails} entry */
  async #verify(entry) {
    byId('entry-said').textContent = text('verifying');
    /** @type {HTMLButtonElement} */ (byId('entry-verify')).disabled = true;
    await this.#doAndShow(entry, 'entry-verify', async () => {
      const { outcome } = await ask('verify', { hash: entry.hash });
      return text(OUTCOMES[/** @type {keyof OUTCOMES} */ (outcome)]);
    });
  }

  /** @param {EntryDetails} entry */
  #pin(entry) {
    return this.#doAndShow(entry, 'entry-pin', async () => {
      await ask('pin', { hash: entry.hash, pinned: !entry.pinned });
      return text(entry.pinned ? 'unpinned' : 'pinned');
    });
  }

  /**
   * @param {EntryDetails} entry
   * @param {string} id of the button, which keeps the focus
   * @param {() => Promise<string>} act
   */
  async #doAndShow(entry, id, act) {
    const generation = this.#generation;
    let said;
    try {
      said = await act();
    } catch (error) {
      said = errorSentence(error);
    }
    const details = await ask('entry', { hash: entry.hash }).then((answer) => answer.entry, () => undefined);
    if (details === undefined) this.actions.changed(entry);
    else this.actions.changed(details);
    if (generation !== this.#generation) return;
    const hadFocus = this.#box.contains(document.activeElement) || document.activeElement === document.body;
    this.#render(details ?? entry, said);
    if (hadFocus) byId(id).focus();
  }
}
