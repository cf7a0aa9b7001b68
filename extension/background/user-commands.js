/**
 * @file What the extension's own pages may ask of the host: the store as its user sees it. Only for senders that
 * isUserInterface() knows; nothing of it may reach a document's port. May be imported by background/main.js only.
 */

import { HostError } from './host-errors.js';

/** @typedef {import('./host-connection.js').HostConnection} HostConnection */
/** @typedef {{ask: 'store', cmd: string, fields?: Record<string, unknown>}} StoreQuestion */
/** @typedef {{ok: true} & Record<string, any> | {ok: false, error: {name: string, message: string, mend: string, code?: string}}} StoreAnswer */

/** Each command and the members that go along with it; others are dropped. @type {Map<unknown, string[]>} */
const COMMANDS = new Map([
  ['entries', ['order', 'after', 'limit', 'search', 'origin']],
  ['origins', ['order', 'after', 'limit']],
  ['entry', ['hash']],
  ['remove', ['hash']],
  ['pin', ['hash', 'pinned']],
  ['verify', ['hash']],
  ['clear', ['what', 'site', 'where']],
  ['settings', []],
  ['set', ['key', 'value']],
  ['effect', ['changes']],
  ['totals', []],
  ['list', []],
  ['list.update', []],
  ['sites', []],
  ['site', ['site']],
  ['decide', ['site', 'decision']],
  ['activity', ['before', 'limit']],
  ['activity.forget', []],
]);

/**
 * @param {unknown} cmd
 * @param {unknown} fields
 * @returns {{cmd: string, fields: Record<string, unknown>} | undefined} undefined for what is no command
 */
export function parseCommand(cmd, fields) {
  const names = COMMANDS.get(cmd);
  if (names === undefined) return undefined;
  const given = /** @type {Record<string, unknown>} */ (typeof fields === 'object' && fields !== null ? fields : {});
  const known = names.filter((name) => Object.hasOwn(given, name)).map((name) => [name, given[name]]);
  return { cmd: `ui.${cmd}`, fields: Object.fromEntries(known) };
}

/**
 * @param {HostConnection} host
 * @param {unknown} cmd
 * @param {unknown} fields
 * @returns {Promise<StoreAnswer>}
 */
export async function answerCommand(host, cmd, fields) {
  const command = parseCommand(cmd, fields);
  if (command === undefined) return { ok: false, error: { name: 'TypeError', message: 'There is no such command.', mend: '' } };
  try {
    return await host.request(command.cmd, command.fields);
  } catch (error) {
    if (error instanceof HostError) return { ok: false, error: { name: error.name, message: error.message, mend: error.mend, code: error.code } };
    return { ok: false, error: { name: 'HostUnavailable', message: '', mend: '' } };
  }
}
