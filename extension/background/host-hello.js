/**
 * @file The first exchange of a connection. May be imported by background/host-connection.js only.
 */

import { HostError } from './host-errors.js';
import { randomHex } from './random.js';

const PROTOCOL = 1;
const HELLO_TIMEOUT_MS = 15_000;

/**
 * @typedef {object} Session
 * @property {string} host its version
 * @property {number} port of the loopback server
 * @property {string} token
 * @property {string} storePath
 * @property {boolean} crossOriginCaches whether pages get `caches.crossOrigin`
 * @property {boolean} ask whether ask mode is on
 */

/**
 * The profile's random id. A private window must neither read nor make it.
 * @returns {Promise<string>}
 */
async function realmId() {
  const { realm } = await chrome.storage.local.get('realm');
  if (typeof realm === 'string' && /^[0-9a-f]{32}$/.test(realm)) return realm;
  const fresh = randomHex(16);
  await chrome.storage.local.set({ realm: fresh });
  return fresh;
}

/** @param {number} hostProtocol */
function versionMismatch(hostProtocol) {
  const error = new HostError({ name: 'VersionMismatch', message: `protocol ${hostProtocol} instead of ${PROTOCOL}` });
  error.version = hostProtocol < PROTOCOL ? 'older-host' : 'newer-host';
  return error;
}

/**
 * @param {(cmd: string, fields: Record<string, unknown>) => Promise<any>} send
 * @returns {Promise<Session>}
 */
export async function openSession(send) {
  const isPrivate = chrome.extension.inIncognitoContext;
  const realm = isPrivate ? {} : { realm: await realmId() };
  const { version } = chrome.runtime.getManifest();
  /** @type {Promise<never>} */
  const late = new Promise((_resolve, reject) => {
    setTimeout(() => reject(new HostError({ message: 'The host does not answer.' })), HELLO_TIMEOUT_MS);
  });
  const hello = send('hello', { protocol: PROTOCOL, extension: version, private: isPrivate, ...realm });
  const reply = await Promise.race([hello, late]).catch((error) => {
    if (error instanceof HostError && error.name === 'VersionMismatch') error.version ??= 'older-host';
    throw error;
  });
  if (reply.protocol !== PROTOCOL) throw versionMismatch(Number(reply.protocol));
  const { loopback, store, host } = reply;
  if (!Number.isInteger(loopback?.port) || loopback.port < 1 || loopback.port > 65535) {
    throw new HostError({ message: 'The host named no port.' });
  }
  return {
    host: String(host),
    port: loopback.port,
    token: String(loopback.token),
    storePath: String(store?.path ?? ''),
    crossOriginCaches: reply.crossOriginCaches === true,
    ask: reply.ask === true,
  };
}
