/** Attack 12: asking again until GREASE gives in. GREASE suppresses every second read here, for a visible effect. */
import { chosen, filesOf, NEVER_GREASED, SMALL } from './support/files.mjs';
import { hits, lookUp, storeAll } from './support/in-page.mjs';

/** @typedef {import('./support/experiment.mjs').Attack} Attack */
/** @typedef {import('./support/experiment.mjs').Trial} Trial */
/** @typedef {import('./support/visitor.mjs').Visitor} Visitor */
/** @typedef {import('./support/files.mjs').LabFile} LabFile */

const HALF = { 'grease.percent': '50' };
/** Few enough to stay within the lookup budget. */
const QUESTIONS = 8;

/** A single answer tells 0.31 bits when every second hit is suppressed; the rest is room for chance. Ten rolls would tell 1. */
const ONE_ANSWER = 0.6;

/**
 * @param {{name: string, title: string, remains: string, size?: number, trials?: {short: number, full: number},
 *   cases: import('./support/experiment.mjs').Case[], ask: (visitor: Visitor, trial: Trial, files: LabFile[]) => Promise<string[][]>}} attack
 *   `ask` gives the answers of each round of questions
 * @returns {Attack}
 */
function evasion({ name, title, remains, cases, ask, size = SMALL, trials = { short: 12, full: 40 } }) {
  const files = (/** @type {string} */ word) => filesOf(word, QUESTIONS, size);
  return {
    name: `grease-${name}`, number: '12', title: `GREASE evasion: ${title}`, measure: 'symbol', trials, cases, remains, listed: files,
    run: async (experiment) => {
      const secrets = experiment.random.balancedWords(QUESTIONS, experiment.trials);
      const words = await experiment.each(async (trial, visitor) => {
        const asked = files(trial.word);
        const secret = secrets[trial.index];
        await storeAll(await visitor.at(trial.site('other')), chosen(asked, secret), '*');
        const rounds = (await ask(visitor, trial, asked)).map(hits);
        return secret.map((bit, index) => ({ secret: bit, guess: Math.max(...rounds.map((answers) => answers[index])) }));
      });
      return words.flat();
    },
  };
}

const bounded = [
  { name: 'grease.percent 50', settings: HALF, bound: ONE_ANSWER },
  { name: 'grease.percent 0', settings: { 'grease.percent': '0' }, works: 0.95, fullOnly: true },
];

/** @type {Attack[]} */
export default [
  evasion({
    name: 'once', title: 'one question, for comparison', cases: bounded,
    ask: async (visitor, trial, files) => [await lookUp(await visitor.at(trial.site('curious')), files)],
    remains: 'A hit is sure, a miss is not: 0.31 bits when half of the hits are suppressed, 0.93 at the default of 1 %.',
  }),
  evasion({
    name: 'repeat', title: 'the same question 10 times, in one page and over three loads', cases: bounded,
    ask: async (visitor, trial, files) => {
      const page = await visitor.at(trial.site('curious'));
      const rounds = [];
      for (let load = 0; load < 3; load += 1) {
        for (let round = 0; round < 4; round += 1) rounds.push(await lookUp(page, files));
        await visitor.reload();
      }
      return rounds;
    },
    remains: 'No more than one question tells: the answer is decided by a secret key from hash, site and epoch.',
  }),
  evasion({
    name: 'siblings', title: 'the same question from six origins of one site, in pages and frames', cases: bounded,
    ask: async (visitor, trial, files) => {
      const site = trial.site('curious');
      const siblings = ['one', 'two', 'three'].map((label) => `${label}.${site}`);
      const rounds = [];
      for (const sibling of siblings) rounds.push(await lookUp(await visitor.at(sibling), files));
      for (const frame of await visitor.frames(site, siblings)) rounds.push(await lookUp(frame, files));
      return rounds;
    },
    remains: 'No more than one question tells: siblings are one site.',
  }),
  evasion({
    name: 'frames', title: 'the same question from frames of six sites on one page', cases: bounded,
    ask: async (visitor, trial, files) => {
      const sites = ['u', 'v', 'w', 'x', 'y', 'z'].map(trial.site);
      const rounds = [];
      for (const frame of await visitor.frames(trial.site('curious'), sites)) rounds.push(await lookUp(frame, files));
      return rounds;
    },
    remains: 'Where each framed site had a roll of its own, six frames would undo GREASE.',
  }),
  evasion({
    name: 'sites', title: 'the same question from six top-level sites', trials: { short: 4, full: 20 },
    cases: [{ name: 'grease.percent 50', settings: HALF, works: 0.6 }],
    ask: async (visitor, trial, files) => {
      const rounds = [];
      for (const role of ['u', 'v', 'w', 'x', 'y', 'z']) rounds.push(await lookUp(await visitor.at(trial.site(role)), files));
      return rounds;
    },
    remains: 'Nearly everything: sites that each have a visit of the victim, and work together, each have a roll of their own. '
      + 'One roll for all sites would make a suppressed file useless to everyone for an epoch.',
  }),
  evasion({
    name: 'size', title: 'a file of 600 KiB, which GREASE exempts', size: NEVER_GREASED, trials: { short: 4, full: 20 },
    cases: [{ name: 'grease.percent 50', settings: HALF, works: 0.9 }],
    ask: async (visitor, trial, files) => [await lookUp(await visitor.at(trial.site('curious')), files)],
    remains: 'Everything: the exemption is the specification’s, since a false miss of a large file costs its download. The lookup '
      + 'budget bounds how many such questions there are.',
  }),
];
