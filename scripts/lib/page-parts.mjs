/**
 * How the two parts of the page script are put together. The first takes the built-ins before a page can change them
 * (extension/page/*primordials.js); the second must use those, and none that it would take itself.
 */

import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { SECOND_PART } from '../../extension/shared/names.js';

const PAGE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'extension', 'page');
const PRIMORDIALS = readdirSync(PAGE).filter((name) => name.endsWith('primordials.js'));

/** @param {string} path @returns {string[]} what a module exports */
function exportsOf(path) {
  const { metafile } = buildSync({ entryPoints: [path], format: 'esm', bundle: true, write: false, metafile: true });
  return Object.values(metafile.outputs)[0].exports;
}

/** @type {import('esbuild').Plugin} writes built-ins.js out name by name */
export const listBuiltIns = {
  name: 'list-built-ins',
  setup(build) {
    build.onLoad({ filter: /\/page\/built-ins\.js$/ }, () => {
      const files = PRIMORDIALS.map((file) => ({ file, names: exportsOf(join(PAGE, file)).join(', ') }));
      const contents = [
        ...files.map(({ file, names }) => `import { ${names} } from './${file}';`),
        `export const builtIns = () => ({ __proto__: null, ${files.map(({ names }) => names).join(', ')} });`,
      ].join('\n');
      return { contents, resolveDir: PAGE };
    });
  },
};

/** @type {Pick<import('esbuild').BuildOptions, 'banner' | 'footer' | 'plugins'>} a function that the first part calls with what it gives */
export const takeFromFirstPart = {
  banner: { js: `window.${SECOND_PART}?.((firstPart) => {` },
  footer: { js: '});' },
  plugins: [{
    name: 'take-from-first-part',
    setup(build) {
      build.onLoad({ filter: /\/[a-z-]*primordials\.js$/ }, ({ path }) => ({
        contents: `export const { ${exportsOf(path).join(', ')} } = firstPart.builtIns;`,
      }));
      build.onLoad({ filter: /\/page\/second\/first-part\.js$/ }, () => ({ contents: 'const given = firstPart; export { given as firstPart };' }));
    },
  }],
};
