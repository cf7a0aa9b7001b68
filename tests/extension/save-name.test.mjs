/** What files are called that their user saves to disk. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saveName } from '../../extension/ui/settings/save-name.js';

const hash = { value: '0123456789abcdef'.repeat(4) };
/** @param {string} name @param {string} [kind] @param {string} [start] */
const named = (name, kind = 'other', start = '') => saveName({ name, kind, hash }, Buffer.from(start, 'latin1'));

test('a listed file keeps its own name', () => {
  assert.equal(named('https://huggingface.co/onnx-community/whisper-base/resolve/main/onnx/model.onnx'), 'model.onnx');
  assert.equal(named('jquery@3.7.1 dist/jquery.min.js'), 'jquery.min.js');
  assert.equal(named('sql.js@1.13.0 sql-wasm.wasm'), 'sql-wasm.wasm');
  assert.equal(named('https://cdn.example/a/font.woff2?v=7#x'), 'font.woff2');
});

test('a file without a name is called by its hash, with the ending of what it is', () => {
  assert.equal(named('', 'image', '\x89PNG\r\n'), '0123456789ab.png');
  assert.equal(named('', 'image', 'RIFF\0\0\0\0WEBPVP8 '), '0123456789ab.webp');
  assert.equal(named('', 'wasm', '\0asm\x01'), '0123456789ab.wasm');
  assert.equal(named('', 'text', 'hello'), '0123456789ab.txt');
  assert.equal(named(''), '0123456789ab.bin');
  assert.equal(named('https://cdn.example/models/weights', 'model', 'GGUF'), 'weights.gguf');
});

test('no name leads out of the directory, or hides', () => {
  assert.equal(named('https://cdn.example/..', 'text'), '0123456789ab.txt');
  assert.equal(named('https://cdn.example/.htaccess', 'text'), 'htaccess.txt');
  assert.equal(named('..\\..\\evil.exe'), 'evil.exe');
  assert.equal(named('https://cdn.example/a\u202egpj.exe'), 'a_gpj.exe');
  assert.equal(named('https://cdn.example/a:b|c.js'), 'a_b_c.js');
});
