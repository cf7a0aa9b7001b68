/**
 * A small language model of the Llama architecture in a GGUF file, made from nothing: its weights are noise, so it
 * talks nonsense, but the same nonsense every time, and llama.cpp loads it like any other.
 *
 * Its tokens are bytes. It says small letters only, or its answers would be no UTF-8.
 */
import { createHash } from 'node:crypto';

const LAYERS = 4;
const WIDTH = 256;
const HEADS = 4;
const FORWARD = 512;
const CONTEXT = 256;
const ALIGNMENT = 32;
/** Beside its bytes the model knows no word: unknown, begin and end. */
const SPECIAL = ['<unk>', '<s>', '</s>'];
const VOCABULARY = SPECIAL.length + 256;
const FIRST_LETTER = SPECIAL.length + 'a'.charCodeAt(0);
const LAST_LETTER = SPECIAL.length + 'z'.charCodeAt(0);

/** GGUF's numbers for types of values; F32 is also the type of every tensor. */
const UINT32 = 4;
const INT32 = 5;
const FLOAT32 = 6;
const STRING = 8;
const ARRAY = 9;
const F32 = 0;

/** The tokenizer's numbers for kinds of tokens. */
const UNKNOWN_TOKEN = 2;
const CONTROL_TOKEN = 3;
const BYTE_TOKEN = 6;

class Bytes {
  /** @type {Buffer[]} */
  #parts = [];
  length = 0;

  /** @param {Buffer} part */
  raw(part) {
    this.#parts.push(part);
    this.length += part.length;
    return this;
  }

  /** @param {number} value */
  uint32(value) {
    const part = Buffer.alloc(4);
    part.writeUInt32LE(value);
    return this.raw(part);
  }

  /** @param {number} value */
  uint64(value) {
    const part = Buffer.alloc(8);
    part.writeBigUInt64LE(BigInt(value));
    return this.raw(part);
  }

  /** @param {number} value */
  float32(value) {
    const part = Buffer.alloc(4);
    part.writeFloatLE(value);
    return this.raw(part);
  }

  /** @param {string} text */
  string(text) {
    const part = Buffer.from(text);
    return this.uint64(part.length).raw(part);
  }

  align() {
    return this.raw(Buffer.alloc((ALIGNMENT - (this.length % ALIGNMENT)) % ALIGNMENT));
  }

  join() {
    return Buffer.concat(this.#parts);
  }
}

/** @param {Bytes} out @param {number} type @param {any} value */
function writeValue(out, type, value) {
  if (type === STRING) out.string(value);
  else if (type === FLOAT32) out.float32(value);
  else out.uint32(value);
}

/** @returns {[key: string, type: number, value: any][]} an array's value is a pair of its members' type and its members */
function metadata() {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const kinds = [UNKNOWN_TOKEN, CONTROL_TOKEN, CONTROL_TOKEN, ...bytes.map(() => BYTE_TOKEN)];
  return [
    ['general.architecture', STRING, 'llama'],
    ['general.name', STRING, 'cos test model'],
    ['general.alignment', UINT32, ALIGNMENT],
    ['llama.context_length', UINT32, CONTEXT],
    ['llama.embedding_length', UINT32, WIDTH],
    ['llama.block_count', UINT32, LAYERS],
    ['llama.feed_forward_length', UINT32, FORWARD],
    ['llama.attention.head_count', UINT32, HEADS],
    ['llama.attention.head_count_kv', UINT32, HEADS],
    ['llama.attention.layer_norm_rms_epsilon', FLOAT32, 1e-5],
    ['llama.rope.dimension_count', UINT32, WIDTH / HEADS],
    ['llama.vocab_size', UINT32, VOCABULARY],
    ['tokenizer.ggml.model', STRING, 'llama'],
    ['tokenizer.ggml.tokens', ARRAY, [STRING, [...SPECIAL, ...bytes]]],
    ['tokenizer.ggml.scores', ARRAY, [FLOAT32, kinds.map(() => 0)]],
    ['tokenizer.ggml.token_type', ARRAY, [INT32, kinds]],
    ['tokenizer.ggml.unknown_token_id', UINT32, 0],
    ['tokenizer.ggml.bos_token_id', UINT32, 1],
    ['tokenizer.ggml.eos_token_id', UINT32, 2],
  ];
}

/** @returns {[name: string, shape: number[]][]} fastest dimension first, as GGUF has it */
function tensors() {
  const layers = Array.from({ length: LAYERS }, (_, layer) => /** @type {[string, number[]][]} */ ([
    ['attn_norm', [WIDTH]], ['attn_q', [WIDTH, WIDTH]], ['attn_k', [WIDTH, WIDTH]], ['attn_v', [WIDTH, WIDTH]],
    ['attn_output', [WIDTH, WIDTH]], ['ffn_norm', [WIDTH]], ['ffn_gate', [WIDTH, FORWARD]], ['ffn_up', [WIDTH, FORWARD]],
    ['ffn_down', [FORWARD, WIDTH]],
  ].map(([name, shape]) => [`blk.${layer}.${name}.weight`, shape])));
  return [
    ['token_embd.weight', [WIDTH, VOCABULARY]], ...layers.flat(), ['output_norm.weight', [WIDTH]], ['output.weight', [WIDTH, VOCABULARY]],
  ];
}

/** @param {string} name @param {number[]} shape @returns {Buffer} */
function weights(name, shape) {
  const count = shape.reduce((product, length) => product * length, 1);
  const values = new Float32Array(count);
  if (shape.length === 1) {
    values.fill(1);
  } else {
    const noise = createHash('shake256', { outputLength: 2 * count }).update(name).digest();
    const scale = 1 / 32768 / Math.sqrt(shape[0]);
    for (let index = 0; index < count; index += 1) values[index] = noise.readInt16LE(2 * index) * scale;
  }
  if (name === 'output.weight') {
    // Some letter is always likelier than what has no weight at all.
    values.fill(0, 0, WIDTH * FIRST_LETTER);
    values.fill(0, WIDTH * (LAST_LETTER + 1));
  }
  return Buffer.from(values.buffer);
}

/** @returns {Buffer} the file, byte for byte the same every time */
export function makeTinyLlama() {
  const out = new Bytes();
  const keys = metadata();
  const all = tensors().map(([name, shape]) => ({ name, shape, data: weights(name, shape) }));
  out.raw(Buffer.from('GGUF')).uint32(3).uint64(all.length).uint64(keys.length);
  for (const [key, type, value] of keys) {
    out.string(key).uint32(type);
    if (type === ARRAY) {
      const [kind, members] = value;
      out.uint32(kind).uint64(members.length);
      for (const member of members) writeValue(out, kind, member);
    } else {
      writeValue(out, type, value);
    }
  }
  let offset = 0;
  for (const { name, shape, data } of all) {
    out.string(name).uint32(shape.length);
    for (const length of shape) out.uint64(length);
    out.uint32(F32).uint64(offset);
    offset += data.length + ((ALIGNMENT - (data.length % ALIGNMENT)) % ALIGNMENT);
  }
  out.align();
  for (const { data } of all) out.raw(data).align();
  return out.join();
}
