/**
 * @file Putting files from disk into the store: chosen, or dropped anywhere on the page; asked for whom, then one after the
 * other. May be imported by ui/settings/main.js only.
 */

import { formatBytes, formatNumber, formatShare } from '../format.js';
import { byId, text } from '../text.js';
import { errorSentence, Refused } from './ask.js';
import { transfer } from './transfer.js';

/** @typedef {import('./ask.js').Hash} Hash */

const WORDS = { NotReadableError: 'addUnreadable', TooLarge: 'addTooLarge' };
/** Who hears the page is told at these shares; every chunk would be talk without end. */
const TOLD_SHARES = 4;

/** @param {unknown} error */
function whyNot(error) {
  const own = error instanceof Refused && Object.hasOwn(WORDS, error.name);
  return own ? text(WORDS[/** @type {keyof WORDS} */ (error.name)]) : errorSentence(error);
}

/** @param {DragEvent} event */
const carriesFiles = (event) => event.dataTransfer?.types.includes('Files') === true;

class Adding {
  #form = byId('adding');
  #bar = /** @type {HTMLProgressElement} */ (byId('add-bar'));
  /** @type {File[]} */ #files = [];
  /** @type {AbortController | undefined} while files are being added */ #running;

  /** @param {{added: (hash: Hash) => Promise<void>, leave: () => void}} actions */
  constructor(actions) {
    this.actions = actions;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#addAll();
    });
    this.#form.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#cancel();
    });
    byId('add-cancel').addEventListener('click', () => this.#cancel());
  }

  /** @param {File[]} files */
  offer(files) {
    if (files.length === 0) return;
    if (this.#running !== undefined) {
      byId('add-said').textContent = text('addBusy');
      return;
    }
    this.#files = files;
    const bytes = formatBytes(files.reduce((sum, { size }) => sum + size, 0));
    byId('adding-title').textContent = files.length === 1 ? text('addingFile', files[0].name, bytes) : text('addingFiles', formatNumber(files.length), bytes);
    byId('add-said').textContent = '';
    byId('add-error').textContent = '';
    this.#show('choice');
    byId('add-scope').focus();
  }

  /** @param {'choice' | 'progress' | 'nothing'} what */
  #show(what) {
    this.#form.hidden = what === 'nothing';
    byId('add-choice').hidden = what !== 'choice';
    byId('add-progress').hidden = what !== 'progress';
  }

  #cancel() {
    if (this.#running !== undefined) this.#running.abort();
    else this.#leave();
  }

  #leave() {
    const hadFocus = this.#form.contains(document.activeElement);
    this.#show('nothing');
    this.#files = [];
    if (hadFocus) byId('add').focus();
  }

  async #addAll() {
    const origins = /** @type {HTMLSelectElement} */ (byId('add-scope')).value === 'all' ? '*' : undefined;
    this.#running = new AbortController();
    const { signal } = this.#running;
    this.#show('progress');
    byId('add-cancel').focus();
    const said = [];
    const failed = [];
    /** @type {Hash | undefined} */
    let last;
    for (const file of this.#files) {
      try {
        const added = await this.#add(file, origins, signal);
        last = added.hash;
        said.push(text(added.alreadyStored ? 'addedAlready' : 'added', file.name, `${last.algorithm} ${last.value}`));
        if (origins === '*' && !added.onHashList) said.push(text('addedUnlisted'));
      } catch (error) {
        if (signal.aborted) {
          said.push(text('addCancelled', file.name));
          break;
        }
        failed.push(text('addFailed', file.name, whyNot(error)));
      }
    }
    this.#running = undefined;
    this.#leave();
    byId('add-said').textContent = said.join(' ');
    byId('add-error').textContent = failed.join(' ');
    if (last === undefined) return;
    await this.actions.added(last);
    if (document.activeElement === byId('add')) this.actions.leave();
  }

  /** @param {File} file @param {string | undefined} origins @param {AbortSignal} signal @returns {Promise<import('./transfer.js').Added>} */
  async #add(file, origins, signal) {
    let told = -1;
    const progress = (/** @type {number} */ done) => {
      this.#bar.max = Math.max(file.size, 1);
      this.#bar.value = done;
      byId('add-bytes').textContent = text('addBytes', formatBytes(done), formatBytes(file.size));
      const share = Math.floor((TOLD_SHARES * done) / Math.max(file.size, 1));
      if (share > told) byId('add-said').textContent = text('addPercent', file.name, formatShare(share, TOLD_SHARES));
      told = Math.max(told, share);
    };
    progress(0);
    const result = await transfer({ add: file, ...(origins === undefined ? {} : { origins }) }, signal, progress);
    if (!('added' in result)) throw new Refused({});
    return result.added;
  }
}

/** @param {Adding} adding */
function wireDropping(adding) {
  const isShown = () => !byId('store').hidden;
  const hint = (/** @type {boolean} */ shown) => {
    byId('drop-here').hidden = !shown;
  };
  document.addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    // Without this the browser would leave the page for the file.
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = isShown() ? 'copy' : 'none';
    hint(isShown());
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) hint(false);
  });
  document.addEventListener('drop', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    hint(false);
    if (isShown()) adding.offer([...(event.dataTransfer?.files ?? [])]);
  });
}

/** @param {{added: (hash: Hash) => Promise<void>, leave: () => void}} actions `leave`: where the focus goes when a file was added */
export function wireAdding(actions) {
  const adding = new Adding(actions);
  const chooser = /** @type {HTMLInputElement} */ (byId('add-chooser'));
  byId('add').addEventListener('click', () => chooser.click());
  chooser.addEventListener('change', () => {
    adding.offer([...(chooser.files ?? [])]);
    // The same file once more is a change again.
    chooser.value = '';
  });
  wireDropping(adding);
}
