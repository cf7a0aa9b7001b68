/**
 * @file What the popup shows, and the sign on the toolbar button when something needs mending.
 * May be imported by background/main.js only.
 */

/** @typedef {import('./host-connection.js').HostState} HostState */

/** @typedef {{ask: 'status', retry: boolean}} StatusQuestion */

/**
 * @typedef {object} Status
 * @property {string} extension its version
 * @property {boolean} isPrivate
 * @property {HostState} state
 * @property {string | undefined} host its version
 * @property {{path: string, entries?: number, bytes?: number, capacity?: number} | undefined} store
 * @property {{version: string, digests: number} | undefined} hashList
 * @property {'unknown' | 'works' | 'fails'} handover
 */

export const MENDING_COLOR = '#b3261e';

/** @param {HostState} state */
export function showBadge(state) {
  const needsMending = 'mend' in state;
  void chrome.action.setBadgeText({ text: needsMending ? '!' : '' });
  if (needsMending) void chrome.action.setBadgeBackgroundColor({ color: MENDING_COLOR });
}

/**
 * @param {import('./host-connection.js').HostConnection} host
 * @param {import('./bytes.js').Bytes} bytes
 * @param {boolean} retry whether the host may be started anew although it has just failed
 * @returns {Promise<Status>}
 */
export async function gatherStatus(host, bytes, retry) {
  if (retry) host.forgetFailures();
  const reply = await host.request('status').catch(() => undefined);
  return {
    extension: chrome.runtime.getManifest().version,
    isPrivate: chrome.extension.inIncognitoContext,
    state: host.state,
    host: reply?.host,
    store: reply?.store,
    hashList: reply?.phl,
    handover: await bytes.handover.known(),
  };
}
