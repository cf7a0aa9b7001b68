/** Runs attacks: those whose machines are set up alike share one store and browser. */
import { Experiment, trialWord } from './experiment.mjs';
import { Lab } from './lab.mjs';

/** @typedef {import('./experiment.mjs').Attack} Attack */
/** @typedef {import('./experiment.mjs').Case} Case */
/** @typedef {import('./experiment.mjs').Outcome} Outcome */
/** @typedef {{attack: Attack, case: Case, trials: number}} Plan */
/** @typedef {{short?: boolean, only?: string[], trials?: number}} Wish */

/**
 * @param {Attack[]} attacks
 * @param {Wish} wish
 * @returns {Plan[][]} groups of equal set-up
 */
export function plan(attacks, { short = false, only = [], trials }) {
  /** @type {Map<string, Plan[]>} */
  const groups = new Map();
  for (const attack of attacks) {
    if (only.length > 0 && !only.some((name) => attack.name.startsWith(name))) continue;
    for (const which of attack.cases) {
      if (short && which.fullOnly) continue;
      const key = which.own ? trialWord(attack, which, 0) : JSON.stringify(Object.entries(which.settings ?? {}).sort());
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key)?.push({ attack, case: which, trials: trials ?? attack.trials[short ? 'short' : 'full'] });
    }
  }
  return [...groups.values()];
}

/** @param {Plan[]} group @returns {import('./files.mjs').LabFile[]} */
function listedOf(group) {
  return group.flatMap(({ attack, case: which, trials }) => (which.unlisted || !attack.listed ? []
    : Array.from({ length: trials }, (_, index) => attack.listed?.(trialWord(attack, which, index)) ?? []).flat()));
}

/**
 * @param {Plan[]} group
 * @param {{seed?: string, onStart?: (plan: Plan) => void, onOutcome?: (outcome: Outcome) => void}} [options]
 * @returns {Promise<Outcome[]>}
 */
export async function runGroup(group, { seed = '1', onStart, onOutcome } = {}) {
  const lab = new Lab();
  const outcomes = [];
  try {
    await lab.open(group[0].case.settings ?? {}, listedOf(group));
    for (const planned of group) {
      onStart?.(planned);
      const outcome = await new Experiment(lab, planned.attack, planned.case, planned.trials, seed).measure();
      outcomes.push(outcome);
      onOutcome?.(outcome);
    }
  } finally {
    await lab.close();
  }
  return outcomes;
}
