/** @file What a call and its outcome are called. May be imported by ui/ only. */

import { text } from '../text.js';

/** @typedef {import('../../background/call-log.js').LoggedCall} LoggedCall */

const SURFACES = new Map([['fetch', 'fetch()'], ['getFile', 'getFile()'], ['createWritable', 'createWritable()']]);

/** @param {LoggedCall} call */
export function callWords({ what, surface }) {
  if (surface === 'markup') return text(what === 'create' ? 'panelMarkupStore' : 'panelMarkup');
  if (surface === 'method') return what === 'create' ? 'getFileHandle({create: true})' : 'getFileHandle()';
  return SURFACES.get(surface) ?? text('panelMalformed');
}

const OUTCOMES = { found: 'panelFound', created: 'panelCreated', read: 'panelRead', stored: 'panelStored', missed: 'panelMissed' };

/** @param {LoggedCall} call */
export const outcomeWords = ({ outcome, error }) => (outcome === 'refused' ? error ?? '' : text(OUTCOMES[outcome]));
