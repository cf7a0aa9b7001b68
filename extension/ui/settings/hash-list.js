/** @file Which Public Hash List is in force. May be imported by ui/settings/main.js only. */

import { formatNumber, formatTime } from '../format.js';
import { byId, make, text } from '../text.js';
import { ask } from './ask.js';

export async function showHashList() {
  const list = await ask('list');
  const state = list.damaged ? 'listDamaged' : list.installed ? 'listInstalled' : 'listStarter';
  /** @type {[string, string][]} */
  const facts = [
    ['listState', text(state)],
    ['listVersion', list.version],
    ['listHashes', formatNumber(list.digests)],
  ];
  if (list.madeAt !== undefined) facts.push(['listMade', formatTime(list.madeAt)]);
  if (list.installedAt !== undefined) facts.push(['listInstalledAt', formatTime(list.installedAt)]);
  byId('list-facts').replaceChildren(...facts.flatMap(([label, value]) => [make('dt', {}, text(label)), make('dd', {}, value)]));
}
