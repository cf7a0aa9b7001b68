/** @file Words of _locales, put into a page. May be imported by ui/ only. */

import { speak } from './format.js';

/** @param {string} key @param {string[]} values */
export const text = (key, ...values) => chrome.i18n.getMessage(key, values);

/** @param {string} id @returns {HTMLElement} */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * @param {string} name of an element
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} children
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** @param {string} label @param {() => void} action @param {string} [className] */
export function button(label, action, className = '') {
  const element = make('button', { type: 'button', class: className }, label);
  element.addEventListener('click', action);
  return element;
}

/** Fills in the page's own words: elements name theirs in data-text, a label in data-label, a placeholder in data-placeholder. */
export function fillIn() {
  // The browser's language has its own dates and numbers, if it is the words' language.
  const browsers = chrome.i18n.getUILanguage();
  const language = browsers.split('-')[0] === text('language') ? browsers : text('language');
  document.documentElement.lang = language;
  speak(language);
  document.documentElement.dir = language === browsers ? text('@@bidi_dir') || 'ltr' : 'ltr';
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text(element.getAttribute('data-text') ?? '');
  for (const element of document.querySelectorAll('[data-label]')) element.setAttribute('aria-label', text(element.getAttribute('data-label') ?? ''));
  for (const element of document.querySelectorAll('[data-placeholder]')) element.setAttribute('placeholder', text(element.getAttribute('data-placeholder') ?? ''));
}
