/** The page script in two parts: the second comes when the page may have changed every built-in that it would find. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import ts from 'typescript';
import { listBuiltIns, takeFromFirstPart } from '../../scripts/lib/page-parts.mjs';

const PAGE = new URL('../../extension/page/', import.meta.url).pathname;
const CANNOT_FIND = new Set([2304, 2552, 2580, 2583, 2584, 2585, 2591, 2592]);

/**
 * @param {string} entry
 * @param {import('esbuild').BuildOptions} options
 * @returns {Promise<string[]>} what the script takes from its realm
 */
async function freeNames(entry, options) {
  const dir = mkdtempSync(join(tmpdir(), 'cos-parts-'));
  try {
    const file = join(dir, 'part.js');
    await build({ bundle: true, format: 'iife', target: 'chrome148', minifyWhitespace: true, entryPoints: [join(PAGE, entry)], outfile: file, ...options });
    const program = ts.createProgram([file], { noLib: true, types: [], allowJs: true, checkJs: true, noEmit: true, target: ts.ScriptTarget.ES2022 });
    const source = /** @type {ts.SourceFile} */ (program.getSourceFile(file));
    const unknown = program.getSemanticDiagnostics(source).filter(({ code }) => CANNOT_FIND.has(code));
    return [...new Set(unknown.map(({ start = 0, length = 0 }) => source.text.slice(start, start + length)))].sort();
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('the second part takes nothing from the realm but the place where the first one waits for it', async () => {
  assert.deepEqual(await freeNames('second/main.js', takeFromFirstPart), ['window']);
});

test('the first part is what takes the built-ins', async () => {
  const names = await freeNames('main.js', { plugins: [listBuiltIns] });
  for (const name of ['Reflect', 'WritableStream', 'MessagePort', 'Element']) assert.ok(names.includes(name), name);
});
