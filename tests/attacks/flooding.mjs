/** Attack 8: filling the store, to see what gives way. The store is made small, so that filling it takes seconds, not days. */
import { fileOf, filesOf } from './support/files.mjs';
import { hits, lookUp, readAll, storeAll, tryStoreAll } from './support/in-page.mjs';

/** @typedef {import('./support/experiment.mjs').Attack} Attack */
/** @typedef {import('./support/experiment.mjs').Experiment} Experiment */
/** @typedef {import('./support/experiment.mjs').Trial} Trial */
/** @typedef {import('./support/visitor.mjs').Visitor} Visitor */

const PIECE = 64 * 1024;
/** A site may hold a fifth of the store, so it takes more than five to fill it. */
const FLOODING_SITES = ['u', 'v', 'w', 'x', 'y', 'z'];
const PIECES_EACH = 3;
const TINY = { 'budget.ceiling': '1MiB' };

/** @param {Trial} trial @param {string} role */
const flood = (trial, role) => filesOf(`${trial.word} ${role}`, PIECES_EACH, PIECE);

/**
 * @param {Visitor} visitor
 * @param {Trial} trial
 * @param {boolean} keep whether it reads what it has stored, which holds it in the store for a while
 */
async function fill(visitor, trial, keep) {
  for (const role of FLOODING_SITES) {
    const page = await visitor.at(trial.site(role));
    await tryStoreAll(page, flood(trial, role));
    if (keep) await readAll(page, flood(trial, role));
  }
}

/** @type {Attack[]} */
export default [
  {
    name: 'flood-usage', number: '8', title: 'Flooding: fill the store, let the victim visit a site, see how much of one’s own was evicted (0 to 3 pieces)',
    measure: 'symbol', trials: { short: 2, full: 8 },
    cases: [
      { name: 'defaults', bound: 0, fullOnly: true },
      { name: 'budget.ceiling 1MiB', settings: TINY, own: true, works: 1.2, fullOnly: true },
    ],
    run: (experiment) => {
      const amounts = experiment.random.balanced([0, 1, 2, 3], experiment.trials);
      return experiment.each(async (trial, visitor) => {
        await fill(visitor, trial, false);
        const before = await survivors(visitor, trial);
        await storeAll(await visitor.at(trial.site('visited')), filesOf(`${trial.word} visited`, amounts[trial.index], PIECE));
        const after = await survivors(visitor, trial);
        await experiment.lab.forgetAll();
        return { secret: amounts[trial.index], guess: before - after };
      }, { tabs: 1 });
    },
    remains: 'Nothing while the store is not full, and the write budget lets one site write 32 GiB a day at most. Where sites of the attacker '
      + 'together have filled it, what else is stored shows by what it displaces: its size, not what it is.',
  },
  {
    name: 'flood-oracle', number: '8', title: 'Flooding: in a store full of entries in use, only bytes that it already holds can be written',
    measure: 'symbol', trials: { short: 4, full: 8 },
    cases: [
      { name: 'defaults', bound: 0 },
      { name: 'budget.ceiling 1MiB', settings: TINY, own: true, works: 0.3 },
    ],
    run: (experiment) => {
      const secrets = experiment.random.balanced([0, 1], experiment.trials);
      return experiment.each(async (trial, visitor) => {
        const wanted = [fileOf(`${trial.word} wanted`, PIECE)];
        const page = await visitor.at(trial.site('visited'));
        if (secrets[trial.index]) {
          await storeAll(page, wanted);
          await readAll(page, wanted);
        }
        await fill(visitor, trial, true);
        const [outcome] = await tryStoreAll(await visitor.at(trial.site('curious')), wanted);
        await experiment.lab.forgetAll();
        return { secret: secrets[trial.index], guess: outcome === 'stored' ? 1 : 0 };
      }, { tabs: 1 });
    },
    remains: 'Nothing while the store is not full. In a full one whose entries are all in use, the write of a file that another site reads in '
      + 'these minutes succeeds, and that of another fails: it takes the whole file, and a store that the attacker has filled.',
  },
];

/** @param {Visitor} visitor @param {Trial} trial @returns {Promise<number>} how many pieces of the flood are there */
async function survivors(visitor, trial) {
  let count = 0;
  for (const role of FLOODING_SITES) {
    const answers = hits(await lookUp(await visitor.at(trial.site(role)), flood(trial, role)));
    count += answers.reduce((/** @type {number} */ sum, hit) => sum + hit, 0);
  }
  return count;
}
