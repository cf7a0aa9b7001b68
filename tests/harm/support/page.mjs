/**
 * What a page of these tests is: files of a site that knows nothing of the API. A page with a script says what it found
 * by `console.log('REPORT …')`, which works under every policy and whatever a page has done to its built-ins.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../../../scripts/lib/build.mjs';

/** @typedef {{body: string | Uint8Array, type?: string, headers?: Record<string, string>}} Resource */

/**
 * @typedef {object} HarmPage
 * @property {string} name
 * @property {Resource} document
 * @property {Record<string, Resource>} [files] by their path relative to the document
 * @property {'https' | 'http' | 'loopback'} [over] https by default
 * @property {number} [reports] how many to wait for; none: the document's load is all
 * @property {string[]} [adds] what reports may have in addition where the extension is: the API itself
 * @property {(page: import('playwright-core').Page) => Promise<unknown>} [act] what a person does on the page; what it gives is a report, too
 * @property {RegExp} [knownConsole] lines of the console that are known to differ, in a way that no script of a page sees
 */

const HTML = 'text/html; charset=utf-8';

/** @param {string} name @param {string} html @param {Record<string, string>} [headers] @returns {Resource} */
export const htmlDocument = (name, html, headers = {}) =>
  ({ type: HTML, body: `<!doctype html>\n<html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>${name}</title>\n${html}\n</html>`, headers });

/**
 * The source of a script that reports what a function gives. The function runs when the document has loaded: what it
 * adds while the parser still works would stand in no fixed place.
 * @param {string | (() => unknown)} body
 */
export const reporting = (body) => `
  new Promise((resolve) => document.readyState === 'complete' ? resolve() : addEventListener('load', () => setTimeout(resolve))).then(${body}).then(
    (value) => console.log('REPORT ' + JSON.stringify(value)),
    (error) => console.log('REPORT rejected: ' + (error?.stack ?? error)));`;

/**
 * A page whose script runs when its markup is there.
 * @param {string} name
 * @param {string | (() => unknown)} script a function of the page
 * @param {{head?: string, html?: string, headers?: Record<string, string>, scripts?: string[], module?: boolean} & Partial<HarmPage>} [more]
 *   `scripts`: sources that run before it
 * @returns {HarmPage}
 */
export function scripted(name, script, { head = '', html = '', headers = {}, scripts = [], module = false, files = {}, ...rest } = {}) {
  const tags = [...scripts.map((_, index) => `<script src="before-${index}.js"></script>`),
    `<script ${module ? 'type="module" ' : ''}src="main.js"></script>`];
  return {
    name, reports: 1, document: htmlDocument(name, `${head}<body>${html}\n${tags.join('\n')}`, headers),
    files: {
      'main.js': { body: reporting(script) },
      ...Object.fromEntries(scripts.map((body, index) => [`before-${index}.js`, { body }])),
      ...files,
    },
    ...rest,
  };
}

/** @param {string} path below node_modules */
export const packaged = (path) => readFileSync(join(ROOT, 'node_modules', path));

/** @param {string} path below node_modules @returns {string} */
export const packagedText = (path) => packaged(path).toString();

/**
 * Joins a module with the packages that it imports.
 * @param {string} contents
 * @param {import('esbuild').BuildOptions} [options]
 * @returns {Promise<string>}
 */
export async function bundled(contents, options = {}) {
  const result = await build({
    stdin: { contents, resolveDir: ROOT }, bundle: true, write: false, format: 'iife', target: 'chrome148', conditions: ['browser'],
    define: { 'process.env.NODE_ENV': '"production"' }, logLevel: 'silent', ...options,
  });
  return /** @type {import('esbuild').OutputFile[]} */ (result.outputFiles)[0].text;
}
