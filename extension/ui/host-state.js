/** @file Whether the store can be reached, and what mends it when not. May be imported by ui/ only. */

import { errorWords } from './error-words.js';
import { byId, text } from './text.js';

/** @typedef {import('../background/host-connection.js').HostState} HostState */

/** The message of each state, and the command that mends it, if one does. */
const STATES = /** @type {const} */ ({
  idle: { headline: 'stateIdle', mend: '', command: '' },
  connecting: { headline: 'stateConnecting', mend: '', command: '' },
  ready: { headline: 'stateReady', mend: '', command: '' },
  missing: { headline: 'stateMissing', mend: 'mendMissing', command: 'cos install' },
  forbidden: { headline: 'stateForbidden', mend: 'mendForbidden', command: 'cos install' },
  blocked: { headline: 'stateBlocked', mend: 'mendBlocked', command: '' },
  broken: { headline: 'stateBroken', mend: 'mendBroken', command: 'cos install' },
  'older-host': { headline: 'stateOlderHost', mend: 'mendOlderHost', command: 'cos install' },
  'newer-host': { headline: 'stateNewerHost', mend: 'mendNewerHost', command: '' },
  store: { headline: 'stateStore', mend: 'mendStore', command: 'cos ls' },
});

/** @param {HostState} state */
function showMend(state) {
  const { mend, command: usual } = STATES[state.kind];
  const own = 'mend' in state ? errorWords({ code: state.code ?? '', message: '', mend: state.mend }) : '';
  byId('mend').hidden = mend === '';
  if (mend === '') return;
  byId('mend-text').textContent = own === '' ? text(mend) : own;
  const command = own === '' ? usual : '';
  byId('mend-command').hidden = command === '';
  /** @type {HTMLElement} */ (byId('mend-command').querySelector('code')).textContent = command;
  byId('mend-detail').textContent = 'detail' in state ? state.detail : '';
}

/** @param {HostState} state */
export function showHostState(state) {
  const { kind } = state;
  byId('headline').textContent = text(STATES[kind].headline);
  byId('state').className = `state ${kind === 'ready' ? 'good' : STATES[kind].mend === '' ? '' : 'bad'}`;
  showMend(state);
}

/** @param {() => void} retry */
export function wireMend(retry) {
  byId('retry').addEventListener('click', retry);
  byId('copy').addEventListener('click', async () => {
    await navigator.clipboard.writeText(byId('mend-command').querySelector('code')?.textContent ?? '');
    byId('copy').textContent = text('copied');
  });
}
