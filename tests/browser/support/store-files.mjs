/** A look at the store's directory and a profile's from the outside. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** @typedef {import('./bytes.mjs').Hash} Hash */

/** @param {string} dir @returns {string[]} paths of everything that is no directory; files may vanish meanwhile */
function filesBelow(dir) {
  /** @type {string[]} */
  const found = [];
  const pending = [dir];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    let names;
    try {
      names = readdirSync(current, { withFileTypes: true });
    } catch {
      continue;
    }
    for (const entry of names) (entry.isDirectory() ? pending : found).push(join(current, entry.name));
  }
  return found.sort();
}

/** @param {string} storeDir @param {Hash} hash */
export function blobPath(storeDir, { algorithm, value }) {
  return join(storeDir, 'blobs', algorithm, value.slice(0, 2), value);
}

/** @param {string} file @returns {boolean} */
export const exists = (file) => statSync(file, { throwIfNoEntry: false }) !== undefined;

/** @param {string} file how many names the file has */
export const linkCount = (file) => statSync(file).nlink;

/** @param {string} storeDir @returns {string[]} unfinished writes */
export function incoming(storeDir) {
  return filesBelow(join(storeDir, 'incoming'));
}

/** @param {string} dir @param {number} inode @returns {string[]} names of that file below a directory */
export function namesOf(dir, inode) {
  return filesBelow(dir).filter((file) => lstatSync(file, { throwIfNoEntry: false })?.ino === inode);
}

/**
 * Everything in a directory: names, sizes, times and contents.
 * @param {string} dir
 * @returns {Record<string, string>}
 */
export function snapshot(dir) {
  return Object.fromEntries(filesBelow(dir).map((file) => {
    const { size, mtimeMs, ino, nlink, mode } = lstatSync(file);
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    return [relative(dir, file), `${size} bytes, ${sha256}, ${mtimeMs}, inode ${ino}, ${nlink} links, mode ${mode}`];
  }));
}
