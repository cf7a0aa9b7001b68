/** What the settings page says of a change before it is made. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/** @type {any} */ (globalThis).chrome = { i18n: { getMessage: (/** @type {string} */ key, /** @type {string[]} */ values) => (values.length === 0 ? key : `${key}(${values.join(', ')})`) } };
const { isCounted, switchEffect, valueEffect } = await import('../../extension/ui/settings/effects.js');

const ROOT = new URL('../../extension/', import.meta.url);
const messages = JSON.parse(readFileSync(new URL('_locales/en/messages.json', ROOT), 'utf8'));
const controls = readFileSync(new URL('ui/settings/controls.js', ROOT), 'utf8');
const switches = [...(/SWITCHES = \[([^\]]*)\]/.exec(controls)?.[1] ?? '').matchAll(/'([a-z.-]+)'/g)].map(([, key]) => key);

test('each switch has a sentence for either way of turning it', () => {
  assert.ok(switches.length >= 10);
  for (const key of switches) {
    for (const on of [true, false]) {
      const words = switchEffect(key, on, isCounted(key) ? { key, count: 2 } : undefined);
      const [, inner] = /^(?:effectOn|effectOff)\((\w+)/.exec(words) ?? [];
      assert.ok(inner in messages, `${key}: ${words}`);
    }
  }
});

test('a number that is not known leaves no sentence with a hole in it', () => {
  assert.equal(switchEffect('realms.share', false), '');
  assert.equal(switchEffect('realms.share', false, { key: 'realms.share', count: 0, more: true }), '', 'none among those that were looked at');
  assert.equal(switchEffect('gates.ask', true, { key: 'gates.ask' }), '');
  assert.equal(switchEffect('constructor', true, undefined).includes('undefined'), false);
});

test('a number that was not counted to its end is told as one, and none is told as none', () => {
  assert.equal(switchEffect('frames.partition', false, { key: 'frames.partition', count: 4000, more: true }), 'effectOff(effect_frames_partition_off(filesAtLeast(4,000)))');
  assert.equal(switchEffect('realms.share', true, { key: 'realms.share', count: 1 }), 'effectOn(effect_realms_share_on(filesCountOne))');
  assert.equal(switchEffect('realms.share', true, { key: 'realms.share', count: 0 }), 'effectOn(effectNothing)');
  assert.equal(switchEffect('gates.ask', true, { key: 'gates.ask', count: 0 }), 'effectOn(effect_gates_ask_on(0))');
});

test('a budget says what goes, or what stays free, or that nothing new would fit', () => {
  const budget = { key: 'budget.percent', count: 0, more: false, freed: 0, budget: 1000, bytes: 0, left: 400, full: false };
  assert.match(valueEffect('1', budget), /^effectBudgetFree\(1 kB, 400/);
  assert.match(valueEffect('1', { ...budget, count: 14, bytes: 2000, left: 0 }), /^effectBudgetRemoves\(1 kB, filesCount\(14\), 2 kB/);
  assert.match(valueEffect('1', { ...budget, count: 2000, more: true, bytes: 2000 }), /filesAtLeast\(2,000\)/);
  assert.match(valueEffect('1', { ...budget, full: true }), /^effectBudgetFull\(1 kB/);
});

test('a limit of questions says who would have to wait, or would not have to any more', () => {
  const limit = { key: 'lookup.hashes', count: 0, more: false, freed: 0 };
  assert.equal(valueEffect('4', limit), 'effectNoSite');
  assert.equal(valueEffect('4', { ...limit, count: 3 }), 'effectWaiting(3)');
  assert.equal(valueEffect('4', { ...limit, count: 1, freed: 2 }), 'effectFreed(2)');
  assert.equal(valueEffect('5', { key: 'grease.percent' }), 'effectGrease(5)');
});
