/** What the clients downloaded, as tables: for the terminal and for docs/clients.md. */
import { bold, formatBytes, formatTable } from '../../../scripts/lib/terminal.mjs';

/** @typedef {import('./measure.mjs').Measurement} Measurement */

const HEADS = ['File', '>Size', '>First site', '>Another site', '>Same site, other origin'];

/** @param {Measurement} measurement @returns {string[][]} */
function rowsOf({ client, visits }) {
  const numbers = (/** @type {import('./measure.mjs').ModelFile[]} */ files) => [
    files.reduce((sum, { bytes }) => sum + bytes.length, 0),
    ...[visits.first, visits.stranger, visits.sibling].map(({ sent }) => files.reduce((sum, file) => sum + (sent.get(file) ?? 0), 0)),
  ].map(formatBytes);
  const rows = client.files.map((file) => [file.large ? file.label : `${file.label} (its hash cannot be known)`, ...numbers([file])]);
  return client.files.length > 1 ? [...rows, ['all', ...numbers(client.files)]] : rows;
}

/** @param {Measurement} measurement */
export function printed(measurement) {
  const { name, version } = measurement.client;
  return `\n${bold(`${name} ${version}`)}  ${measurement.visits.first.result}\n${formatTable(HEADS, rowsOf(measurement))}`;
}

/** @param {string[]} cells */
const line = (cells) => `| ${cells.join(' | ')} |`;

/** @param {Measurement} measurement */
function section(measurement) {
  const { name, version, does, scope } = measurement.client;
  const heads = HEADS.map((head) => head.replace(/^>/, ''));
  const stores = scope === 'everyone' ? "Stores with `origins: '*'`." : 'Stores for the same site.';
  return [
    `## ${name} ${version}`, '', `${does[0].toUpperCase()}${does.slice(1)}. ${stores}`, '',
    line(heads), line(HEADS.map((head) => (head.startsWith('>') ? '---:' : '---'))), ...rowsOf(measurement).map(line), '',
  ].join('\n');
}

const INTRODUCTION = `# Clients

Libraries that call the Cross-Origin Storage API already, unmodified, as published on npm, in a real Chromium with cos. Each loads its model on a site (\`https://a.test\`), then on an unrelated one (\`https://b.test\`), then on another origin of the first site (\`https://app.a.test\`). The numbers are bytes that the server of the model sent for the file; nothing may be cached by HTTP. The large files are on the Public Hash List of the test's store.

Made by \`scripts/clients --write-docs\`; \`scripts/test clients\` holds the numbers.
`;

const NOTES = `## What to know

- **A client can find a file only if it knows its hash.** All three learn it from a model hub's pointer text: for \`/resolve/\` in an address they ask for \`/raw/\`. Files that the hub does not point to (configurations, or a WebAssembly runtime at any other address) are downloaded by every site.
- **wllama stores for its own site**, since it names no origins. With \`origins: '*'\` in its create request it would share as the others do.
- **wllama's \`loadModelFromUrl()\` does not work with any implementation of the API** (3.8.1): its model manager looks a downloaded file up in a list that has only what its other back end holds, and fails with "Model file not found", where it works in a browser without the API. \`cacheManager.download()\`, \`cacheManager.open()\` and \`loadModel()\`, used here, work. This concerns addresses with \`/resolve/\` and a pointer text alone.
- **WebLLM needs a GPU to go on** from the files to an answer, and there is none here: what is shown is its cache layer, which was made to load the weights by naming them as the model's program. The back end for the API must be asked for: \`cacheBackend: 'cross-origin'\`.
- The older method name \`requestFileHandle\`, which Transformers.js and wllama call, makes one warning in the console.
`;

/** @param {Measurement[]} measurements */
export const page = (measurements) => [INTRODUCTION, ...measurements.map(section), NOTES].join('\n');
