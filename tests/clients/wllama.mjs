/** wllama: llama.cpp in WebAssembly, which loads a model from a GGUF file and goes on with a text. */
import { modulePath, moduleVersion } from './support/packages.mjs';
import { makeTinyLlama } from './support/tiny-llama.mjs';

const MODEL = { label: 'a Llama of 2.8 million weights', repo: 'test/tiny-llama', path: 'tiny.gguf', large: true, bytes: makeTinyLlama() };

/** @type {import('./support/measure.mjs').Client} */
export const wllama = {
  name: 'wllama',
  version: moduleVersion('@wllama/wllama'),
  does: 'downloads a model by its `CacheManager`, loads it and completes a text',
  scope: 'same site',
  files: [MODEL],
  vendor: {
    '/vendor/wllama.js': modulePath('@wllama/wllama', 'esm/index.js'),
    '/vendor/wllama.wasm': modulePath('@wllama/wllama', 'esm/wasm/wllama.wasm'),
  },
  argument: { model: `/${MODEL.repo}/resolve/main/${MODEL.path}` },
  async visit({ hub, model }) {
    // @ts-ignore A module of the page.
    const { Wllama } = await import('/vendor/wllama.js');
    const engine = new Wllama({ default: new URL('/vendor/wllama.wasm', location.href).href });
    const url = new URL(model, hub).href;
    await engine.cacheManager.download(url);
    await engine.loadModel([await engine.cacheManager.open(url)], { n_ctx: 128, n_threads: 1 });
    const { choices, usage } = await engine.createCompletion({ prompt: 'One copy of a file', max_tokens: 8, temperature: 0 });
    await engine.exit();
    return `${usage.completion_tokens} tokens: ${choices[0].text}`;
  },
  result: /^8 tokens: [a-z]{8}$/,
};
