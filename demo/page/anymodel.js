/** Loads whichever model was named, tries it where there is an obvious thing to try, and says what it is. */
import { modelProgress } from './engine.js';

/** Inputs that make sense for a kind of model without knowing the model. */
const TRIES = {
  'automatic-speech-recognition': () => [new URL('/input', location.href).href],
  'audio-classification': () => [new URL('/input', location.href).href],
  'feature-extraction': () => ['One copy of a file is enough for a whole computer.', { pooling: 'mean', normalize: true }],
  'sentiment-analysis': () => ['I am glad that this was here already.'],
  'text-classification': () => ['I am glad that this was here already.'],
  'text-generation': () => ['One copy of a file is enough', { max_new_tokens: 24 }],
  'text2text-generation': () => ['translate English to German: One copy is enough.', { max_new_tokens: 24 }],
};

/**
 * @param {any} library
 * @param {any} site
 * @param {import('./files.js').FileTable} table
 */
export async function prepare(library, site, table) {
  const options = {
    device: 'wasm', progress_callback: modelProgress(site, table),
    ...(site.model.dtype && { dtype: site.model.dtype }), ...(site.model.config && { config: site.model.config }),
  };
  const { task, id } = site.model;
  if (task) return library.pipeline(task, id, options);
  return library.AutoModel.from_pretrained(id, options);
}

/**
 * @param {any} library
 * @param {any} loaded
 * @param {any} site
 */
export async function compute(library, loaded, site) {
  const began = performance.now();
  const model = loaded.model ?? loaded;
  const sessions = Object.entries(model.sessions).map(([name, session]) => ({
    name, inputs: session.inputNames, outputs: session.outputNames,
  }));
  const task = site.model.task ?? null;
  let output = null;
  if (TRIES[task]) output = describe(await loaded(...TRIES[task]()));
  return { task, type: model.config?.model_type ?? '?', sessions, output, computeTime: performance.now() - began };
}

/** A tensor has far too many numbers to show: its shape and its beginning will do. @param {any} value */
function describe(value) {
  if (value?.dims && value?.data) return { shape: value.dims, begins: Array.from(value.data.slice(0, 6), Number) };
  return JSON.parse(JSON.stringify(value));
}

/**
 * @param {HTMLElement} place
 * @param {Awaited<ReturnType<typeof compute>>} found
 * @param {any} site
 */
export function show(place, found, site) {
  const lines = [
    `${site.model.id}: a model of type “${found.type}”${found.task ? `, loaded for ${found.task}` : ''}`,
    ...found.sessions.map(({ name, inputs, outputs }) => `${name}: takes ${inputs.join(', ')}; gives ${outputs.join(', ')}`),
    ...(found.output ? ['', JSON.stringify(found.output, null, 2)] : []),
  ];
  place.append(Object.assign(document.createElement('pre'), { textContent: lines.join('\n') }));
}

/** What the runner is told. @param {Awaited<ReturnType<typeof compute>>} found */
export const report = (found) => found;
