/**
 * @file Handles that survive structured clone. A carrier is a genuine FileSystemFileHandle of the
 * page's own file system whose path says what it stands for:
 *
 *     .cos-<r: found, c: created>-<the background's id of the handle>/<hash value>
 *
 * Its file is removed as soon as the handle is there: a handle is a path, and clones, compares and
 * resolves without a file. So nothing is left to be listed, and a realm without this script gets
 * NotFoundError from it, never wrong bytes. A page may make such a path itself; it gains nothing,
 * because the background alone knows what an id stands for, and asks the normal rules for any other.
 * What a document leaves that ends in the middle, a later one has removed (background/left-carriers.js).
 * May be imported by handles.js only.
 */

import { ALGORITHMS } from '../carrier-name.js';
import { getDirectoryHandle, getFileHandle, getRoot, removeEntry, resolvePath } from '../file-primordials.js';
import { promiseThen, slice } from '../primordials.js';
import { isLowercaseHex } from '../validation.js';

/** @typedef {import('../../shared/wire.js').Hash} Hash */
/** @typedef {{id: string, hash: Hash, created: boolean}} Carried */

const PREFIX = '.cos-';
const ID_DIGITS = 32;
/** Another document may take a directory without a file for one that was left. */
const ATTEMPTS = 5;
const DIRECTORY_LENGTH = PREFIX.length + 2 + ID_DIGITS;

/**
 * @param {any} path what resolve() said: a fresh array, or null
 * @returns {Carried | undefined}
 */
function parsePath(path) {
  if (path === null || path.length !== 2) return undefined;
  const directory = /** @type {string} */ (path[0]);
  const value = /** @type {string} */ (path[1]);
  const algorithm = ALGORITHMS[value.length];
  if (algorithm === undefined || directory.length !== DIRECTORY_LENGTH || slice(directory, 0, PREFIX.length) !== PREFIX) {
    return undefined;
  }
  const kind = directory[PREFIX.length];
  const id = slice(directory, PREFIX.length + 2);
  if ((kind !== 'r' && kind !== 'c') || directory[PREFIX.length + 1] !== '-' || !isLowercaseHex(id)) return undefined;
  return { id, hash: { algorithm, value }, created: kind === 'c' };
}

export function createCarriers() {
  const create = /** @type {any} */ ({ __proto__: null, create: true });
  const recursive = /** @type {any} */ ({ __proto__: null, recursive: true });
  /** @type {Promise<FileSystemDirectoryHandle> | undefined} */
  let root;

  /** @param {(root: FileSystemDirectoryHandle) => void} use @param {() => void} fail */
  function withRoot(use, fail) {
    try {
      root ??= getRoot();
      promiseThen(root, use, fail);
    } catch {
      fail();
    }
  }

  /**
   * @param {FileSystemDirectoryHandle} parent
   * @param {string} name
   * @param {string} file
   * @param {number} attempts
   * @param {(handle: FileSystemFileHandle | undefined) => void} done undefined when all have failed
   */
  function makeIn(parent, name, file, attempts, done) {
    const fail = () => done(undefined);
    const withDirectory = (/** @type {FileSystemDirectoryHandle} */ directory) => {
      const remove = (/** @type {() => void} */ then) => promiseThen(removeEntry(parent, name, recursive), then, then);
      promiseThen(
        getFileHandle(directory, file, create),
        // Not before it is gone: a realm without this script would read an empty file.
        (/** @type {FileSystemFileHandle} */ handle) => remove(() => done(handle)),
        () => remove(attempts > 1 ? () => makeIn(parent, name, file, attempts - 1, done) : fail),
      );
    };
    promiseThen(getDirectoryHandle(parent, name, create), withDirectory, fail);
  }

  return {
    /**
     * @param {Carried} carried
     * @param {(handle: FileSystemFileHandle | undefined) => void} done undefined where there is no file system
     */
    make({ id, hash, created }, done) {
      const name = `${PREFIX}${created ? 'c' : 'r'}-${id}`;
      withRoot((parent) => makeIn(parent, name, hash.value, ATTEMPTS, done), () => done(undefined));
    },

    /** @param {FileSystemHandle} handle @param {(carried: Carried | undefined) => void} done */
    recognise(handle, done) {
      const isStranger = () => done(undefined);
      withRoot((parent) => {
        promiseThen(resolvePath(parent, handle), (/** @type {string[] | null} */ path) => done(parsePath(path)), isStranger);
      }, isStranger);
    },
  };
}
