/**
 * A model hub in the layout of the great ones: `/{repo}/resolve/{revision}/{file}` has the bytes, and
 * `/{repo}/raw/{revision}/{file}` a large file's pointer text, from which clients learn its hash, or a small file itself.
 * Nothing may be cached, so that what is not downloaded can only have come from the store.
 */
import { createHash } from 'node:crypto';
import { allowCors, sendBytes, sendText } from '../../../scripts/lib/https-server.mjs';

/**
 * @typedef {object} HubFile
 * @property {string} repo
 * @property {string} path
 * @property {Uint8Array} bytes
 * @property {boolean} large whether the hub has a pointer text for it
 */

export const HUB = 'hub.test';
const REVISION = 'main';

/** @param {HubFile} file @param {'resolve' | 'raw'} [door] */
export const hubPath = ({ repo, path }, door = 'resolve') => `/${repo}/${door}/${REVISION}/${path}`;

/** @param {HubFile} file */
function pointer({ bytes }) {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${bytes.length}\n`;
}

/**
 * @param {HubFile[]} files
 * @returns {import('../../../scripts/lib/https-server.mjs').Handler}
 */
export function hubHandler(files) {
  return (req, res, url) => {
    if (allowCors(req, res)) return undefined;
    const fresh = { 'cache-control': 'no-store' };
    const pointed = files.find((file) => file.large && hubPath(file, 'raw') === url.pathname);
    if (pointed) return sendText(res, pointer(pointed), fresh);
    const file = files.find((each) => [hubPath(each), hubPath(each, 'raw')].includes(url.pathname));
    return file && sendBytes(res, 200, 'application/octet-stream', file.bytes, fresh);
  };
}
