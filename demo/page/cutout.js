/** Cuts the subject out of a picture with ISNet, and shows it. */
import { modelProgress } from './engine.js';

// The model sees every picture as a square of this many pixels.
const SIDE = 1024;

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
 */
export async function compute({ Tensor }, model) {
  const picture = await createImageBitmap(await (await fetch('/input')).blob());
  const began = performance.now();
  const input = new Tensor('float32', planes(picture), [1, 3, SIDE, SIDE]);
  const { inputNames, outputNames } = model.sessions.model;
  const output = await model({ [inputNames[0]]: input });
  const mask = Uint8ClampedArray.from(output[outputNames[0]].data, (value) => Number(value) * 255);
  return { picture, mask, computeTime: performance.now() - began, ...(await measure(mask)) };
}

/** Colour planes, each value about −0.5 … 0.5, as the model was trained. @param {ImageBitmap} picture */
function planes(picture) {
  const pen = new OffscreenCanvas(SIDE, SIDE).getContext('2d');
  pen.drawImage(picture, 0, 0, SIDE, SIDE);
  const { data } = pen.getImageData(0, 0, SIDE, SIDE);
  const size = SIDE * SIDE;
  const values = new Float32Array(3 * size);
  for (let i = 0; i < size; i++) {
    for (let channel = 0; channel < 3; channel++) values[channel * size + i] = (data[4 * i + channel] - 128) / 256;
  }
  return values;
}

/**
 * A few facts about the mask by which the runner can tell whether it is right: the subject's share
 * of the picture, a coarse grid of where it is, and a hash.
 * @param {Uint8ClampedArray} mask
 */
async function measure(mask) {
  const share = mask.reduce((sum, value) => sum + value, 0) / 255 / mask.length;
  const grid = Array.from({ length: 8 }, (_, row) => Array.from({ length: 8 }, (_, column) =>
    mask[Math.floor((row + 0.5) * SIDE / 8) * SIDE + Math.floor((column + 0.5) * SIDE / 8)] / 255));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', mask));
  return { share, grid, digest: [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
}

/**
 * @param {HTMLElement} place
 * @param {Awaited<ReturnType<typeof compute>>} found
 * @param {any} site
 */
export function show(place, { picture, mask }, site) {
  place.innerHTML = `<div class="pictures">
    <figure><canvas class="whole"></canvas><figcaption></figcaption></figure>
    <figure><canvas class="cut"></canvas><figcaption>The subject alone, on nothing</figcaption></figure></div>`;
  place.querySelector('figcaption').textContent = site.credit;
  const { width, height } = picture;

  const whole = place.querySelector('.whole');
  Object.assign(whole, { width, height });
  whole.getContext('2d').drawImage(picture, 0, 0);

  const alpha = new OffscreenCanvas(SIDE, SIDE);
  const pixels = new ImageData(SIDE, SIDE);
  mask.forEach((value, i) => { pixels.data[4 * i + 3] = value; });
  alpha.getContext('2d').putImageData(pixels, 0, 0);

  const cut = place.querySelector('.cut');
  Object.assign(cut, { width, height });
  const pen = cut.getContext('2d');
  pen.drawImage(alpha, 0, 0, width, height);
  pen.globalCompositeOperation = 'source-in';
  pen.drawImage(picture, 0, 0);
}

/** What the runner is told. @param {Awaited<ReturnType<typeof compute>>} found */
export const report = ({ share, grid, digest, computeTime }) => ({ share, grid, digest, computeTime });
