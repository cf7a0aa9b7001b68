/** Attacks 9 to 11, and patience: getting more answers than the lookup budget gives by asking as somebody else, later, or otherwise. */
import { chosen, filesOf, fileOf, NEVER_GREASED } from './support/files.mjs';
import { hits, lookUp, NO_API, storeAll } from './support/in-page.mjs';

/** @typedef {import('./support/experiment.mjs').Attack} Attack */
/** @typedef {import('./support/experiment.mjs').Experiment} Experiment */
/** @typedef {import('./support/experiment.mjs').Trial} Trial */
/** @typedef {import('./support/visitor.mjs').Visitor} Visitor */
/** @typedef {import('./support/files.mjs').LabFile} LabFile */
/** @typedef {{secret: number[], files: LabFile[], trial: Trial}} Victim */

/** As many as one asker may ask. */
const PART = 16;
const PARTS = 4;
const WHOLE = PART * PARTS;
const SPLIT = Array.from({ length: PARTS }, (_, index) => index);

const listed = (/** @type {string} */ word) => filesOf(word, WHOLE);
const part = (/** @type {LabFile[]} */ files, /** @type {number} */ index) => files.slice(index * PART, (index + 1) * PART);

/**
 * Unrelated sites have stored what the secret says; then the attacker asks.
 * @param {Experiment} experiment
 * @param {(visitor: Visitor, trial: Trial, files: LabFile[]) => Promise<string[]>} ask
 * @param {(word: string) => LabFile[]} [filesFor]
 */
function askForAll(experiment, ask, filesFor = listed) {
  const secrets = experiment.random.balancedWords(filesFor('').length, experiment.trials);
  return experiment.each(async (trial, visitor) => {
    const files = filesFor(trial.word);
    const secret = secrets[trial.index];
    await storeAll(await visitor.at(trial.site('other')), chosen(files, secret), '*');
    return { secret, guess: hits(await ask(visitor, trial, files)) };
  });
}

/** Asks in a dedicated worker; where those do not have the API, every answer is a miss. @param {import('./support/in-page.mjs').Target} target @param {LabFile[]} files @returns {Promise<string[]>} */
function lookUpInWorker(target, files) {
  return target.evaluate(({ hashes, missing }) => new Promise((resolve) => {
    const source = `onmessage = async ({ data }) => postMessage(!navigator.crossOriginStorage ? data.map(() => '${missing}')
      : await Promise.all(data.map((value) => navigator.crossOriginStorage.getFileHandle({ algorithm: 'SHA-256', value })
        .then(() => 'hit', (error) => error.name))))`;
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = () => resolve(hashes.map(() => missing));
    worker.postMessage(hashes);
  }), { hashes: files.map(({ hash }) => hash), missing: NO_API });
}

const BUDGET_OFF = { name: 'lookup.budget off', settings: { 'lookup.budget': 'off' }, works: 56 };
const DEFAULTS = { name: 'defaults', bound: 20 };
const trials = { short: 6, full: 20 };
const SLOTS = 8;

/** @type {Attack[]} */
export default [
  {
    name: 'sybil-frames', number: '9', title: 'Sybil: frames of four attacker sites on one page share 64 questions', measure: 'word', trials,
    cases: [DEFAULTS, BUDGET_OFF], listed,
    run: (experiment) => askForAll(experiment, async (visitor, trial, files) => {
      const frames = await visitor.frames(trial.site('top'), SPLIT.map((index) => trial.site(`f${index}`)));
      const answers = [];
      // One after the other: asked at once, the attacker would not know which questions the budget was spent on.
      for (const [index, frame] of frames.entries()) answers.push(...await lookUp(frame, part(files, index)));
      return answers;
    }),
    remains: 'One budget, whatever is framed: the top-level site is charged.',
  },
  {
    name: 'sybil-sites', number: '9', title: 'Sybil: four attacker sites, each visited, share 64 questions', measure: 'word', trials,
    cases: [{ name: 'defaults', bound: 80, works: 40 }, { ...BUDGET_OFF, fullOnly: true }], listed,
    run: (experiment) => askForAll(experiment, async (visitor, trial, files) => {
      const answers = [];
      for (const index of SPLIT) answers.push(...await lookUp(await visitor.at(trial.site(`s${index}`)), part(files, index)));
      return answers;
    }),
    remains: 'A budget for each site that the victim really visits. To put the answers together the sites must recognize the victim already, '
      + 'or send the visitor from one to the next; a chain of redirections without a click should not earn a budget each.',
  },
  {
    name: 'reset', number: '10', title: 'Reset: 16 questions each at first, after a reload, in another tab, after a restart of the browser',
    measure: 'word', trials, cases: [{ ...DEFAULTS, own: true }, { ...BUDGET_OFF, own: true, fullOnly: true }], listed,
    run: async (experiment) => {
      const secrets = experiment.random.balancedWords(WHOLE, experiment.trials);
      const before = await experiment.each(async (trial, visitor) => {
        const files = listed(trial.word);
        const secret = secrets[trial.index];
        await storeAll(await visitor.at(trial.site('other')), chosen(files, secret), '*');
        const first = await lookUp(await visitor.at(trial.site('curious')), part(files, 0));
        const reloaded = await lookUp(await visitor.reload(), part(files, 1));
        const other = await visitor.inAnotherTab();
        const another = await lookUp(await other.at(trial.site('curious')), part(files, 2));
        await other.close();
        return { secret, answers: [...first, ...reloaded, ...another] };
      });
      await experiment.lab.restart();
      return experiment.each(async (trial, visitor) => {
        const { secret, answers } = before[trial.index];
        const restarted = await lookUp(await visitor.at(trial.site('curious')), part(listed(trial.word), 3));
        return { secret, guess: hits([...answers, ...restarted]) };
      });
    },
    remains: 'One budget: it is kept in the store, by site and window.',
  },
  {
    name: 'surfaces', number: '11', title: 'Combining surfaces: 16 questions each by the three methods, in a worker, and in a frame of a sibling origin',
    measure: 'word', trials, cases: [DEFAULTS, { ...BUDGET_OFF, works: 48 }],
    listed: (word) => filesOf(word, 80),
    run: (experiment) => askForAll(experiment, async (visitor, trial, files) => {
      const site = trial.site('curious');
      const frame = await visitor.frame(site, `sibling.${site}`);
      const answers = await lookUp(frame, part(files, 4));
      const page = /** @type {import('playwright-core').Frame} */ (frame.parentFrame());
      const byMethod = [
        await lookUp(page, part(files, 0)), await lookUp(page, part(files, 1), 'requestFileHandle'),
        await lookUp(page, part(files, 2), 'requestFileHandles'), await lookUpInWorker(page, part(files, 3)),
      ];
      return [...byMethod.flat(), ...answers];
    }, (word) => filesOf(word, 80)),
    remains: 'One budget: every surface is the same request to the host.',
  },
  {
    name: 'patience', number: '+', title: 'Patience: 128 questions of one site over sixteen windows (in one, with the numbers of a window raised sixteenfold)',
    measure: 'word', trials: { short: 6, full: 16 },
    cases: [
      { name: 'defaults over a month', settings: { 'lookup.hashes': '256', 'lookup.bits': '320' }, bound: 68 },
      { name: 'lookup.budget off', settings: { 'lookup.budget': 'off' }, works: 110, fullOnly: true },
    ],
    listed: (word) => filesOf(word, 128),
    run: (experiment) => askForAll(experiment, async (visitor, trial, files) => lookUp(await visitor.at(trial.site('curious')), files),
      (word) => filesOf(word, 128)),
    remains: 'The bound for a month, 64 bits: enough to know a victim again who comes back daily, with whom a site that is visited daily has '
      + 'cookies of its own.',
  },
  {
    name: 'polling', number: '+', title: 'Polling: one question asked again and again, to see when another site stores the file (8 moments)',
    measure: 'symbol', trials: { short: 8, full: 32 },
    cases: [
      { name: 'defaults', bound: 1 },
      { name: 'lookup.budget off', settings: { 'lookup.budget': 'off' }, works: 2 },
      { name: 'not listed', unlisted: true, bound: 0, fullOnly: true },
    ],
    listed: (word) => [fileOf(word, NEVER_GREASED)],
    run: async (experiment) => {
      const moments = experiment.random.balanced(Array.from({ length: SLOTS }, (_, slot) => slot), experiment.trials);
      return experiment.each(async (trial, visitor) => {
        const files = [fileOf(trial.word, NEVER_GREASED)];
        const page = await visitor.at(trial.site('curious'));
        const other = await visitor.inAnotherTab();
        let guess = -1;
        for (let slot = 0; slot < SLOTS; slot += 1) {
          if (slot === moments[trial.index]) await storeAll(await other.at(trial.site('other')), files, '*');
          if (guess < 0 && hits(await lookUp(page, files))[0]) guess = slot;
        }
        await other.close();
        return { secret: moments[trial.index], guess };
      });
    },
    remains: 'One answer: whether the file was there when it was asked for first. What was missing stays missing for the window.',
  },
];
