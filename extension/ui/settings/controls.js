/**
 * @file The store's settings: what each does, its value, and a change of it at once. May be imported by ui/settings/main.js
 * only.
 */

import { formatNumber } from '../format.js';
import { byId, make, text } from '../text.js';
import { ask, Refused } from './ask.js';
import { MOST_BYTES, readSettings, writeSettings } from './settings-file.js';

/** @typedef {{key: string, value: string, default: string, help: string, administered?: boolean}} Setting */

/** Words of each are set_<key> and set_<key>_help, with _ for . and -. */
const SWITCHES = [
  'gates.ask', 'gates.user-gesture', 'gates.third-party-cookies', 'realms.share', 'frames.partition', 'lookup.budget',
  'phl.model-hubs', 'history.reads', 'handover.enabled', 'caches.cross-origin',
];
const VALUES = ['lookup.hashes', 'lookup.bits', 'grease.percent', 'write.files', 'budget.percent', 'budget.ceiling'];

/** @param {string} key */
const wordsOf = (key) => `set_${key.replace(/[.-]/g, '_')}`;

/** The setting is of no use where the extension may not see the browser's switch. @param {string} key @param {string} value */
async function mayBeSet(key, value) {
  if (key !== 'gates.third-party-cookies' || value !== 'on') return true;
  return chrome.permissions.request({ permissions: ['privacy'] });
}

class Control {
  #input;
  #error;
  #current;
  #value;

  /** @param {Setting} setting @param {(setting: Setting) => void} changed */
  constructor(setting, changed) {
    const id = wordsOf(setting.key);
    this.key = setting.key;
    this.isSwitch = SWITCHES.includes(setting.key);
    this.#value = setting.value;
    this.changed = changed;
    this.#input = /** @type {HTMLInputElement} */ (make('input', {
      id, type: this.isSwitch ? 'checkbox' : 'text', 'aria-describedby': `${id}-help ${id}-error`,
      ...(this.isSwitch ? { role: 'switch' } : { autocomplete: 'off', spellcheck: 'false' }),
    }));
    this.#input.disabled = setting.administered === true;
    this.#error = make('p', { class: 'error', id: `${id}-error`, role: 'alert' });
    this.#current = make('span', { class: 'value' });
    this.element = make('div', { class: 'control' },
      make('div', { class: 'words' },
        make('label', { for: id }, text(id)),
        make('p', { class: 'quiet', id: `${id}-help` }, text(`${id}_help`), ...(this.isSwitch ? [] : [' ', text('defaultIs', setting.default)]),
          ...(setting.administered ? [' ', text('setByAdministrator')] : []))),
      make('div', { class: 'field' }, this.#current, this.#input),
      this.#error);
    this.#input.addEventListener('change', () => void this.#change());
    this.#show();
  }

  #show() {
    if (!this.isSwitch) this.#input.value = this.#value;
    else {
      this.#input.checked = this.#value === 'on';
      this.#current.textContent = text(this.#value === 'on' ? 'switchOn' : 'switchOff');
    }
  }

  async #change() {
    const wanted = this.isSwitch ? (this.#input.checked ? 'on' : 'off') : this.#input.value.trim();
    this.#error.textContent = '';
    try {
      if (!(await mayBeSet(this.key, wanted))) throw new Refused({ message: text('permissionRefused') });
      const { setting } = await ask('set', { key: this.key, value: wanted });
      this.#value = setting.value;
      this.changed(setting);
    } catch (error) {
      this.#error.textContent = error instanceof Refused ? error.sentence(text('notDone')) : text('notDone');
    }
    this.#show();
  }
}

/** Those that the page shows. @returns {Promise<Setting[]>} */
async function shownSettings() {
  const { settings } = await ask('settings');
  return settings.filter((/** @type {Setting} */ { key }) => SWITCHES.includes(key) || VALUES.includes(key));
}

/** @param {(setting: Setting) => void} changed */
export async function showControls(changed) {
  const settings = await shownSettings();
  const controlsFor = (/** @type {string[]} */ keys) => keys
    .map((key) => settings.find((setting) => setting.key === key))
    .filter((setting) => setting !== undefined)
    .map((setting) => new Control(setting, changed).element);
  byId('switches').replaceChildren(...controlsFor(SWITCHES));
  byId('values').replaceChildren(...controlsFor(VALUES));
}

async function exportSettings() {
  const url = URL.createObjectURL(new Blob([writeSettings(await shownSettings())], { type: 'application/json' }));
  make('a', { href: url, download: 'cos-settings.json' }).click();
  URL.revokeObjectURL(url);
}

/** @param {File} file @param {(setting: Setting) => void} changed @returns {Promise<string>} what became of it */
async function importSettings(file, changed) {
  const wanted = file.size > MOST_BYTES ? undefined : readSettings(await file.text(), await shownSettings());
  if (wanted === undefined) return text('importNotSettings');
  const refused = [];
  for (const { key, value } of wanted) {
    try {
      if (!(await mayBeSet(key, value))) throw new Refused({ message: text('permissionRefused') });
      changed((await ask('set', { key, value })).setting);
    } catch (error) {
      refused.push(`${text(wordsOf(key))}: ${error instanceof Refused ? error.sentence(text('notDone')) : text('notDone')}`);
    }
  }
  return [text('imported', formatNumber(wanted.length - refused.length)), ...refused].join(' ');
}

/** @param {(setting: Setting) => void} changed */
export function wireSettingsFile(changed) {
  const chooser = /** @type {HTMLInputElement} */ (byId('import-file'));
  const say = (/** @type {string} */ words) => {
    byId('settings-file-said').textContent = words;
  };
  byId('export').addEventListener('click', () => void exportSettings().catch(() => say(text('notDone'))));
  byId('import').addEventListener('click', () => chooser.click());
  chooser.addEventListener('change', async () => {
    const [file] = chooser.files ?? [];
    if (file === undefined) return;
    say(await importSettings(file, changed).catch(() => text('notDone')));
    // The same file once more is a change again.
    chooser.value = '';
    await showControls(changed).catch(() => say(text('notDone')));
  });
}
