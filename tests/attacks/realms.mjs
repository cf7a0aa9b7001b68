/** The supercookie between realms: from one profile of a person to another, into a private window and out of it. */
import { chosen, filesOf } from './support/files.mjs';
import { hits, lookUp, storeAll } from './support/in-page.mjs';
import { ID_BITS } from './supercookies.mjs';

/** @typedef {import('./support/experiment.mjs').Attack} Attack */
/** @typedef {import('./support/experiment.mjs').Experiment} Experiment */
/** @typedef {import('./support/visitor.mjs').Visitor} Visitor */

const listed = (/** @type {string} */ word) => filesOf(word, ID_BITS);

/**
 * @param {Experiment} experiment
 * @param {string | undefined} origins
 * @param {(own: Visitor) => Promise<{writer: Visitor, reader: Visitor, done: () => Promise<void>}>} people
 * @param {number} [tabs]
 */
function across(experiment, origins, people, tabs) {
  const secrets = experiment.random.balancedWords(ID_BITS, experiment.trials);
  return experiment.each(async (trial, visitor) => {
    const files = listed(trial.word);
    const secret = secrets[trial.index];
    const { writer, reader, done } = await people(visitor);
    await storeAll(await writer.at(trial.site('t')), chosen(files, secret), origins);
    const guess = hits(await lookUp(await reader.at(trial.site('t')), files));
    await done();
    return { secret, guess };
  }, { tabs });
}

/** @param {Experiment} experiment */
const toSecondProfile = (experiment) => async (/** @type {Visitor} */ writer) => {
  const reader = await experiment.lab.visitor('second');
  return { writer, reader, done: () => reader.close() };
};

/**
 * Private windows cannot be opened in any number: all trials use one.
 * @param {Experiment} experiment
 * @param {boolean} inward
 */
async function acrossPrivacy(experiment, inward) {
  const secluded = await experiment.lab.privateVisitor();
  const done = async () => {};
  return across(experiment, '*', async (own) => (inward
    ? { writer: own, reader: secluded, done } : { writer: secluded, reader: own, done }), 1);
}

const trials = { short: 6, full: 20 };

/** @type {Attack[]} */
export default [
  {
    name: 'profiles-own-site', number: '+', title: 'Supercookie from one profile to another: a site reads what it stored for itself', measure: 'word', trials,
    cases: [{ name: 'defaults', bound: 0 }], listed,
    run: (experiment) => across(experiment, undefined, toSecondProfile(experiment)),
    remains: 'Nothing: storing origins, lists and same-site access belong to a profile.',
  },
  {
    name: 'profiles-listed', number: '+', title: 'Supercookie from one profile to another: small listed files stored with “*”', measure: 'word', trials,
    cases: [
      { name: 'defaults', bound: 20 },
      { name: 'lookup.budget off', settings: { 'lookup.budget': 'off' }, works: 24, fullOnly: true },
      { name: 'realms.share off', settings: { 'realms.share': 'off' }, bound: 0 },
    ],
    listed,
    run: (experiment) => across(experiment, '*', toSecondProfile(experiment)),
    remains: 'What the budget gives in a window, and for a site that the person visits in both profiles: sharing listed files between '
      + 'profiles is what a store for the whole machine is for. `realms.share off` ends it.',
  },
  {
    name: 'into-private', number: '+', title: 'Supercookie from an ordinary window into a private one', measure: 'word', trials: { short: 4, full: 8 },
    cases: [{ name: 'defaults', own: true, bound: 0 }], listed,
    run: (experiment) => acrossPrivacy(experiment, true),
    remains: 'Nothing: a private window has a store of its own, in memory.',
  },
  {
    name: 'out-of-private', number: '+', title: 'Supercookie from a private window into an ordinary one', measure: 'word', trials: { short: 4, full: 8 },
    cases: [{ name: 'defaults', own: true, bound: 0 }], listed,
    run: (experiment) => acrossPrivacy(experiment, false),
    remains: 'Nothing: what a private window stores goes with it.',
  },
];
