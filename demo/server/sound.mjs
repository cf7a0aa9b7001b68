/**
 * A sound whose truth is known: silence, a spoken sentence, silence, another sentence, silence.
 * espeak-ng speaks; where it speaks is known because the pieces are put together here.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const SAMPLE_RATE = 16_000;

/** @typedef {{start: number, end: number}} Span seconds */

/**
 * @param {string} text
 * @param {string} voice
 * @returns {Promise<Float32Array>} speech at 16 kHz without the silence around it
 */
async function speak(text, voice) {
  const dir = await mkdtemp(join(tmpdir(), 'cos-speech-'));
  try {
    const file = join(dir, 'speech.wav');
    await run('espeak-ng', ['-v', voice, '-s', '150', '-w', file, text]);
    const { rate, samples } = parseWav(await readFile(file));
    return trimmed(resample(samples, rate, SAMPLE_RATE));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
    throw new Error('espeak-ng is missing; it speaks the sound that the demo listens to (Debian: apt-get install espeak-ng).');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * @param {Buffer} wav 16-bit mono
 * @returns {{rate: number, samples: Float32Array}}
 */
function parseWav(wav) {
  const rate = wav.readUInt32LE(24);
  const data = wav.indexOf('data', 12, 'latin1') + 8;
  const count = Math.floor((wav.length - data) / 2);
  const samples = new Float32Array(count);
  for (let i = 0; i < count; i++) samples[i] = wav.readInt16LE(data + 2 * i) / 32768;
  return { rate, samples };
}

/**
 * Windowed-sinc resampling: plain interpolation would fold the high frequencies of speech back into
 * the band that the model listens to.
 * @param {Float32Array} samples
 * @param {number} from
 * @param {number} to
 */
function resample(samples, from, to) {
  const step = from / to;
  const cutoff = Math.min(1, to / from) * 0.95;
  const reach = 24;
  const out = new Float32Array(Math.floor(samples.length / step));
  for (let i = 0; i < out.length; i++) {
    const centre = i * step;
    let sum = 0;
    for (let j = Math.ceil(centre - reach); j <= centre + reach; j++) {
      const distance = j - centre;
      const x = Math.PI * distance * cutoff;
      const sinc = x === 0 ? 1 : Math.sin(x) / x;
      const hann = 0.5 + 0.5 * Math.cos((Math.PI * distance) / reach);
      sum += (samples[j] ?? 0) * sinc * hann * cutoff;
    }
    out[i] = sum;
  }
  return out;
}

/** @param {Float32Array} samples */
function trimmed(samples) {
  const loud = (/** @type {number} */ value) => Math.abs(value) > 0.01;
  const start = samples.findIndex(loud);
  const end = samples.findLastIndex(loud) + 1;
  if (start < 0) throw new Error('espeak-ng made no sound.');
  return samples.subarray(start, end);
}

/**
 * @param {{voice: string, sentences: string[], pauses: number[]}} script one pause more than sentences
 * @returns {Promise<{wav: Buffer, seconds: number, truth: Span[]}>}
 */
export async function makeSound({ voice, sentences, pauses }) {
  const spoken = await Promise.all(sentences.map((sentence) => speak(sentence, voice)));
  const silence = pauses.map((seconds) => Math.round(seconds * SAMPLE_RATE));
  const length = [...spoken.map((part) => part.length), ...silence].reduce((a, b) => a + b, 0);
  const sound = new Float32Array(length);

  /** @type {Span[]} */
  const truth = [];
  let at = 0;
  spoken.forEach((part, index) => {
    at += silence[index];
    sound.set(part, at);
    truth.push({ start: at / SAMPLE_RATE, end: (at + part.length) / SAMPLE_RATE });
    at += part.length;
  });
  return { wav: encodeWav(withRoomNoise(sound)), seconds: length / SAMPLE_RATE, truth };
}

/** Digital silence is too easy: a faint hiss, the same in every run. @param {Float32Array} sound */
function withRoomNoise(sound) {
  let state = 12345;
  return sound.map((value) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return value * 0.8 + (state / 2 ** 32 - 0.5) * 0.002;
  });
}

/** @param {Float32Array} samples */
function encodeWav(samples) {
  const wav = Buffer.alloc(44 + samples.length * 2);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(36 + samples.length * 2, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(SAMPLE_RATE, 24);
  wav.writeUInt32LE(SAMPLE_RATE * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((value, i) => wav.writeInt16LE(Math.round(Math.max(-1, Math.min(1, value)) * 32767), 44 + 2 * i));
  return wav;
}

/**
 * Whether found segments are the spoken ones: as many, and each edge near enough. A model that
 * works in steps of 32 ms and pads its segments cannot be exact.
 * @param {Span[]} found
 * @param {Span[]} truth
 * @param {number} [tolerance] seconds
 * @returns {string[]} what is wrong; empty when all is right
 */
export function checkSegments(found, truth, tolerance = 0.3) {
  if (found.length !== truth.length) return [`found ${found.length} stretches of speech, the sound has ${truth.length}`];
  return found.flatMap(({ start, end }, i) => {
    const off = Math.max(Math.abs(start - truth[i].start), Math.abs(end - truth[i].end));
    return off <= tolerance ? [] : [`stretch ${i + 1} is off by ${off.toFixed(2)} s`];
  });
}
