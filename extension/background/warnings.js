/**
 * @file What developers are told in the console about a request that succeeds and does less than it
 * asks for. The content script prints it: a page must not learn what the Public Hash List of this
 * machine holds, nor how full an entry's list is. Pure; may be imported by background/broker.js only.
 */

import { MAX_ORIGINS } from '../shared/names.js';

/** @param {string} origin */
export const droppedByCeiling = (origin) =>
  `Cross-origin storage: the origin ${origin} was dropped because this document's ` +
  'Cross-Origin-Storage-Allow-Origin header does not name it.';

/** @param {string} origin */
export const droppedByFullList = (origin) =>
  `Cross-origin storage: the origin ${origin} was dropped because the entry's list already has ${MAX_ORIGINS} origins.`;

/** @param {import('../shared/wire.js').Hash} hash */
export const notListed = ({ algorithm, value }) =>
  `Cross-origin storage: ${algorithm} ${value} is not on the Public Hash List, ` +
  "so origins: '*' does not make it visible to other sites.";
