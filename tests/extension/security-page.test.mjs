/** Each claim of docs/security.md names a test; here it is made sure that there is such a test. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** @param {string} path */
const textOf = (path) => readFileSync(join(ROOT, path), 'utf8');

/** Rows "| claim | `file` | `name of a test` |". @param {string} page @returns {{claim: string, file: string, name: string}[]} */
export function claimsOf(page) {
  return [...page.matchAll(/^\| (.+) \| `([^`]+)` \| `([^`]+)` \|$/gm)].map(([, claim, file, name]) => ({ claim, file, name }));
}

/** What a test's name may be, when parts of it are put in at run time. @param {string} literal with its quotes */
function patternOf(literal) {
  const text = literal.slice(1, -1).replace(/\\(['"`])/g, '$1');
  const parts = literal[0] === '`' ? text.split(/\$\{[^}]*\}/) : [text];
  return new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+')}$`);
}

/** @param {{file: string, name: string}} claim @returns {boolean} */
export function isThere({ file, name }) {
  if (!existsSync(join(ROOT, file))) return false;
  const [suite, word] = name.split('.');
  if (file.startsWith('fuzz/')) {
    return suite === 'FuzzCorpus' && file === `fuzz/${word}_fuzzer.cc` && new RegExp(`^cos_fuzzer\\(${word} `, 'm').test(textOf('fuzz/CMakeLists.txt'));
  }
  const source = textOf(file);
  if (file.endsWith('CMakeLists.txt')) return source.includes(`add_test(NAME ${name} `);
  if (file.endsWith('.cc')) return new RegExp(`^TEST(_F|_P)?\\(${suite}, ${word}\\)`, 'm').test(source);
  const literals = [...source.matchAll(/\btest\(\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)/g)].map(([, literal]) => literal);
  return literals.some((literal) => patternOf(literal).test(name));
}

test('every test that docs/security.md names for a claim is there', () => {
  const page = textOf('docs/security.md');
  const defended = page.slice(page.indexOf('## What is defended'), page.indexOf('## What is not defended'));
  const claims = claimsOf(defended);
  const rows = defended.match(/^\| (?!claim )/gm) ?? [];
  assert.ok(claims.length > 50, `${claims.length} claims`);
  assert.equal(claims.length, rows.length, 'every row is a claim, a file and a name');
  assert.deepEqual(claims.filter((claim) => !isThere(claim)), []);
});

test('every test that docs/security.md names beside what was mended is there', () => {
  const page = textOf('docs/security.md');
  const names = [...page.slice(page.indexOf('## Found and mended')).matchAll(/`([A-Z]\w+)\.(\w+)`/g)];
  assert.ok(names.length > 6, `${names.length} names`);
  const sources = ['tests/host', 'tests/store', 'tests/unit'].flatMap((folder) => readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('_test.cc')).map((file) => textOf(`${folder}/${file}`))).join('\n');
  const scripts = ['tests/browser', 'tests/extension'].flatMap((folder) => readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.test.mjs')).map((file) => textOf(`${folder}/${file}`))).join('\n');
  const sentences = [...page.slice(page.indexOf('## Found and mended')).matchAll(/`(an? [a-z][^`]+|however [^`]+)`/g)];
  assert.ok(sentences.length > 2, `${sentences.length} sentences`);
  for (const [, sentence] of sentences) assert.ok(scripts.includes(`test('${sentence}'`), sentence);
  for (const [name, suite, word] of names) assert.ok(new RegExp(`^TEST(_F|_P)?\\(${suite}, ${word}\\)`, 'm').test(sources), name);
});

test('a test that is not there would be noticed', () => {
  const row = claimsOf('| a claim | `tests/host/loopback_test.cc` | `LoopbackTest.APreflightIsRefused` |')[0];
  assert.ok(isThere(row));
  assert.ok(!isThere({ ...row, name: 'LoopbackTest.APreflightIsRefuse' }));
  assert.ok(!isThere({ ...row, name: 'Loopback.APreflightIsRefused' }));
  assert.ok(!isThere({ ...row, file: 'tests/host/no_such_test.cc' }));
  assert.ok(isThere({ file: 'fuzz/names_fuzzer.cc', name: 'FuzzCorpus.names' }));
  assert.ok(!isThere({ file: 'fuzz/names_fuzzer.cc', name: 'FuzzCorpus.origin' }));
  const browser = { file: 'tests/browser/hostile-pages.test.mjs', name: 'a page that takes over Promise has the API, and overhears nothing' };
  assert.ok(isThere(browser));
  assert.ok(!isThere({ ...browser, name: 'a page that takes over Promise has nothing' }));
});
