/**
 * @file The store's settings: what each does, its value, and what a change of it would do. May be imported by
 * ui/settings/main.js only.
 */

import { formatNumber } from '../format.js';
import { button, byId, make, text } from '../text.js';
import { ask, errorSentence, Refused } from './ask.js';
import { foresee, isCounted, switchEffect, valueEffect } from './effects.js';
import { MOST_BYTES, readSettings, writeSettings } from './settings-file.js';

/** @typedef {{key: string, value: string, default: string, help: string, administered?: boolean, least?: string, most?: string}} Setting */

/** Words of each are set_<key> and set_<key>_help, with _ for . and -. */
const SWITCHES = [
  'gates.ask', 'gates.user-gesture', 'gates.third-party-cookies', 'realms.share', 'frames.partition', 'lookup.budget',
  'phl.model-hubs', 'history.reads', 'handover.enabled', 'caches.cross-origin',
];
const VALUES = ['lookup.hashes', 'lookup.bits', 'grease.percent', 'write.files', 'budget.percent', 'budget.ceiling'];
/** Have their place elsewhere on the page, and go into a file of settings like the others. */
const ELSEWHERE = ['history.activity'];

/** Nobody types slower than that within a number. */
const FORESEE_AFTER_MS = 250;
/** The page is there, and is to be used, before that. */
const EFFECTS_WITHIN_MS = 1000;

/** @param {string} key */
const wordsOf = (key) => `set_${key.replace(/[.-]/g, '_')}`;

/** The setting is of no use where the extension may not see the browser's switch. @param {string} key @param {string} value */
async function mayBeSet(key, value) {
  if (key !== 'gates.third-party-cookies' || value !== 'on') return true;
  return chrome.permissions.request({ permissions: ['privacy'] });
}

/** @param {unknown} error @param {Setting} setting which could not be set */
const refusalOf = (error, { least, most }) =>
  errorSentence(error, least === undefined || most === undefined ? {} : { type: text('errorOutside', least, most) });

/** What every setting has: its name, what it does, what a change would do, and what was wrong with it. */
class Control {
  /** @param {Setting} setting @param {Record<string, string>} kind attributes of the input */
  constructor(setting, kind) {
    const id = wordsOf(setting.key);
    this.key = setting.key;
    this.refusalOf = (/** @type {unknown} */ error) => refusalOf(error, setting);
    this.value = setting.value;
    this.administered = setting.administered === true;
    this.input = /** @type {HTMLInputElement} */ (make('input', { id, 'aria-describedby': `${id}-help ${id}-effect ${id}-error`, ...kind }));
    this.input.disabled = this.administered;
    this.help = make('p', { class: 'quiet', id: `${id}-help` }, text(`${id}_help`));
    this.effect = make('p', { class: 'effect', id: `${id}-effect` });
    this.error = make('p', { class: 'error', id: `${id}-error`, role: 'alert' });
    this.field = make('div', { class: 'field' }, this.input);
    this.element = make('div', { class: 'control' },
      make('div', { class: 'words' }, make('label', { for: id }, text(id)), this.help, this.effect), this.field, this.error);
    if (this.administered) this.help.append(' ', text('setByAdministrator'));
  }

  /** @param {string} wanted @returns {Promise<Setting>} */
  async set(wanted) {
    if (!(await mayBeSet(this.key, wanted))) throw new Refused({ message: text('permissionRefused') });
    return (await ask('set', { key: this.key, value: wanted })).setting;
  }
}

/** A change of it holds at once; below it stands what one would do. */
class Switch extends Control {
  #current = make('span', { class: 'value' });
  #changed;

  /** @param {Setting} setting @param {(setting: Setting) => void} changed */
  constructor(setting, changed) {
    super(setting, { type: 'checkbox', role: 'switch' });
    this.#changed = changed;
    this.field.prepend(this.#current);
    this.input.addEventListener('change', () => void this.#change());
    this.#show();
  }

  /** What it would be turned to. */
  get other() {
    return this.value === 'on' ? 'off' : 'on';
  }

  /** @param {import('./effects.js').Effect} [effect] of turning it, if that is known */
  showEffect(effect) {
    this.effect.textContent = this.administered ? '' : switchEffect(this.key, this.other === 'on', effect);
  }

  #show() {
    this.input.checked = this.value === 'on';
    this.#current.textContent = text(this.value === 'on' ? 'switchOn' : 'switchOff');
    this.showEffect();
  }

  async #change() {
    this.error.textContent = '';
    try {
      const setting = await this.set(this.input.checked ? 'on' : 'off');
      this.value = setting.value;
      this.#show();
      this.#changed(setting);
    } catch (error) {
      this.error.textContent = this.refusalOf(error);
      this.#show();
    }
  }
}

/** A change of it is looked at while it is typed, and made by a button or Enter. */
class Value extends Control {
  #changed;
  #buttons;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #asked = 0;

  /** @param {Setting} setting @param {(setting: Setting) => void} changed */
  constructor(setting, changed) {
    super(setting, { type: 'text', autocomplete: 'off', spellcheck: 'false' });
    this.#changed = changed;
    this.help.append(' ', text('defaultIs', setting.default));
    this.effect.setAttribute('role', 'status');
    const name = text(wordsOf(setting.key));
    const apply = button(text('apply'), () => void this.#apply(), 'primary');
    const cancel = button(text('addCancel'), () => this.#cancel());
    apply.setAttribute('aria-label', text('applyTo', name));
    cancel.setAttribute('aria-label', text('cancelTo', name));
    this.#buttons = make('div', { class: 'buttons' }, apply, cancel);
    this.element.insertBefore(this.#buttons, this.error);
    this.input.addEventListener('input', () => this.#edited());
    this.input.addEventListener('keydown', (event) => this.#key(event));
    this.#show();
  }

  get #wanted() {
    return this.input.value.trim();
  }

  /** @param {string} [said] */
  #show(said = '') {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.input.value = this.value;
    this.input.removeAttribute('aria-invalid');
    this.#buttons.hidden = true;
    this.effect.textContent = said;
    this.error.textContent = '';
  }

  #edited() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#buttons.hidden = this.#wanted === this.value;
    this.effect.textContent = '';
    this.#refuse('');
    if (!this.#buttons.hidden) this.#timer = setTimeout(() => void this.#foresee(), FORESEE_AFTER_MS);
  }

  /** @param {string} sentence */
  #refuse(sentence) {
    this.error.textContent = sentence;
    if (sentence === '') this.input.removeAttribute('aria-invalid');
    else this.input.setAttribute('aria-invalid', 'true');
  }

  async #foresee() {
    const asked = this.#asked;
    const wanted = this.#wanted;
    const [effect, refused] = await foresee([{ key: this.key, value: wanted }]).then(([first]) => [valueEffect(wanted, first), ''], (error) => ['', this.refusalOf(error)]);
    // What is typed meanwhile is asked for anew.
    if (this.#asked !== asked) return;
    this.effect.textContent = effect;
    this.#refuse(refused);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === 'Enter') void this.#apply();
    if (event.key !== 'Escape' || this.#buttons.hidden) return;
    event.preventDefault();
    this.#cancel();
  }

  #cancel() {
    this.#show();
    this.input.focus();
  }

  async #apply() {
    if (this.#buttons.hidden) return;
    clearTimeout(this.#timer);
    this.#asked += 1;
    try {
      const setting = await this.set(this.#wanted);
      this.value = setting.value;
      // The buttons go, and must not take the focus with them.
      this.input.focus();
      this.#show(text('applied'));
      this.#changed(setting);
    } catch (error) {
      this.effect.textContent = '';
      this.#refuse(this.refusalOf(error));
    }
  }
}

/** Of all switches in one question, when there is nothing better to do. @param {Switch[]} switches */
async function showSwitchEffects(switches) {
  const counted = switches.filter(({ key, administered }) => isCounted(key) && !administered);
  // Without an answer nothing is said.
  const effects = await foresee(counted.map(({ key, other }) => ({ key, value: other }))).catch(() => []);
  effects.forEach((effect, index) => counted[index].showEffect(effect));
}

/** Those that the page shows, here or elsewhere. @returns {Promise<Setting[]>} */
async function shownSettings() {
  const { settings } = await ask('settings');
  return settings.filter((/** @type {Setting} */ { key }) => [...SWITCHES, ...VALUES, ...ELSEWHERE].includes(key));
}

/** A link from elsewhere names the setting that it means. */
function focusNamed() {
  const named = document.getElementById(location.hash.slice(1));
  if (named instanceof HTMLInputElement && document.activeElement === document.body) named.focus();
}

/** @param {(setting: Setting) => void} changed */
export async function showControls(changed) {
  const settings = await shownSettings();
  const those = (/** @type {string[]} */ keys) => keys.map((key) => settings.find((setting) => setting.key === key)).filter((setting) => setting !== undefined);
  const told = (/** @type {Setting} */ setting) => {
    changed(setting);
    void showSwitchEffects(switches);
  };
  const switches = those(SWITCHES).map((setting) => new Switch(setting, told));
  byId('switches').replaceChildren(...switches.map(({ element }) => element));
  byId('values').replaceChildren(...those(VALUES).map((setting) => new Value(setting, told).element));
  focusNamed();
  requestIdleCallback(() => void showSwitchEffects(switches), { timeout: EFFECTS_WITHIN_MS });
}

async function exportSettings() {
  const url = URL.createObjectURL(new Blob([writeSettings(await shownSettings())], { type: 'application/json' }));
  make('a', { href: url, download: 'cos-settings.json' }).click();
  URL.revokeObjectURL(url);
}

/** @param {File} file @param {(setting: Setting) => void} changed @returns {Promise<string>} what became of it */
async function importSettings(file, changed) {
  const settings = await shownSettings();
  const wanted = file.size > MOST_BYTES ? undefined : readSettings(await file.text(), settings);
  if (wanted === undefined) return text('importNotSettings');
  const refused = [];
  for (const { key, value } of wanted) {
    try {
      if (!(await mayBeSet(key, value))) throw new Refused({ message: text('permissionRefused') });
      changed((await ask('set', { key, value })).setting);
    } catch (error) {
      const setting = settings.find((one) => one.key === key);
      refused.push(`${text(wordsOf(key))}: ${setting === undefined ? errorSentence(error) : refusalOf(error, setting)}`);
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
