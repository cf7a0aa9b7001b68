/** What the pages of the lab do, attackers and others. The functions given to `evaluate` see nothing of this module. */

/** @typedef {import('./files.mjs').LabFile} LabFile */
/** @typedef {import('playwright-core').Page | import('playwright-core').Frame} Target */

/** What an attacker has seen where a context does not have the API. */
export const NO_API = 'no API';

/** @typedef {'getFileHandle' | 'requestFileHandle' | 'requestFileHandles'} Method */

/**
 * Stores files. Throws when that fails: an attack whose victim has stored nothing proves nothing.
 * @param {Target} target
 * @param {LabFile[]} files
 * @param {string | string[]} [origins] absent: same-site
 */
export async function storeAll(target, files, origins) {
  const failed = (await tryStoreAll(target, files, origins)).filter((outcome) => outcome !== 'stored');
  if (failed.length > 0) throw new Error(`${failed.length} of ${files.length} files were not stored: ${failed[0]}`);
}

/**
 * Stores files, a few at a time.
 * @param {Target} target
 * @param {LabFile[]} files
 * @param {string | string[]} [origins] absent: same-site
 * @returns {Promise<string[]>} for each file the name of the error, or 'stored'
 */
export function tryStoreAll(target, files, origins) {
  return target.evaluate(async ({ wanted, scope }) => {
    /** @param {{word: string, size: number, hash: string}} file */
    const storeOne = async ({ word, size, hash }) => {
      const bytes = new Uint8Array(size);
      bytes.set(new TextEncoder().encode(word));
      try {
        const options = { create: true, ...(scope !== undefined && { origins: scope }) };
        const handle = await /** @type {any} */ (navigator).crossOriginStorage.getFileHandle({ algorithm: 'SHA-256', value: hash }, options);
        const writable = await handle.createWritable();
        await writable.write(bytes);
        await writable.close();
        return 'stored';
      } catch (error) {
        return /** @type {Error} */ (error).name;
      }
    };
    const outcomes = [];
    for (let start = 0; start < wanted.length; start += 4) {
      outcomes.push(...await Promise.all(wanted.slice(start, start + 4).map(storeOne)));
    }
    return outcomes;
  }, { wanted: files, scope: origins });
}

/**
 * Asks for files in their order.
 * @param {Target} target
 * @param {LabFile[]} files
 * @param {Method} [method]
 * @returns {Promise<string[]>} for each file 'hit', or the name of the error
 */
export function lookUp(target, files, method = 'getFileHandle') {
  return target.evaluate(({ hashes, name }) => {
    const storage = /** @type {any} */ (navigator).crossOriginStorage;
    return Promise.all(hashes.map((value) => {
      const hash = { algorithm: 'SHA-256', value };
      return storage[name](name === 'requestFileHandles' ? [hash] : hash).then(() => 'hit', (/** @type {Error} */ error) => error.name);
    }));
  }, { hashes: files.map(({ hash }) => hash), name: method });
}

/**
 * Asks one after the other, and takes the time of each.
 * @param {Target} target cross-origin isolated, for the finer clock
 * @param {LabFile[]} files
 * @param {{read?: boolean, repeats?: number}} [options] `read`: time `getFile()` and the first byte too, when it is a hit
 * @returns {Promise<{outcome: string, times: number[]}[]>} milliseconds, for each file and repetition
 */
export function timeLookUps(target, files, { read = false, repeats = 1 } = {}) {
  return target.evaluate(async ({ hashes, alsoRead, rounds }) => {
    const results = hashes.map(() => ({ outcome: '', times: /** @type {number[]} */ ([]) }));
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, value] of hashes.entries()) {
        const start = performance.now();
        results[index].outcome = await /** @type {any} */ (navigator).crossOriginStorage.getFileHandle({ algorithm: 'SHA-256', value }).then(async (/** @type {any} */ handle) => {
          if (alsoRead) await (await handle.getFile()).slice(0, 1).arrayBuffer();
          return 'hit';
        }, (/** @type {Error} */ error) => error.name);
        results[index].times.push(performance.now() - start);
      }
    }
    return results;
  }, { hashes: files.map(({ hash }) => hash), alsoRead: read, rounds: repeats });
}

/**
 * Writes one file step by step, and takes the time of each step.
 * @param {Target} target cross-origin isolated, for the finer clock
 * @param {LabFile} file
 * @param {string | string[]} [origins]
 * @returns {Promise<{outcome: string, times: number[]}>} milliseconds of create, open, write, close and of all
 */
export function timeWrite(target, file, origins) {
  return target.evaluate(async ({ wanted, scope }) => {
    const bytes = new Uint8Array(wanted.size);
    bytes.set(new TextEncoder().encode(wanted.word));
    const marks = [performance.now()];
    let outcome = 'stored';
    try {
      const options = { create: true, ...(scope !== undefined && { origins: scope }) };
      const handle = await /** @type {any} */ (navigator).crossOriginStorage.getFileHandle({ algorithm: 'SHA-256', value: wanted.hash }, options);
      marks.push(performance.now());
      const writable = await handle.createWritable();
      marks.push(performance.now());
      await writable.write(bytes);
      marks.push(performance.now());
      await writable.close();
      marks.push(performance.now());
    } catch (error) {
      outcome = /** @type {Error} */ (error).name;
      marks.push(performance.now());
    }
    const steps = marks.slice(1).map((mark, index) => mark - marks[index]);
    while (steps.length < 4) steps.push(0);
    return { outcome, times: [...steps, marks[marks.length - 1] - marks[0]] };
  }, { wanted: file, scope: origins });
}

/**
 * Throws at any other error than a miss: an attacker who is refused altogether proves nothing.
 * @param {string[]} outcomes
 * @returns {(0 | 1)[]}
 */
export function hits(outcomes) {
  const strange = outcomes.find((outcome) => !['hit', 'NotFoundError', NO_API].includes(outcome));
  if (strange !== undefined) throw new Error(`A look-up ended with ${strange}.`);
  return outcomes.map((outcome) => (outcome === 'hit' ? 1 : 0));
}

/**
 * Starts to write, and leaves it unfinished until the page goes.
 * @param {Target} target
 * @param {LabFile[]} files
 */
export function beginWrites(target, files) {
  return target.evaluate(async (wanted) => {
    const open = /** @type {unknown[]} */ (/** @type {any} */ (globalThis).unfinished = []);
    for (const { word, size, hash } of wanted) {
      const bytes = new Uint8Array(size);
      bytes.set(new TextEncoder().encode(word));
      const handle = await /** @type {any} */ (navigator).crossOriginStorage.getFileHandle({ algorithm: 'SHA-256', value: hash }, { create: true, origins: '*' });
      const writable = await handle.createWritable();
      await writable.write(bytes);
      open.push(writable);
    }
  }, files);
}

/**
 * Reads files, which keeps a link to each for a while.
 * @param {Target} target
 * @param {LabFile[]} files
 * @returns {Promise<string[]>} for each file 'read', or the name of the error
 */
export function readAll(target, files) {
  return target.evaluate((hashes) => Promise.all(hashes.map(async (value) => {
    try {
      const handle = await /** @type {any} */ (navigator).crossOriginStorage.getFileHandle({ algorithm: 'SHA-256', value });
      await (await handle.getFile()).arrayBuffer();
      return 'read';
    } catch (error) {
      return /** @type {Error} */ (error).name;
    }
  })), files.map(({ hash }) => hash));
}
