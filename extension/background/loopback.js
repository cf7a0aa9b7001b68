/**
 * @file Moves bytes over the host's loopback server. May be imported by background/bytes.js and transfers.js only.
 * The token never leaves the service worker, and a ticket is good for one operation.
 */

import { HostError } from './host-errors.js';

/** @typedef {import('./host-hello.js').Session} Session */

const PARTS = 3;
const PARTS_FROM = 16 << 20;

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

/** @param {Session} session @param {string} method @param {string} path @param {{body?: Blob, range?: string}} [more] */
function request({ port, token }, method, path, { body, range } = {}) {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    body,
    headers: { Authorization: `Bearer ${token}`, ...(range && { Range: range }) },
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
  });
}

/**
 * @param {Session} session
 * @param {string} ticket
 * @param {number} begin
 * @param {number} end not included
 * @returns {Promise<Blob>}
 */
async function readPart(session, ticket, begin, end) {
  noteWeight(end - begin);
  const range = end > begin ? `bytes=${begin}-${end - 1}` : undefined; // an empty file has no ranges
  const response = await request(session, 'POST', `/read/${ticket}`, { range });
  if (response.status === 404) throw new HostError({ name: 'NotFoundError' });
  if (!response.ok) throw new HostError({ message: `Reading failed with status ${response.status}.` });
  const blob = await response.blob();
  if (blob.size !== end - begin) throw new HostError({ message: 'Reading ended early.' });
  return blob;
}

/**
 * Large entries come in parts at once: one stream into the browser's blob storage leaves most of the machine
 * idle. Three take about half the time of one.
 * @param {Session} session
 * @param {() => Promise<{ticket: string, size: number}>} openTicket a new ticket each time: each is good for one read
 * @returns {Promise<Blob>}
 */
export async function readBytes(session, openTicket) {
  const { ticket, size } = await openTicket();
  const count = size >= PARTS_FROM ? PARTS : 1;
  const step = Math.ceil(size / count);
  const parts = Array.from({ length: count }, async (_, part) => {
    const own = part === 0 ? ticket : (await openTicket()).ticket;
    return readPart(session, own, part * step, Math.min(size, (part + 1) * step));
  });
  return new Blob(await Promise.all(parts));
}

/**
 * @param {Session} session
 * @param {string} ticket
 * @param {number} position
 * @param {Blob} data
 */
export async function writeBytes(session, ticket, position, data) {
  noteWeight(data.size);
  const response = await request(session, 'PUT', `/write/${ticket}?position=${position}`, { body: data });
  if (response.status === 204) return;
  throw new HostError(await response.json().catch(() => ({ message: `Writing failed with status ${response.status}.` })));
}
