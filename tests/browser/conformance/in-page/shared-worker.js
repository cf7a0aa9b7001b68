import { runJob } from './run.js';

/** @type {any} */ (self).onconnect = (/** @type {MessageEvent} */ { ports }) => {
  ports[0].onmessage = runJob;
};
