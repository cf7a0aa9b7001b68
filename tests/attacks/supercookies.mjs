/** Attack 1: site A writes an id into the store as a choice of entries, and site B reads it. */
import { chosen, filesOf, LARGE, NEVER_GREASED } from './support/files.mjs';
import { hits, lookUp, storeAll } from './support/in-page.mjs';

/** @typedef {import('./support/experiment.mjs').Attack} Attack */
/** @typedef {import('./support/experiment.mjs').Experiment} Experiment */
/** @typedef {import('./support/experiment.mjs').Trial} Trial */
/** @typedef {import('./support/visitor.mjs').Visitor} Visitor */
/** @typedef {import('./support/files.mjs').LabFile} LabFile */
/** @typedef {import('./support/in-page.mjs').Target} Target */

export const ID_BITS = 32;

/**
 * @param {Experiment} experiment
 * @param {(word: string) => LabFile[]} filesFor one file a bit
 * @param {(visitor: Visitor, trial: Trial, files: LabFile[]) => Promise<unknown>} write
 * @param {(visitor: Visitor, trial: Trial) => Promise<Target>} reader
 * @returns {Promise<{secret: number[], guess: number[]}[]>}
 */
export function supercookie(experiment, filesFor, write, reader) {
  const secrets = experiment.random.balancedWords(filesFor('').length, experiment.trials);
  return experiment.each(async (trial, visitor) => {
    const files = filesFor(trial.word);
    const secret = secrets[trial.index];
    await write(visitor, trial, chosen(files, secret));
    const guess = hits(await lookUp(await reader(visitor, trial), files));
    return { secret, guess };
  });
}

const small = (/** @type {string} */ word) => filesOf(word, ID_BITS);
const large = (/** @type {string} */ word) => filesOf(word, 12, LARGE);
const middling = (/** @type {string} */ word) => filesOf(word, 48, NEVER_GREASED);

/** @type {(visitor: Visitor, trial: Trial, files: LabFile[]) => Promise<unknown>} */
const publish = async (visitor, trial, files) => storeAll(await visitor.at(trial.site('a')), files, '*');
/** @type {(visitor: Visitor, trial: Trial) => Promise<Target>} */
const visitB = (visitor, trial) => visitor.at(trial.site('b'));

const PARTITION_OFF = { name: 'frames.partition off', settings: { 'frames.partition': 'off' }, works: 24 };

/** @type {Attack[]} */
export default [
  {
    name: 'cookie-own-frame', number: '1', title: 'Supercookie: a tracker’s frame on A writes, its frame on B reads',
    measure: 'word', trials: { short: 6, full: 24 },
    cases: [{ name: 'defaults', bound: 0 }, PARTITION_OFF],
    run: (experiment) => supercookie(experiment, small,
      async (visitor, trial, files) => storeAll(await visitor.frame(trial.site('a'), trial.site('t')), files),
      (visitor, trial) => visitor.frame(trial.site('b'), trial.site('t'))),
    remains: 'Nothing: what is stored in a cross-site frame counts only below the top-level site where it was stored.',
  },
  {
    name: 'cookie-first-party-to-frame', number: '1', title: 'Supercookie: a tracker writes as a site of its own, its frame on B reads',
    measure: 'word', trials: { short: 6, full: 24 },
    cases: [{ name: 'defaults', bound: 0 }, PARTITION_OFF],
    run: (experiment) => supercookie(experiment, small,
      async (visitor, trial, files) => storeAll(await visitor.at(trial.site('t')), files),
      (visitor, trial) => visitor.frame(trial.site('b'), trial.site('t'))),
    remains: 'Nothing: what a site stored as a site of its own does not count for its frames elsewhere.',
  },
  {
    name: 'cookie-frame-to-first-party', number: '1', title: 'Supercookie: a tracker’s frame on A writes, the tracker reads as a site of its own',
    measure: 'word', trials: { short: 6, full: 24 },
    cases: [{ name: 'defaults', bound: 0 }, PARTITION_OFF],
    run: (experiment) => supercookie(experiment, small,
      async (visitor, trial, files) => storeAll(await visitor.frame(trial.site('a'), trial.site('t')), files),
      (visitor, trial) => visitor.at(trial.site('t'))),
    remains: 'Nothing: the same partition, the other way round.',
  },
  {
    name: 'cookie-listed-small', number: '1', title: 'Supercookie: A stores some of 32 small listed files with “*”, unrelated B looks them up',
    measure: 'word', trials: { short: 6, full: 24 },
    cases: [
      { name: 'defaults', bound: 20 },
      { name: 'lookup.budget off', settings: { 'lookup.budget': 'off' }, works: 24 },
      { name: 'not listed', unlisted: true, bound: 0 },
    ],
    listed: small,
    run: (experiment) => supercookie(experiment, small, publish, visitB),
    remains: 'As many bits as B may ask questions: 16 small files or misses a window. Two sites that work together and have one visit '
      + 'each get so much, and any smaller number would starve pages that look for ordinary libraries.',
  },
  {
    name: 'cookie-listed-large', number: '1', title: 'Supercookie: the same with 12 listed files of 8 MB',
    measure: 'word', trials: { short: 2, full: 12 },
    cases: [
      { name: 'defaults', bound: 20, fullOnly: true },
      { name: 'lookup.budget off', settings: { 'lookup.budget': 'off' }, works: 9, fullOnly: true },
    ],
    listed: large,
    run: (experiment) => supercookie(experiment, large, publish, visitB)
      .finally(() => experiment.lab.forget(experiment.allTrials().flatMap(({ word }) => large(word)))),
    remains: 'Large files count by what their pattern tells, up to 20 bits a window; twelve files hold no more than 12. Writing them '
      + 'costs the attacker some 50 MB of a victim’s line and disk.',
  },
  {
    name: 'cookie-listed-large-many', number: '1', title: 'Supercookie: the same with 48 large listed files (lookup.large lowered to 512 KiB, so that there can be as many)',
    measure: 'word', trials: { short: 6, full: 16 },
    cases: [
      { name: 'defaults', settings: { 'lookup.large': '512KiB' }, bound: 20 },
      { name: 'lookup.budget off', settings: { 'lookup.large': '512KiB', 'lookup.budget': 'off' }, works: 30, fullOnly: true },
    ],
    listed: middling,
    run: (experiment) => supercookie(experiment, middling, publish, visitB),
    remains: 'The bound of 20 bits a window: a run of hits is cheap, as when a model’s parts are loaded, and a random pattern is not.',
  },
  {
    name: 'cookie-list', number: '1', title: 'Supercookie: A stores for the list [B], B reads',
    measure: 'word', trials: { short: 6, full: 24 },
    cases: [
      { name: 'defaults', works: 24 },
      { name: 'lookup.lists on', settings: { 'lookup.lists': 'on' }, bound: 20 },
    ],
    run: (experiment) => supercookie(experiment, small,
      async (visitor, trial, files) => storeAll(await visitor.at(trial.site('a')), files, [visitor.origin(trial.site('b'))]),
      visitB),
    remains: 'All of it by default: A names B, which is the sharing that the list is for, and the two could as well have passed the id in a '
      + 'link. `lookup.lists on` makes reads through a list draw on the budget like others.',
  },
];
