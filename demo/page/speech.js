/** Finds speech in a sound with Silero VAD, and draws what it found. */
import { modelProgress } from './engine.js';
import { formatSeconds } from './format.js';

const RATE = 16_000;
// The model hears 32 ms at a time, with the last 4 ms of what came before.
const WINDOW = 512;
const CONTEXT = 64;

/**
 * @param {any} library
 * @param {any} site
 * @param {import('./files.js').FileTable} table
 */
export async function prepare(library, site, table) {
  return library.AutoModel.from_pretrained(site.model.id, {
    config: { model_type: 'custom' }, dtype: site.model.dtype, device: 'wasm',
    progress_callback: modelProgress(site, table),
  });
}

/**
 * @param {any} library
 * @param {any} model
 * @param {any} site
 * @param {(done: number) => void} progress
 */
export async function compute(library, model, site, progress) {
  const samples = await loadSound();
  const began = performance.now();
  const likelihood = await listen(library, model, samples, progress);
  const segments = segmentsOf(likelihood, samples.length);
  return { samples, likelihood, segments, computeTime: performance.now() - began };
}

async function loadSound() {
  const bytes = await (await fetch('/input')).arrayBuffer();
  // A context of the model's own rate: the browser then decodes to exactly the samples of the file.
  const context = new OfflineAudioContext(1, 1, RATE);
  return (await context.decodeAudioData(bytes)).getChannelData(0);
}

/**
 * @param {any} library
 * @param {any} model
 * @param {Float32Array} samples
 * @param {(done: number) => void} progress
 * @returns {Promise<Float32Array>} for each window, how likely it has speech
 */
async function listen({ Tensor }, model, samples, progress) {
  const count = Math.ceil(samples.length / WINDOW);
  const likelihood = new Float32Array(count);
  const sr = new Tensor('int64', BigInt64Array.of(BigInt(RATE)), []);
  let state = new Tensor('float32', new Float32Array(2 * 128), [2, 1, 128]);
  for (let i = 0; i < count; i++) {
    const input = new Float32Array(CONTEXT + WINDOW);
    const from = i * WINDOW - CONTEXT;
    input.set(samples.subarray(Math.max(0, from), Math.min(samples.length, from + input.length)), Math.max(0, -from));
    const output = await model({ input: new Tensor('float32', input, [1, input.length]), state, sr });
    likelihood[i] = output.output.data[0];
    state = output.stateN;
    if (i % 32 === 0) {
      progress(i / count);
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  return likelihood;
}

/**
 * Speech begins where the likelihood passes one half and ends where it stays well below for a while:
 * two thresholds, so that a soft syllable does not cut a sentence in two.
 * @param {Float32Array} likelihood
 * @param {number} length samples
 */
function segmentsOf(likelihood, length) {
  const seconds = (/** @type {number} */ window) => (window * WINDOW) / RATE;
  const segments = [];
  let start = -1;
  let quietSince = -1;
  for (let i = 0; i <= likelihood.length; i++) {
    const value = i < likelihood.length ? likelihood[i] : 0;
    if (value >= 0.5) {
      if (start < 0) start = i;
      quietSince = -1;
    } else if (start >= 0 && value < 0.35) {
      if (quietSince < 0) quietSince = i;
      if (seconds(i - quietSince) >= 0.3 || i === likelihood.length) {
        if (seconds(quietSince - start) >= 0.25) segments.push({ start: seconds(start), end: Math.min(seconds(quietSince), length / RATE) });
        start = quietSince = -1;
      }
    }
  }
  return segments;
}

/**
 * @param {HTMLElement} place
 * @param {Awaited<ReturnType<typeof compute>>} found
 * @param {any} site
 */
export function show(place, { samples, likelihood, segments }, site) {
  place.innerHTML = `<canvas height="220" aria-label="The sound's waveform; speech is marked"></canvas>
    <p class="legend"><span><i class="found"></i>speech, as the model hears it</span>
      <span><i class="truth"></i>where the sentences were really put</span></p>
    <ul class="chips"></ul><audio controls src="/input"></audio>`;
  const total = samples.length / RATE;
  const spoken = segments.reduce((sum, { start, end }) => sum + end - start, 0);
  const chips = segments.map(({ start, end }) => `${formatSeconds(start)} – ${formatSeconds(end)}`);
  chips.push(site.second ? `${formatSeconds(total)} cut down to ${formatSeconds(spoken)}` : `${formatSeconds(spoken)} of ${formatSeconds(total)} is speech`);
  place.querySelector('.chips').append(...chips.map((text) => Object.assign(document.createElement('li'), { textContent: text })));
  const canvas = place.querySelector('canvas');
  const draw = () => drawWave(canvas, samples, likelihood, segments, site.truth);
  draw();
  new ResizeObserver(draw).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
}

/** @param {HTMLCanvasElement} canvas @param {Float32Array} samples @param {Float32Array} likelihood @param {any[]} segments @param {any[]} truth */
function drawWave(canvas, samples, likelihood, segments, truth) {
  const scale = devicePixelRatio;
  const width = Math.max(200, canvas.clientWidth);
  const height = 220;
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.height = `${height}px`;
  // A probe: canvas takes no CSS functions, so the browser resolves the theme's colours first.
  const colour = (/** @type {string} */ name) => {
    canvas.style.color = `var(${name})`;
    return getComputedStyle(canvas).color;
  };
  const [accent, soft, line, ink, store] = ['--accent', '--accent-soft', '--line', '--ink-soft', '--store'].map(colour);
  const legend = canvas.nextElementSibling;
  legend.querySelector('.found').style.background = accent;
  legend.querySelector('.truth').style.background = store;

  const pen = canvas.getContext('2d');
  pen.scale(scale, scale);
  const total = samples.length / RATE;
  const x = (/** @type {number} */ seconds) => (seconds / total) * width;
  const middle = 100;

  for (const { start, end } of segments) {
    pen.fillStyle = soft;
    pen.beginPath();
    pen.roundRect(x(start), 4, x(end) - x(start), 192, 8);
    pen.fill();
  }
  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0.01);
  for (let column = 0; column < width; column += 3) {
    const from = Math.floor((column / width) * samples.length);
    const to = Math.floor(((column + 3) / width) * samples.length);
    let loudest = 0;
    for (let i = from; i < to; i++) loudest = Math.max(loudest, Math.abs(samples[i]));
    const second = (column / width) * total;
    pen.fillStyle = segments.some(({ start, end }) => second >= start && second <= end) ? accent : line;
    const tall = Math.max(2, (loudest / peak) * 150);
    pen.fillRect(column, middle - tall / 2, 2, tall);
  }
  pen.strokeStyle = ink;
  pen.globalAlpha = 0.55;
  pen.beginPath();
  likelihood.forEach((value, i) => pen.lineTo(x((i * WINDOW) / RATE), 190 - value * 180));
  pen.stroke();
  pen.globalAlpha = 1;
  pen.fillStyle = store;
  for (const { start, end } of truth) pen.fillRect(x(start), 202, x(end) - x(start), 5);
  pen.fillStyle = ink;
  pen.font = '11px system-ui, sans-serif';
  for (let second = 0; second <= total; second++) pen.fillText(`${second} s`, Math.min(x(second), width - 18), 219);
}

/** What the runner is told. @param {Awaited<ReturnType<typeof compute>>} found */
export const report = ({ segments, computeTime }) => ({ segments, computeTime });
