/**
 * @file Entry of the bootstrap of a dedicated worker: runs in the worker, before its own script,
 * gives it `navigator.crossOriginStorage` and the names and addresses of the script it stands for.
 * Has no authority: its calls go through its owner, who may do no less.
 */

import { awaitChannel } from '../channel.js';
import { declareFetch } from '../declared-fetch.js';
import { standInForFiles } from '../file-methods.js';
import { exposeManager } from '../manager.js';
import {
  addListener, apply, DOMExceptionCtor, includes, messagePorts, postMessage, preventDefault, removeListener, stopImmediatePropagation,
} from '../primordials.js';
import { LONG_PATIENCE_MS, serveFetch } from '../second/fetch.js';
import { createHandles } from '../second/handles.js';
import { wrapWorkers } from '../second/workers.js';
import { answerForWritable } from '../second/writables.js';
import { WORKER_PLAN } from '../../shared/names.js';
import { impersonate } from './addresses.js';
import { fetchScript } from './lenient-script.js';

/** @typedef {import('../second/workers.js').Plan} Plan */

const scope = /** @type {any} */ (globalThis);
const { importScripts } = scope;

/**
 * Runs the worker's script here and now, as the browser would have. An error of the script must
 * go its own way, uncaught: catching it would lose where it was thrown.
 * @param {string} url
 * @param {() => void} onFailure the script could not be loaded
 */
function run(url, onFailure) {
  /** @param {any} event */
  const onError = (event) => {
    removeListener(scope, 'error', onError, true);
    const { error, message } = event;
    // The script may itself have failed to load another one.
    if (!(error instanceof DOMExceptionCtor) || error.name !== 'NetworkError' || !includes(message, `'${url}'`)) return;
    stopImmediatePropagation(event);
    preventDefault(event);
    const copy = fetchScript(url);
    if (copy === undefined) onFailure();
    else apply(importScripts, scope, [copy]);
  };
  addListener(scope, 'error', onError, true);
  let ended = false;
  try {
    apply(importScripts, scope, [url]);
    ended = true;
  } finally {
    if (ended) removeListener(scope, 'error', onError, true);
  }
}

/** @param {Plan} plan */
function start(plan) {
  const { channel, connect } = awaitChannel();
  let state = 'ready';

  /** @param {any} event the first message, which the page knows nothing of */
  const onFirstMessage = (event) => {
    stopImmediatePropagation(event);
    removeListener(scope, 'message', onFirstMessage, true);
    const port = messagePorts(event)[0];
    connect(port);
    postMessage(port, { __proto__: null, state });
  };
  addListener(scope, 'message', onFirstMessage, true);

  const handles = createHandles(channel);
  exposeManager(channel, handles.make);
  standInForFiles(handles.answer, answerForWritable);
  declareFetch((declared) => serveFetch(channel, declared, LONG_PATIENCE_MS));
  wrapWorkers(channel, plan.boot, { base: () => plan.base, hinders: () => false });
  impersonate(plan);
  if (plan.classic) {
    run(plan.url, () => {
      state = 'failed';
    });
  }
}

const plan = scope[WORKER_PLAN];
delete scope[WORKER_PLAN];
if (plan !== undefined) start(plan);
