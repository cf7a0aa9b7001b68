/** @file Names of files: reading them, and computing SHA-256 while the bytes pass. */

/** @typedef {{algorithm: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512', value: string}} Hash */

/** @type {Record<string, number | undefined>} hexadecimal digits of each digest */
const LENGTHS = { 'SHA-1': 40, 'SHA-256': 64, 'SHA-384': 96, 'SHA-512': 128 };

/** @param {Iterable<number>} bytes */
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** @param {string} text @returns {{algorithm: string, value: string}} */
function fromText(text) {
  const integrity = /^\s*sha(256|384|512)-([A-Za-z0-9+/_-]+={0,2})(?:\?\S*)?\s*$/.exec(text);
  if (!integrity) return { algorithm: 'SHA-256', value: text };
  // Integrity strings may be written with either alphabet of base64.
  const binary = atob(integrity[2].replaceAll('-', '+').replaceAll('_', '/'));
  return { algorithm: `SHA-${integrity[1]}`, value: toHex(Array.from(binary, (character) => character.charCodeAt(0))) };
}

/**
 * @param {import('./cos-fetch.d.ts').FileHash} given
 * @returns {Hash}
 */
export function parseHash(given) {
  let hash;
  try {
    hash = typeof given === 'string' ? fromText(given) : given;
  } catch {
    // Not base64.
  }
  const algorithm = String(hash?.algorithm).toUpperCase();
  const value = String(hash?.value).toLowerCase();
  if (value.length === LENGTHS[algorithm] && /^[0-9a-f]+$/.test(value)) return /** @type {Hash} */ ({ algorithm, value });
  throw new TypeError(`This is no hash of a file: ${typeof given === 'string' ? given : JSON.stringify(given)}`);
}

const INITIAL = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

const ROUNDS = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
  0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
  0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
  0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
  0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
  0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2);

/** @param {number} word @param {number} bits */
const rotate = (word, bits) => (word >>> bits) | (word << (32 - bits));

/**
 * SHA-256 of bytes that come in pieces (FIPS 180-4). The Web Crypto API takes a whole file at once only, which would
 * have to fit into memory, and does not exist in insecure contexts.
 */
class Sha256 {
  #state = Int32Array.from(INITIAL);
  #words = new Int32Array(64);
  #rest = new Uint8Array(64);
  #length = 0;

  /** @param {Uint8Array} bytes */
  update(bytes) {
    let filled = this.#length % 64;
    let taken = 0;
    this.#length += bytes.length;
    if (filled + bytes.length >= 64) {
      taken = 64 - filled;
      this.#rest.set(bytes.subarray(0, taken), filled);
      this.#compress(this.#rest, 0);
      for (; taken + 64 <= bytes.length; taken += 64) this.#compress(bytes, taken);
      filled = 0;
    }
    this.#rest.set(bytes.subarray(taken), filled);
  }

  /** Ends the computation. @returns {Promise<string>} */
  async digest() {
    const length = this.#length;
    const padding = new Uint8Array(((119 - (length % 64)) % 64) + 9);
    padding[0] = 0x80;
    new DataView(padding.buffer).setBigUint64(padding.length - 8, BigInt(length) * 8n);
    this.update(padding);
    return Array.from(this.#state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  /** @param {Uint8Array} bytes @param {number} start */
  #compress(bytes, start) {
    const words = this.#words;
    for (let i = 0, at = start; i < 16; i += 1, at += 4) {
      words[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const before15 = words[i - 15];
      const before2 = words[i - 2];
      const low = rotate(before15, 7) ^ rotate(before15, 18) ^ (before15 >>> 3);
      const high = rotate(before2, 17) ^ rotate(before2, 19) ^ (before2 >>> 10);
      words[i] = (words[i - 16] + low + words[i - 7] + high) | 0;
    }
    // A typed array's elements by index: taken apart by its iterator this would be several times slower.
    const state = this.#state;
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let i = 0; i < 64; i += 1) {
      const first = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i]) | 0;
      const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}

/** Any other digest, by the Web Crypto API: the pieces wait in Blobs, which the browser may keep on its disk. */
class WholeDigest {
  /** @type {Blob[]} */
  #pieces = [];

  /** @param {string} algorithm */
  constructor(algorithm) {
    this.algorithm = algorithm;
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  update(bytes) {
    this.#pieces.push(new Blob([bytes]));
  }

  /** @returns {Promise<string>} */
  async digest() {
    const whole = await new Blob(this.#pieces).arrayBuffer();
    return toHex(new Uint8Array(await crypto.subtle.digest(this.algorithm, whole)));
  }
}

/**
 * @param {string} algorithm
 * @returns {{update(bytes: Uint8Array<ArrayBuffer>): void, digest(): Promise<string>}}
 */
export const createDigest = (algorithm) => (algorithm === 'SHA-256' ? new Sha256() : new WholeDigest(algorithm));
