/** The languages of popup and settings page: each says all that English says. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const LOCALES = new URL('../../extension/_locales/', import.meta.url);

/** @typedef {Record<string, {message: string, placeholders?: Record<string, {content: string}>}>} Messages */

/** @param {string} locale @returns {Messages} */
const messagesOf = (locale) => JSON.parse(textOf(locale));

/** @param {string} locale */
const textOf = (locale) => readFileSync(new URL(`${locale}/messages.json`, LOCALES), 'utf8');

/** The values that a sentence names, in no order. @param {string} message */
const named = (message) => [...message.matchAll(/\$([A-Za-z]\w*)\$/g)].map(([, name]) => name.toLowerCase()).sort();

const english = messagesOf('en');
const locales = readdirSync(LOCALES);

test('English and German are there', () => {
  for (const locale of ['en', 'de']) assert.ok(locales.includes(locale), locale);
});

for (const locale of locales) {
  const messages = messagesOf(locale);

  test(`${locale} has the messages of English and no other, in its order`, () => {
    assert.deepEqual(Object.keys(messages), Object.keys(english));
  });

  test(`${locale} says everything once`, () => {
    const keys = [...textOf(locale).matchAll(/^  "(\w+)": \{/gm)].map(([, key]) => key);
    assert.deepEqual(keys, Object.keys(messages));
  });

  test(`${locale} fills the same values into each sentence`, () => {
    for (const [key, { message, placeholders }] of Object.entries(messages)) {
      assert.deepEqual(placeholders, english[key].placeholders, key);
      assert.deepEqual(named(message), Object.keys(placeholders ?? {}).sort(), `${key}: ${message}`);
    }
  });

  test(`${locale} has words for everything, and sentences where English has them`, () => {
    for (const [key, { message }] of Object.entries(messages)) {
      assert.notEqual(message.trim(), '', key);
      for (const end of ['.', ':', '…']) assert.equal(message.endsWith(end), english[key].message.endsWith(end), `${key}: ${message}`);
    }
  });

  test(`${locale} describes the extension in as many characters as a browser shows`, () => {
    assert.ok(messages.extensionDescription.message.length <= 132);
  });
}

test('German is German', () => {
  const german = messagesOf('de');
  // Names, and words that both languages have.
  const shared = ['extensionName', 'actionTitle', 'kind_wasm', 'factHash', 'listVersion', 'panelTitle', 'panelMs', 'panelHash', 'panelEntryName', 'activityFile', 'errorDetailed'];
  assert.deepEqual(Object.keys(english).filter((key) => german[key].message === english[key].message && !shared.includes(key)), []);
});
