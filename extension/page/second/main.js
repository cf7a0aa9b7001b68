/**
 * @file Entry of the page script's second part: what a page needs that uses the API. The background brings it into the
 * page's world at the document's first call, where it takes everything from the first part: the built-ins too, since
 * by now the page may have changed those that it would find.
 */

import { PATIENCE_MS } from '../../shared/patience.js';
import { serveFetch } from './fetch.js';
import { firstPart } from './first-part.js';
import { createHandles } from './handles.js';
import { windowPlace } from './window-place.js';
import { wrapWorkersWith } from './workers.js';
import { answerForWritable } from './writables.js';

/** @typedef {import('../declared-fetch.js').DeclaredFetch} DeclaredFetch */
/**
 * @typedef {object} SecondPart
 * @property {import('./handles.js').HandleFactory} makeHandle
 * @property {import('../file-methods.js').Answer} answerForHandle
 * @property {import('../file-methods.js').Answer} answerForWritable
 * @property {(declared: DeclaredFetch) => void} serveFetch
 * @property {(source: string) => void} wrapWorkers
 */

const { channel, install } = firstPart;
const handles = createHandles(channel);
install({
  makeHandle: handles.make,
  answerForHandle: handles.answer,
  answerForWritable,
  serveFetch: (declared) => serveFetch(channel, declared, PATIENCE_MS),
  wrapWorkers: (source) => wrapWorkersWith(channel, source, windowPlace),
});
