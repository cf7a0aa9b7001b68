/**
 * @file Moves bytes over the host's loopback server. May be imported by background/bytes.js only.
 * The token never leaves the service worker, and a ticket is good for one operation.
 */

import { HostError } from './host-errors.js';

/** @typedef {import('./host-hello.js').Session} Session */

/** Holds the last allocation of `noteWeight`, so that it is not optimised away. */
const weight = { bytes: new ArrayBuffer(0) };

/**
 * A Blob's bytes live in the browser process, and the service worker's garbage collector sees a few bytes of
 * wrapper: chunks of a large write then pile up there, until Chromium's first 500 MB of blob space are full and
 * the next request fails. Memory that is allocated and never touched costs nothing and is counted.
 * @param {number} bytes
 */
function noteWeight(bytes) {
  weight.bytes = new ArrayBuffer(Math.min(bytes, 64 << 20));
}

/** @param {Session} session @param {string} method @param {string} path @param {Blob} [body] */
function request({ port, token }, method, path, body) {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    body,
    headers: { Authorization: `Bearer ${token}` },
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
  });
}

/**
 * @param {Session} session
 * @param {string} ticket
 * @param {number} size
 * @returns {Promise<Blob>}
 */
export async function readBytes(session, ticket, size) {
  noteWeight(size);
  const response = await request(session, 'POST', `/read/${ticket}`);
  if (response.status === 404) throw new HostError({ name: 'NotFoundError' });
  if (response.status !== 200) throw new HostError({ message: `Reading failed with status ${response.status}.` });
  const blob = await response.blob();
  if (blob.size !== size) throw new HostError({ message: 'Reading ended early.' });
  return blob;
}

/**
 * @param {Session} session
 * @param {string} ticket
 * @param {number} position
 * @param {Blob} data
 */
export async function writeBytes(session, ticket, position, data) {
  noteWeight(data.size);
  const response = await request(session, 'PUT', `/write/${ticket}?position=${position}`, data);
  if (response.status === 204) return;
  throw new HostError(await response.json().catch(() => ({ message: `Writing failed with status ${response.status}.` })));
}
