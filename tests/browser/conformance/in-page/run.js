/** Loads the files of a section and runs what they declare. */
import { begin } from './environment.js';
import { run_declared } from './harness.js';
import { placesBehind } from './places.js';

/**
 * @param {string[]} scripts
 * @param {import('./environment.js').Config} config
 * @param {import('./places.js').WindowPlaces} places
 * @returns {Promise<import('./harness.js').Result[]>}
 */
export async function runScripts(scripts, config, places) {
  begin(config, places);
  for (const script of scripts) await import(`./subtests/${script}`);
  return run_declared();
}

/** In a worker: carries out the job that its page sends. @param {{data: any}} event */
export async function runJob({ data: { scripts, config, errand, outcome } }) {
  try {
    outcome.postMessage({ results: await runScripts(scripts, config, placesBehind(errand)) });
  } catch (error) {
    outcome.postMessage({ error: `${error}\n${/** @type {any} */ (error).stack}` });
  }
}
