/**
 * @file Checks the shape of what comes over a document's port. The content script passes on
 * whatever a page sends, so everything here may come from a hostile page: each member that later
 * code relies on is checked, and copied into an object of ours. Pure; may be imported by background/ only.
 */

import { MAX_ORIGINS } from '../shared/names.js';

/** @typedef {import('../shared/wire.js').Hash} Hash */
/** @typedef {import('../shared/wire.js').HandleReference} HandleReference */
/** @typedef {import('../shared/wire.js').Origins} Origins */
/** @typedef {import('../shared/wire.js').Request} Request */
/** @typedef {import('../shared/wire.js').Notice} Notice */

/** @type {Map<unknown, number>} */
const DIGEST_DIGITS = new Map([['SHA-1', 40], ['SHA-256', 64], ['SHA-384', 96], ['SHA-512', 128]]);
const LONGEST_ORIGIN = 2048;
const LONGEST_RELEASE = 10_000;

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isRecord = (value) => typeof value === 'object' && value !== null;

/** @param {unknown} value @returns {value is string} */
const isId = (value) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value);

/** @param {unknown} value @returns {value is number} */
const isSize = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

/** @param {unknown} value @returns {Hash | undefined} */
export function parseHash(value) {
  if (!isRecord(value)) return undefined;
  const { algorithm, value: digits } = value;
  const length = DIGEST_DIGITS.get(algorithm);
  if (length === undefined || typeof digits !== 'string') return undefined;
  // A part of a file name later on.
  if (digits.length !== length || !/^[0-9a-f]+$/.test(digits)) return undefined;
  return { algorithm: String(algorithm), value: digits };
}

/** @param {unknown} value @returns {{ok: boolean, origins?: Origins}} */
function parseOrigins(value) {
  if (value === undefined) return { ok: true };
  if (value === '*') return { ok: true, origins: '*' };
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_ORIGINS) return { ok: false };
  if (!value.every((origin) => typeof origin === 'string' && origin.length <= LONGEST_ORIGIN)) return { ok: false };
  return { ok: true, origins: [...value] };
}

/** @param {unknown} value @returns {HandleReference | undefined} */
function parseHandle(value) {
  if (!isRecord(value) || !isId(value.id) || typeof value.created !== 'boolean') return undefined;
  const hash = parseHash(value.hash);
  const { ok, origins } = parseOrigins(value.origins);
  if (hash === undefined || !ok) return undefined;
  return { id: value.id, hash, created: value.created, origins, ...(value.copy === true ? { copy: true } : {}) };
}

/** @param {Record<string, unknown>} message @returns {{surface?: import('../shared/wire.js').Surface}} */
const surfaceOf = ({ surface }) => (surface === 'fetch' || surface === 'markup' ? { surface } : {});

/** @param {unknown} value @returns {value is string[]} */
const isIdList = (value) => Array.isArray(value) && value.length <= LONGEST_RELEASE && value.every(isId);

/** @type {Record<string, (message: Record<string, unknown>) => Request | Notice | undefined>} */
const PARSERS = {
  permission: () => ({ op: 'permission' }),
  second: () => ({ op: 'second' }),
  workers: () => ({ op: 'workers' }),
  watch: () => ({ op: 'watch' }),
  markup: () => ({ op: 'markup' }),
  find(message) {
    const hash = parseHash(message.hash);
    return hash && { op: 'find', hash, ...surfaceOf(message) };
  },
  create(message) {
    const hash = parseHash(message.hash);
    const { ok, origins } = parseOrigins(message.origins);
    const { resource } = message;
    if (!hash || !ok || (resource !== undefined && typeof resource !== 'string')) return undefined;
    return { op: 'create', hash, origins, ...(resource === undefined ? {} : { resource }), ...surfaceOf(message) };
  },
  open(message) {
    const handle = parseHandle(message.handle);
    return handle && { op: 'open', handle };
  },
  'write.open'(message) {
    const handle = parseHandle(message.handle);
    return handle?.created ? { op: 'write.open', handle } : undefined;
  },
  write({ session, position, data }) {
    if (!isId(session) || !isSize(position) || !(data instanceof Blob)) return undefined;
    return isSize(position + data.size) ? { op: 'write', session, position, data } : undefined;
  },
  'write.truncate'({ session, size }) {
    return isId(session) && isSize(size) ? { op: 'write.truncate', session, size } : undefined;
  },
  'write.close': ({ session }) => (isId(session) ? { op: 'write.close', session } : undefined),
  'write.abort': ({ session }) => (isId(session) ? { op: 'write.abort', session } : undefined),
  release({ handles, sessions }) {
    return isIdList(handles) && isIdList(sessions) ? { op: 'release', handles, sessions } : undefined;
  },
};

/**
 * @param {unknown} message
 * @returns {{call: number | undefined, content: Request | Notice | undefined}}
 *   `content` is undefined for anything but a well-formed message
 */
export function parseMessage(message) {
  if (!isRecord(message)) return { call: undefined, content: undefined };
  const { call: rawCall, op } = message;
  const call = isSize(rawCall) ? rawCall : undefined;
  const parse = typeof op === 'string' && Object.hasOwn(PARSERS, op) ? PARSERS[op] : undefined;
  const content = parse?.(message);
  // Notices have no answer, requests must have one.
  const fits = content !== undefined && (content.op === 'release') === (call === undefined);
  return { call, content: fits ? content : undefined };
}

/**
 * What a content script sends: the page's message, unread, and the content script's own word on
 * whether the user has interacted with the document.
 * @param {unknown} envelope
 * @returns {{active: boolean} & ReturnType<typeof parseMessage>}
 */
export function parseEnvelope(envelope) {
  if (!isRecord(envelope)) return { active: false, call: undefined, content: undefined };
  return { active: envelope.active === true, ...parseMessage(envelope.message) };
}
