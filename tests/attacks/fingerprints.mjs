/** Attacks 2 to 5: what the store holds tells where its owner has been. */
import { chosen, fileOf, filesOf, LARGE, SMALL } from './support/files.mjs';
import { hits, lookUp, storeAll } from './support/in-page.mjs';

/** @typedef {import('./support/experiment.mjs').Attack} Attack */
/** @typedef {import('./support/experiment.mjs').Experiment} Experiment */
/** @typedef {import('./support/files.mjs').LabFile} LabFile */

/** Few enough to stay within the lookup budget. */
const QUESTIONS = 8;
const questions = (/** @type {string} */ word) => filesOf(word, QUESTIONS, SMALL);

/**
 * Each file is an attribute of its own: some site that the victim may have visited stored it.
 * @param {Experiment} experiment
 * @param {string} [origins] as that site stored it
 * @returns {Promise<{secret: number, guess: number}[]>}
 */
async function attributes(experiment, origins) {
  const secrets = experiment.random.balancedWords(QUESTIONS, experiment.trials);
  const words = await experiment.each(async (trial, visitor) => {
    const files = questions(trial.word);
    const secret = secrets[trial.index];
    await storeAll(await visitor.at(trial.site('visited')), chosen(files, secret), origins);
    const guess = hits(await lookUp(await visitor.at(trial.site('curious')), files));
    return secret.map((bit, index) => ({ secret: bit, guess: guess[index] }));
  });
  return words.flat();
}

const popular = (/** @type {string} */ word) => filesOf(word, 40);
const rare = (/** @type {string} */ word) => [fileOf(word, LARGE)];

/** @type {Attack[]} */
export default [
  {
    name: 'cache-fingerprint', number: '2', title: 'Cache fingerprint: which of 40 popular listed files are present',
    measure: 'word', trials: { short: 6, full: 24 },
    cases: [
      { name: 'defaults', bound: 20 },
      { name: 'lookup.budget off', settings: { 'lookup.budget': 'off' }, works: 30, fullOnly: true },
    ],
    listed: popular,
    run: (experiment) => {
      const secrets = experiment.random.balancedWords(40, experiment.trials);
      return experiment.each(async (trial, visitor) => {
        const files = popular(trial.word);
        const secret = secrets[trial.index];
        for (const [index, role] of ['one', 'two', 'three'].entries()) {
          const own = secret.map((bit, position) => (position % 3 === index ? bit : 0));
          await storeAll(await visitor.at(trial.site(role)), chosen(files, own), '*');
        }
        return { secret, guess: hits(await lookUp(await visitor.at(trial.site('curious')), files)) };
      });
    },
    remains: 'What 16 questions tell in a window. The answers to them are the same for every site that asks, so sites that compare notes '
      + 'see the same 16 bits; files that nearly everyone has, or nobody, tell less than the full bit that this victim gives away.',
  },
  {
    name: 'attribute', number: '3', title: 'Attribute inference: one small listed file that goes with an attribute',
    measure: 'symbol', trials: { short: 10, full: 40 },
    cases: [
      { name: 'defaults', bound: 1 },
      { name: 'grease.percent 0', settings: { 'grease.percent': '0' }, works: 0.9 },
      { name: 'grease.percent 50', settings: { 'grease.percent': '50' }, bound: 0.6, fullOnly: true },
      { name: 'not listed', unlisted: true, bound: 0 },
    ],
    listed: questions,
    run: (experiment) => attributes(experiment, '*'),
    remains: 'Nearly the whole bit. One question cannot be told from an honest one; only the list stands in the way, which must not take in '
      + 'files that a few sites use. GREASE at 1 % makes a miss deniable, not unlikely.',
  },
  {
    name: 'history-same-site', number: '4', title: 'History sniffing: a listed file that one site stored for itself',
    measure: 'symbol', trials: { short: 4, full: 20 },
    cases: [{ name: 'defaults', bound: 0 }],
    listed: questions,
    run: (experiment) => attributes(experiment),
    remains: 'Nothing, though the file is on the list: same-site entries are never found by others.',
  },
  {
    name: 'history-global', number: '4', title: 'History sniffing: a site’s own file that it stored with “*”',
    measure: 'symbol', trials: { short: 4, full: 20 },
    cases: [
      { name: 'defaults', unlisted: true, bound: 0 },
      { name: 'on the list', works: 0.6 },
    ],
    listed: questions,
    run: (experiment) => attributes(experiment, '*'),
    remains: 'Nothing, as long as the file is not on the Public Hash List. Once it is, a visit to that site is the attribute of attack 3.',
  },
  {
    name: 'targeted', number: '5', title: 'Targeted de-anonymization: one large, rare, listed file',
    measure: 'symbol', trials: { short: 4, full: 20 },
    cases: [
      { name: 'defaults', bound: 1 },
      { name: 'not listed', unlisted: true, bound: 0, fullOnly: true },
    ],
    listed: rare,
    run: async (experiment) => {
      const secrets = experiment.random.balanced([0, 1], experiment.trials);
      const outcomes = await experiment.each(async (trial, visitor) => {
        const files = rare(trial.word);
        if (secrets[trial.index]) await storeAll(await visitor.at(trial.site('visited')), files, '*');
        const [guess] = hits(await lookUp(await visitor.at(trial.site('curious')), files));
        return { secret: secrets[trial.index], guess };
      });
      await experiment.lab.forget(experiment.allTrials().flatMap(({ word }) => rare(word)));
      return outcomes;
    },
    remains: 'The whole bit: large files are exempt from GREASE, since a false miss costs a download of megabytes. The list is what keeps '
      + 'rare files out of reach, so a file belongs on it only when many unrelated sites serve it.',
  },
];
