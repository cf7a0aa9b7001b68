/**
 * A small model hub: `/{repo}/resolve/{revision}/{file}` has the bytes and `/{repo}/raw/{revision}/{file}`
 * the pointer text, from which a client learns a large file's hash without downloading the file.
 */
import { stat } from 'node:fs/promises';
import { allowCors, sendFile, sendText } from '../../scripts/lib/https-server.mjs';
import { sha256File } from '../../scripts/lib/packages.mjs';

/**
 * @typedef {object} HubFile
 * @property {string} repo `demo/silero-vad`
 * @property {string} revision
 * @property {string} path path in the repository
 * @property {string} label for people
 * @property {'model' | 'runtime'} kind
 * @property {string} file where the bytes are
 * @property {number} size
 * @property {string} sha256
 */

/**
 * @param {Omit<HubFile, 'size' | 'sha256'>} file
 * @returns {Promise<HubFile>}
 */
export async function hubFile(file) {
  const [{ size }, sha256] = await Promise.all([stat(file.file), sha256File(file.file)]);
  return { ...file, size, sha256 };
}

/** @param {HubFile} file @param {'resolve' | 'raw'} door */
export const hubPath = (file, door = 'resolve') => `/${file.repo}/${door}/${file.revision}/${file.path}`;

/** @param {HubFile} file */
const pointer = (file) =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${file.sha256}\nsize ${file.size}\n`;

/**
 * @param {HubFile[]} files
 * @returns {import('../../scripts/lib/https-server.mjs').Handler}
 */
export function hubHandler(files) {
  const bytes = new Map(files.map((file) => [hubPath(file), file]));
  const pointers = new Map(files.map((file) => [hubPath(file, 'raw'), file]));
  return async (req, res, url) => {
    if (allowCors(req, res)) return;
    // Cacheable, as on a real hub: what the second site saves is not owed to a cache switched off.
    const headers = { 'cache-control': 'public, max-age=3600', 'timing-allow-origin': '*' };
    const path = decodeURIComponent(url.pathname);
    const file = bytes.get(path);
    if (file) return sendFile(req, res, file.file, { headers: { ...headers, etag: `"${file.sha256}"` } });
    const pointed = pointers.get(path);
    if (pointed) return sendText(res, pointer(pointed), headers);
  };
}
