/** The pure parts of the popup and the settings page. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { formatAgo, formatBytes, formatShare, shortHash, shortOrigin } from '../../extension/ui/format.js';
import { lastDays } from '../../extension/ui/settings/chart.js';
import { readSettings, writeSettings } from '../../extension/ui/settings/settings-file.js';
import { barParts } from '../../extension/ui/settings/storage-bar.js';
import { rowAfterKey, scrollTopFor, visibleRange } from '../../extension/ui/settings/virtual-range.js';

const ROOT = new URL('../../extension/', import.meta.url);
/** @param {string} text */
const plain = (text) => text.replace(/[\u00a0\u202f]/g, ' ');

test('of a million rows only those in view exist, and a few beyond each edge', () => {
  const view = { scrollTop: 500_000 * 50, viewHeight: 400, rowHeight: 50, count: 1_000_000 };
  const { first, end } = visibleRange(view);
  assert.ok(first <= 500_000 && end >= 500_008, 'what is in view is there');
  assert.ok(end - first < 40, `${end - first} rows`);
});

test('wherever a list is scrolled to, every row in view exists and none that is not there', () => {
  for (const count of [0, 1, 3, 100]) {
    for (let scrollTop = -30; scrollTop < count * 50 + 500; scrollTop += 7) {
      const { first, end } = visibleRange({ scrollTop, viewHeight: 333, rowHeight: 50, count });
      assert.ok(first >= 0 && first <= end && end <= count, `${first}–${end} of ${count}`);
      for (let row = 0; row < count; row += 1) {
        const inView = row * 50 < scrollTop + 333 && (row + 1) * 50 > scrollTop;
        if (inView) assert.ok(row >= first && row < end, `row ${row} at ${scrollTop}`);
      }
    }
  }
});

test('a row is scrolled into view by as little as possible', () => {
  const view = { scrollTop: 100, viewHeight: 200, rowHeight: 50 };
  assert.equal(scrollTopFor(3, view), 100, 'in view already');
  assert.equal(scrollTopFor(1, view), 50);
  assert.equal(scrollTopFor(6, view), 150);
});

test('keys move within the list and never out of it', () => {
  const list = { active: 5, count: 20, pageRows: 7 };
  assert.equal(rowAfterKey('ArrowDown', list), 6);
  assert.equal(rowAfterKey('ArrowUp', list), 4);
  assert.equal(rowAfterKey('PageDown', list), 12);
  assert.equal(rowAfterKey('PageUp', list), 0);
  assert.equal(rowAfterKey('Home', list), 0);
  assert.equal(rowAfterKey('End', list), 19);
  assert.equal(rowAfterKey('ArrowDown', { ...list, active: 19 }), 19);
  assert.equal(rowAfterKey('ArrowDown', { ...list, active: -1 }), 0);
  assert.equal(rowAfterKey('x', list), undefined);
  assert.equal(rowAfterKey('constructor', list), undefined);
  assert.equal(rowAfterKey('End', { ...list, count: 0 }), undefined);
});

test('sizes are in the unit that a person would take', () => {
  for (const [bytes, words] of /** @type {[number, string][]} */ ([
    [0, '0 bytes'], [1, '1 byte'], [999, '999 bytes'], [1000, '1 kB'], [1540, '1.5 kB'], [9_940, '9.9 kB'], [9_960, '10 kB'],
    [999_490, '999 kB'], [999_510, '1 MB'], [151_063_245, '151 MB'], [177_000_000, '177 MB'], [2.5e9, '2.5 GB'], [3e12, '3 TB'], [9e15, '9,000 TB'],
  ])) assert.equal(plain(formatBytes(bytes, 'en')), words);
});

test('times are told from now, and as a date when they are long ago', () => {
  const now = Date.UTC(2026, 10, 21, 12);
  assert.equal(formatAgo(now - 20_000, now, 'en'), 'now');
  assert.equal(formatAgo(now + 5000, now, 'en'), 'now', 'clocks differ');
  assert.equal(formatAgo(now - 61 * 60_000, now, 'en'), '1 hour ago');
  assert.equal(formatAgo(now - 26 * 3_600_000, now, 'en'), 'yesterday');
  assert.match(formatAgo(now - 90 * 86_400_000, now, 'en'), /2026/);
});

test('a small share is not told as nothing', () => {
  assert.equal(formatShare(1, 200, 'en'), '0.5%');
  assert.equal(formatShare(1, 2, 'en'), '50%');
  assert.equal(formatShare(5, 0, 'en'), '0%');
});

test('what is cut off a hash or an origin can be told', () => {
  assert.equal(shortHash('ab'.repeat(32)), 'abababababab…');
  assert.equal(shortOrigin('https://a.example'), 'a.example');
  assert.equal(shortOrigin('http://a.example'), 'http://a.example', 'which is not the secure site');
});

test('the parts of the bar are shares of the budget, in one order, and each can be seen', () => {
  const parts = barParts([{ kind: 'other', bytes: 1 }, { kind: 'wasm', bytes: 0 }, { kind: 'model', bytes: 250 }], 1000);
  assert.deepEqual(parts.map(({ kind }) => kind), ['model', 'other']);
  assert.equal(parts[0].width, 25);
  assert.ok(parts[1].width >= 0.5);
  assert.equal(barParts([{ kind: 'text', bytes: 300 }], 100)[0].width, 100, 'a budget that was lowered is not overrun');
});

test('every word that the pages name has a message, and no message is without a sentence', () => {
  const messages = JSON.parse(readFileSync(new URL('_locales/en/messages.json', ROOT), 'utf8'));
  const files = [...readdirSync(new URL('ui/', ROOT)), ...['panel', 'popup', 'settings'].flatMap((room) => readdirSync(new URL(`ui/${room}/`, ROOT)).map((name) => `${room}/${name}`))];
  const named = new Set();
  for (const file of files.filter((name) => /\.(js|html)$/.test(name))) {
    const source = readFileSync(new URL(`ui/${file}`, ROOT), 'utf8');
    for (const [, key] of source.matchAll(/\b(?:text|fact)\('([\w@]+)'/g)) if (!key.startsWith('@@')) named.add(key);
    for (const [, key] of source.matchAll(/data-(?:text|label)="(\w+)"/g)) named.add(key);
  }
  assert.ok(named.size > 80, `only ${named.size} were found`);
  assert.deepEqual([...named].filter((key) => !(key in messages)), []);
  const controls = readFileSync(new URL('ui/settings/controls.js', ROOT), 'utf8');
  for (const [, key] of controls.matchAll(/'([a-z]+\.[a-z-]+)',/g)) {
    const word = `set_${key.replace(/[.-]/g, '_')}`;
    assert.ok(word in messages && `${word}_help` in messages, key);
    assert.match(messages[`${word}_help`].message, /^[^.]+\.$|^[^.]*caches\.crossOrigin[^.]*\.$/, `${key}: one sentence`);
  }
});

test('the settings page asks at once for all modules that it will need, and for no other', () => {
  const ui = new URL('ui/', ROOT);
  const needed = new Set();
  /** @param {URL} module */
  const follow = (module) => {
    if (needed.has(module.href)) return;
    needed.add(module.href);
    for (const [, path] of readFileSync(module, 'utf8').matchAll(/^(?:import|export)\b[^;]*?from '(\.[^']+)';/gms)) follow(new URL(path, module));
  };
  follow(new URL('settings/main.js', ui));
  const page = readFileSync(new URL('settings.html', ui), 'utf8');
  const asked = [...page.matchAll(/<link rel="modulepreload" href="([^"]+)">/g)].map(([, path]) => new URL(path, ui).href);
  assert.deepEqual([...asked, new URL('settings/main.js', ui).href].sort(), [...needed].sort());
});

/** @param {Record<string, string>} values */
const settingsOf = (values) => Object.entries(values).map(([key, value]) => ({ key, value, default: '', help: '' }));

test('settings that were written to a file are read from it, as far as they differ', () => {
  const file = writeSettings(settingsOf({ 'gates.ask': 'on', 'budget.percent': '40', 'lookup.bits': '20' }));
  const here = settingsOf({ 'gates.ask': 'off', 'budget.percent': '60', 'lookup.bits': '20', 'history.reads': 'on' });
  assert.deepEqual(readSettings(file, here), [{ key: 'gates.ask', value: 'on' }, { key: 'budget.percent', value: '40' }]);
});

test('a file changes no setting that the page does not show, and none by what is no string', () => {
  const file = JSON.stringify({ format: 'cos settings 1', settings: { 'phl.url': 'https://evil.example/', 'gates.ask': true, 'lookup.bits': ['1'] } });
  assert.deepEqual(readSettings(file, settingsOf({ 'gates.ask': 'off', 'lookup.bits': '20' })), []);
  const inherited = JSON.stringify({ format: 'cos settings 1', settings: {} });
  assert.deepEqual(readSettings(inherited, settingsOf({ constructor: 'x' })), []);
});

test('what is no file of settings is told from one', () => {
  for (const text of ['', '{', 'null', '[]', '{"settings":{}}', '{"format":"cos settings 1"}', '{"format":"cos settings 2","settings":{}}']) {
    assert.equal(readSettings(text, []), undefined, text);
  }
});

test('the chart has each of the last days, those without a byte among them', () => {
  const days = lastDays([{ day: 8, saved: 5, stored: 1 }, { day: 2, saved: 9, stored: 9 }], 10, 4);
  assert.deepEqual(days, [{ day: 7, saved: 0, stored: 0 }, { day: 8, saved: 5, stored: 1 }, { day: 9, saved: 0, stored: 0 }, { day: 10, saved: 0, stored: 0 }]);
});
