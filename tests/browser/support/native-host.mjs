/** A host of the test's own, spoken to as the extension does: for what only somebody with its secrets could try. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { COS } from '../../../scripts/lib/build.mjs';

export class NativeHost {
  #process;
  #received = Buffer.alloc(0);
  /** @type {Map<number, (reply: any) => void>} */
  #waiting = new Map();
  #lastId = 0;

  /** @param {string} storeDir @param {string} extension its origin */
  constructor(storeDir, extension) {
    this.#process = spawn(COS, [`${extension}/`], { env: { ...process.env, COS_HOME: storeDir }, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#process.stdout.on('data', (bytes) => this.#take(bytes));
  }

  /** @param {Buffer} bytes */
  #take(bytes) {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= 4 && this.#received.length >= 4 + this.#received.readUInt32LE()) {
      const end = 4 + this.#received.readUInt32LE();
      const reply = JSON.parse(this.#received.subarray(4, end).toString());
      this.#received = this.#received.subarray(end);
      this.#waiting.get(reply.id)?.(reply);
    }
  }

  /** @param {object} request @returns {Promise<any>} */
  ask(request) {
    this.#lastId += 1;
    const text = Buffer.from(JSON.stringify({ ...request, id: this.#lastId }));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    this.#process.stdin.write(Buffer.concat([length, text]));
    return new Promise((resolve) => this.#waiting.set(this.#lastId, resolve));
  }

  async close() {
    const ended = once(this.#process, 'exit');
    this.#process.stdin.end();
    await ended;
  }
}
