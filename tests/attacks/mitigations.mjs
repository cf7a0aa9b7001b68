/**
 * Not on the specification's list: what the mitigations themselves remember. A budget that a site takes with it from
 * one page to the next is a place to keep an id in.
 */
import { filesOf, fileOf } from './support/files.mjs';
import { hits, lookUp, storeAll } from './support/in-page.mjs';

/** @typedef {import('./support/experiment.mjs').Attack} Attack */
/** @typedef {import('./support/files.mjs').LabFile} LabFile */

/** A bit is which of two files was asked for, and there are as many questions as the budget has. */
const BITS = 16;
const pairs = (/** @type {string} */ word) => filesOf(word, 2 * BITS);

/** Reads at a time, and how many times at most, until the bucket is empty. */
const BURST = 1000;
const BURSTS = 8;

/** @type {Attack[]} */
export default [
  {
    name: 'cookie-budget', number: '+', title: 'Supercookie in the lookup budget: a tracker’s frame on A spends its budget on one file of each pair, its frame on B sees what is paid for',
    measure: 'word', trials: { short: 6, full: 20 },
    cases: [
      { name: 'defaults', bound: 0 },
      { name: 'frames.partition off', settings: { 'frames.partition': 'off' }, bound: BITS },
      // Not 0: where GREASE takes one file of a pair, the guess is chance.
      { name: 'lookup.budget off', settings: { 'lookup.budget': 'off' }, bound: 1 },
    ],
    listed: pairs,
    run: (experiment) => {
      const secrets = experiment.random.balancedWords(BITS, experiment.trials);
      return experiment.each(async (trial, visitor) => {
        const files = pairs(trial.word);
        const secret = secrets[trial.index];
        await storeAll(await visitor.at(trial.site('other')), files, '*');
        await lookUp(await visitor.frame(trial.site('a'), trial.site('t')), secret.map((bit, index) => files[2 * index + bit]));
        const answers = hits(await lookUp(await visitor.frame(trial.site('b'), trial.site('t')), files));
        const guess = secret.map((_, index) => {
          const [zero, one] = [answers[2 * index], answers[2 * index + 1]];
          return zero === one ? '?' : one;
        });
        return { secret, guess };
      });
    },
    remains: 'Nothing: a frame\u2019s questions are paid by the page it is on, and its own site has no account that it could take along.',
  },
  {
    name: 'cookie-rate', number: '+', title: 'Linking two tabs by the rate limit: a tracker’s frame on A uses its reads up, its frame on B sees its own read refused',
    measure: 'symbol', trials: { short: 4, full: 8 },
    cases: [
      { name: 'defaults', bound: 1, fullOnly: true },
      { name: 'rate.reads 0', settings: { 'rate.reads': '0' }, bound: 0, fullOnly: true },
    ],
    run: (experiment) => {
      const secrets = experiment.random.balanced([0, 1], experiment.trials);
      return experiment.each(async (trial, visitor) => {
        const other = await visitor.inAnotherTab();
        const own = [fileOf(trial.word)];
        const reader = await other.frame(trial.site('b'), trial.site('t'));
        await storeAll(reader, own);
        const writer = await visitor.frame(trial.site('a'), trial.site('t'));
        await storeAll(writer, own);
        const burst = async () => hits(await lookUp(writer, Array.from({ length: BURST }, () => own[0])));
        for (let round = 0, empty = false; secrets[trial.index] && !empty && round < BURSTS; round += 1) empty = (await burst()).includes(0);
        // The bucket fills again at once, so it has to be held empty while the other frame asks.
        const holding = secrets[trial.index] ? burst() : undefined;
        const answers = [];
        for (let round = 0; round < 40; round += 1) answers.push(...hits(await lookUp(reader, own)));
        await holding;
        await other.close();
        return { secret: secrets[trial.index], guess: 1 - Math.min(...answers) };
      }, { tabs: 1 });
    },
    remains: 'Nothing: a bucket belongs to an origin on the pages of one site.',
  },
];
