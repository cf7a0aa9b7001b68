/** Starts the subtests of a section in this window, or in a worker of it. */
import { servePlaces, WindowPlaces } from './places.js';
import { runScripts } from './run.js';

const places = new WindowPlaces();

/** The page's first call, without which its workers have no API. */
const announceUse = () =>
  /** @type {any} */ (navigator).crossOriginStorage?.getFileHandle({ algorithm: '', value: '' }).catch(() => {});

/** @param {(message: unknown, transfer: Transferable[]) => void} post @param {object} job */
function runBehind(post, job) {
  const errand = new MessageChannel();
  const outcome = new MessageChannel();
  servePlaces(errand.port1, places);
  post({ ...job, errand: errand.port2, outcome: outcome.port2 }, [errand.port2, outcome.port2]);
  return new Promise((resolve, reject) => {
    outcome.port1.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data.results));
  });
}

/** @type {any} */ (window).runSection = async (/** @type {{config: any, scripts: string[]}} */ job) => {
  const { context } = job.config;
  if (context === 'window') return runScripts(job.scripts, job.config, places);
  await announceUse();
  const failing = (/** @type {EventTarget} */ worker) => new Promise((_resolve, reject) => {
    worker.addEventListener('error', (event) => reject(new Error(`The worker: ${/** @type {any} */ (event).message}`)));
  });
  if (context === 'dedicated worker') {
    const worker = new Worker('/conformance/worker.js', { type: 'module' });
    return Promise.race([failing(worker), runBehind((message, transfer) => worker.postMessage(message, transfer), job)]);
  }
  const worker = new SharedWorker('/conformance/shared-worker.js', { type: 'module', name: job.scripts.join() });
  return Promise.race([failing(worker), runBehind((message, transfer) => worker.port.postMessage(message, transfer), job)]);
};
