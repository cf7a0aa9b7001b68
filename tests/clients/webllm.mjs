/**
 * WebLLM: its engine loads a model's files through its cache layer, here with the Cross-Origin Storage back end.
 *
 * Without a GPU, and without a program compiled for one, the engine stops after it has loaded a model's configuration and
 * program, before the weights. But whatever a record calls its program goes through the same cache layer, so weights can
 * be loaded as such; `hasModelInCache()` then looks all of them up.
 */
import { bytesOf } from '../browser/support/bytes.mjs';
import { modulePath, moduleVersion } from './support/packages.mjs';

const REPO = 'test/tiny-q4f16_1-MLC';
const SHARDS = ['params_shard_0.bin', 'params_shard_1.bin'];

/** @param {string} path @param {string | Uint8Array} content @param {boolean} large */
const file = (path, content, large) => ({
  label: path, repo: REPO, path, large, bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content,
});

const CONFIG = file('mlc-chat-config.json', JSON.stringify({ model_type: 'llama', tokenizer_files: ['tokenizer.json'] }), false);
// As long as that of a large model: small files may be hidden by GREASE.
const INDEX = file('tensor-cache.json', JSON.stringify({ records: SHARDS.map((dataPath) => ({ dataPath })) }).padEnd(600 * 1024), true);
// An empty module, which links with nothing.
const PROGRAM = file('tiny-webgpu.wasm', Buffer.concat([Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 0x80, 0x80, 0x40, 0]), Buffer.alloc(2 ** 20 - 1)]), true);
const WEIGHTS = SHARDS.map((path) => file(path, bytesOf(`weights in ${path}`, 4_000_000), true));

/** @type {import('./support/measure.mjs').Client} */
export const webllm = {
  name: 'WebLLM',
  version: moduleVersion('@mlc-ai/web-llm'),
  does: 'loads configuration, program and weights by `MLCEngine.reload()`, and looks them up by `hasModelInCache()`; there is no GPU to run them on',
  scope: 'everyone',
  files: [CONFIG, PROGRAM, INDEX, ...WEIGHTS],
  vendor: { '/vendor/web-llm.js': modulePath('@mlc-ai/web-llm', 'lib/index.js') },
  argument: { repo: REPO, program: PROGRAM.path, others: [INDEX, ...WEIGHTS].map(({ path }) => path) },
  async visit({ hub, repo, program, others }) {
    // @ts-ignore A module of the page.
    const { MLCEngine, hasModelInCache } = await import('/vendor/web-llm.js');
    const model = new URL(`/${repo}/resolve/main/`, hub).href;
    const record = (/** @type {string} */ path) => ({ model, model_id: path, model_lib: new URL(path, model).href });
    const appConfig = { model_list: [program, ...others].map(record), cacheBackend: 'cross-origin' };
    const stops = [];
    for (const { model_id: id } of appConfig.model_list) {
      stops.push(await new MLCEngine({ appConfig, logLevel: 'SILENT' }).reload(id).catch((/** @type {Error} */ error) => error.name));
    }
    return `all files there: ${await hasModelInCache(program, appConfig)}; the engine stopped at: ${stops.join(', ')}`;
  },
  result: /^all files there: true; the engine stopped at: /,
};
