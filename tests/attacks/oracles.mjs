/** Attacks 6, 7, 13 and 14: learning from what happens, or from how long it takes, what no answer says. */
import { fileOf, NEVER_GREASED, SMALL } from './support/files.mjs';
import { beginWrites, lookUp, readAll, storeAll, timeLookUps, timeWrite } from './support/in-page.mjs';
import { median } from './support/timing.mjs';

/** @typedef {import('./support/experiment.mjs').Attack} Attack */
/** @typedef {import('./support/experiment.mjs').Experiment} Experiment */
/** @typedef {import('./support/files.mjs').LabFile} LabFile */
/** @typedef {import('./support/visitor.mjs').Visitor} Visitor */
/** @typedef {{secret: string, file: LabFile, index: number}} Sample */

/** One page asks for no more than this, to stay within the lookup budget. */
const PER_SITE = 10;
const MEGABYTES = 2_000_000;
const WARM = fileOf('a question to get warm with');

/**
 * A file for each trial, whose secret is the state that it is in; a tenth of them to a site of the attacker's.
 * Nothing else works meanwhile: it would disturb the clock.
 * @template T
 * @param {Experiment} experiment
 * @param {string[]} states
 * @param {number} size
 * @param {(samples: Sample[], visitor: Visitor, site: (role: string) => string) => Promise<T[]>} observe
 * @returns {Promise<T[]>}
 */
async function inStates(experiment, states, size, observe) {
  const secrets = experiment.random.balanced(states, experiment.trials);
  const samples = secrets.map((secret, index) => ({ secret, index, file: fileOf(experiment.word(index), size) }));
  const visitor = await experiment.lab.visitor();
  const results = [];
  for (let start = 0; start < samples.length; start += PER_SITE) {
    const word = experiment.word(start);
    results.push(...await observe(samples.slice(start, start + PER_SITE), visitor, (role) => `${word}-${role}.test`));
  }
  await visitor.close();
  return results;
}

/** @param {Sample[]} samples @param {string} state @returns {LabFile[]} */
const inState = (samples, state) => samples.filter(({ secret }) => secret === state).map(({ file }) => file);

/** What a write shows, when the attacker has the bytes. */
const HELD = ['absent', 'held by another site'];

/**
 * @param {Experiment} experiment
 * @param {number} size
 * @returns {Promise<{secret: string, outcome: string, times: number[]}[]>}
 */
function induceWrites(experiment, size) {
  return inStates(experiment, HELD, size, async (samples, visitor, site) => {
    await storeAll(await visitor.at(site('other')), inState(samples, HELD[1]));
    const page = await visitor.isolated(site('curious'));
    await timeWrite(page, fileOf(`${site('warm')}`, size));
    const seen = [];
    for (const { secret, file } of samples) {
      const { outcome, times } = await timeWrite(page, file);
      const [after] = await lookUp(page, [file]);
      seen.push({ secret, outcome: `${outcome}, then ${after}`, times });
    }
    return seen;
  });
}

/** @param {{secret: string, times: number[]}[]} seen */
const asTimed = (seen) => seen.map(({ secret, times }) => ({ secret, guess: times }));

/** Where the answer to a question is a miss, for whatever reason. */
const REASONS = ['absent', 'same-site of another', 'listed, not global', 'global, not listed', 'suppressed by GREASE'];

/** @param {Sample[]} samples @param {Visitor} visitor @param {(role: string) => string} site */
async function prepareReasons(samples, visitor, site) {
  const other = await visitor.at(site('other'));
  await storeAll(other, [...inState(samples, REASONS[1]), ...inState(samples, REASONS[2])]);
  await storeAll(other, [...inState(samples, REASONS[3]), ...inState(samples, REASONS[4])], '*');
}

/** First answer, the median of the others and the shortest. @param {number[]} times */
const features = ([first, ...others]) => [first, median(others), Math.min(...others)];

/** How often the attacker asks the same question. */
const REPEATS = 8;

/** @type {Attack[]} */
export default [
  {
    name: 'write-result', number: '6', title: 'Induced write: do results or errors tell whether the store already holds the bytes',
    measure: 'symbol', trials: { short: 20, full: 100 }, cases: [{ name: 'defaults', bound: 0 }],
    run: async (experiment) => (await induceWrites(experiment, SMALL)).map(({ secret, outcome }) => ({ secret, guess: outcome })),
    remains: 'Nothing: a create handle is given whatever the store holds, and a write takes and checks all bytes either way.',
  },
  {
    name: 'write-time-small', number: '6', title: 'Induced write: does its time tell, 1 kB', measure: 'timing', trials: { short: 40, full: 300 },
    cases: [{ name: 'defaults', bound: 0.25 }],
    run: async (experiment) => asTimed(await induceWrites(experiment, SMALL)),
    remains: 'Nothing beyond noise: syncing the bytes to the disk, which every write does, drowns the rest. It takes the whole file to ask.',
  },
  {
    name: 'write-time-large', number: '6', title: 'Induced write: does its time tell, 2 MB', measure: 'timing', trials: { short: 20, full: 120 },
    cases: [{ name: 'defaults', bound: 0.25, fullOnly: true }],
    run: async (experiment) => asTimed(await induceWrites(experiment, MEGABYTES)),
    remains: 'Nothing beyond noise, as above.',
  },
  {
    name: 'query-result', number: '7', title: 'Query oracle: do others see whether a site has asked for a file that is not there',
    measure: 'symbol', trials: { short: 20, full: 60 }, cases: [{ name: 'defaults', bound: 0 }],
    run: (experiment) => inStates(experiment, ['not asked', 'asked'], SMALL, async (samples, visitor, site) => {
      const asker = await visitor.at(site('asker'));
      for (let round = 0; round < 3; round += 1) await lookUp(asker, inState(samples, 'asked'));
      const answers = await lookUp(await visitor.at(site('curious')), samples.map(({ file }) => file));
      return samples.map(({ secret }, index) => ({ secret, guess: answers[index] }));
    }),
    remains: 'Nothing: a question stores nothing.',
  },
  {
    name: 'query-time', number: '7', title: 'Query oracle: does the time of a hit tell whether another site has read the file', measure: 'timing',
    trials: { short: 40, full: 200 },
    cases: [
      { name: 'defaults', bound: 0.25, fullOnly: true },
      { name: 'handover.enabled off', settings: { 'handover.enabled': 'off' }, bound: 0.25, fullOnly: true },
    ],
    listed: (word) => [fileOf(word, NEVER_GREASED)],
    run: (experiment) => inStates(experiment, ['not read', 'read'], NEVER_GREASED, async (samples, visitor, site) => {
      await storeAll(await visitor.at(site('other')), samples.map(({ file }) => file), '*');
      await readAll(await visitor.at(site('reader')), inState(samples, 'read'));
      const page = await visitor.isolated(site('curious'));
      await timeLookUps(page, [WARM]);
      const seen = await timeLookUps(page, samples.map(({ file }) => file), { read: true });
      return samples.map(({ secret }, index) => ({ secret, guess: seen[index].times }));
    }),
    remains: 'Nothing beyond noise: each site reads through links of its own, so that its first read makes one whoever has read before. '
      + '(With one link for the profile this attack had 0.3 bits.)',
  },
  {
    name: 'in-progress-result', number: '13', title: 'In-progress writes: does a write that is not finished change what another site sees',
    measure: 'symbol', trials: { short: 20, full: 60 }, cases: [{ name: 'defaults', bound: 0 }],
    listed: (word) => [fileOf(word)],
    run: async (experiment) => (await besideWrites(experiment)).map(({ secret, outcome }) => ({ secret, guess: outcome })),
    remains: 'Nothing: an entry exists only when its bytes were checked.',
  },
  {
    name: 'in-progress-time', number: '13', title: 'In-progress writes: does its time', measure: 'timing', trials: { short: 40, full: 200 },
    cases: [{ name: 'defaults', bound: 0.25 }],
    listed: (word) => [fileOf(word)],
    run: async (experiment) => asTimed(await besideWrites(experiment)),
    remains: 'Nothing beyond noise: a write has a file of its own until it is finished.',
  },
  {
    name: 'refusal-time', number: '14', title: 'Timing of refusals: absent, same-site of another, listed but not global, global but not listed, suppressed by GREASE',
    measure: 'timing', trials: { short: 50, full: 400 },
    cases: [{ name: 'grease.percent 50', settings: { 'grease.percent': '50' }, bound: 0.3 }],
    listed: (word) => (listedByIndex(word) ? [fileOf(word)] : []),
    run: async (experiment) => {
      const visitor = await experiment.lab.visitor();
      const samples = Array.from({ length: experiment.trials }, (_, index) => {
        const word = experiment.word(index);
        return { index, file: fileOf(word), secret: reasonOf(word) };
      });
      const timed = [];
      for (let start = 0; start < samples.length; start += PER_SITE) {
        const some = samples.slice(start, start + PER_SITE);
        const site = (/** @type {string} */ role) => `${experiment.word(start)}-${role}.test`;
        await prepareReasons(some, visitor, site);
        const page = await visitor.isolated(site('curious'));
        await timeLookUps(page, [WARM], { repeats: 5 });
        const seen = await timeLookUps(page, some.map(({ file }) => file), { repeats: REPEATS });
        // What GREASE has let through is no refusal.
        timed.push(...some.flatMap(({ secret }, index) => (seen[index].outcome === 'hit' ? [] : [{ secret, guess: features(seen[index].times) }])));
      }
      await visitor.close();
      return timed;
    },
    remains: 'Nothing beyond noise in eight times of asking: every miss takes the same way through the store. An attacker who asks thousands of '
      + 'times may average more out of it.',
  },
  {
    name: 'refusal-time-over-budget', number: '14', title: 'Timing of refusals over budget: does it tell what is there',
    measure: 'timing', trials: { short: 30, full: 240 },
    cases: [{ name: 'defaults', bound: 0.25 }],
    listed: (word) => [fileOf(word)],
    run: (experiment) => inStates(experiment, ['absent', 'there for everyone'], SMALL, async (samples, visitor, site) => {
      await storeAll(await visitor.at(site('other')), inState(samples, 'there for everyone'), '*');
      const page = await visitor.isolated(site('curious'));
      await lookUp(page, Array.from({ length: 64 }, (_, index) => fileOf(`${site('spent')} ${index}`)));
      await timeLookUps(page, [WARM], { repeats: 5 });
      const seen = await timeLookUps(page, samples.map(({ file }) => file), { repeats: REPEATS });
      return samples.map(({ secret }, index) => ({ secret, guess: [...features(seen[index].times), seen[index].outcome === 'hit' ? 1 : 0] }));
    }),
    remains: 'Nothing beyond noise. What were told here would be told without end, past the budget.',
  },
];

/**
 * Why the file of that trial is missed. Told by the trial's number, since the Public Hash List is made before anything else;
 * mixed, so that drift of the machine does not go with one reason.
 * @param {string} word
 */
function reasonOf(word) {
  const index = Number(word.slice(word.lastIndexOf('-') + 1));
  return REASONS[(index * 3 + Math.floor(index / REASONS.length)) % REASONS.length];
}

/** @param {string} word */
const listedByIndex = (word) => [REASONS[2], REASONS[4]].includes(reasonOf(word));

/**
 * Half of the files are being written by another site meanwhile.
 * @param {Experiment} experiment
 */
function besideWrites(experiment) {
  return inStates(experiment, ['quiet', 'being written'], SMALL, async (samples, visitor, site) => {
    const writer = await visitor.inAnotherTab();
    await beginWrites(await writer.at(site('writer')), inState(samples, 'being written'));
    const page = await visitor.isolated(site('curious'));
    await timeLookUps(page, [WARM], { repeats: 5 });
    const seen = [];
    for (const { secret, file } of samples) {
      const [look] = await timeLookUps(page, [file]);
      const write = await timeWrite(page, file);
      seen.push({ secret, outcome: `${look.outcome}, ${write.outcome}`, times: [...look.times, ...write.times] });
    }
    await writer.close();
    return seen;
  });
}
