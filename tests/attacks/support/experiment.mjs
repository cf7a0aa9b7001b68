/** What an attack is, and how the trials of one case of it are run and measured. */
import { estimate, mutualInformation, successRate, wordInformation } from './information.mjs';
import { Random } from './random.mjs';
import { timingInformation } from './timing.mjs';

/** @typedef {import('./files.mjs').LabFile} LabFile */
/** @typedef {import('./lab.mjs').Lab} Lab */
/** @typedef {import('./visitor.mjs').Visitor} Visitor */

/**
 * One setting of the machine under which an attack is tried.
 * @typedef {object} Case
 * @property {string} name 'defaults', or what was switched off
 * @property {Record<string, string>} [settings] that differ from the defaults
 * @property {number} [bound] bits that must not be exceeded
 * @property {number} [works] bits that the attack must reach: it shows that the bound elsewhere means something
 * @property {boolean} [unlisted] nothing is on the Public Hash List
 * @property {boolean} [own] needs a store and browser that no other attack uses
 * @property {boolean} [fullOnly] too slow for the short form
 */

/**
 * @typedef {object} Attack
 * @property {string} name
 * @property {string} number of the attack in the specification's list, or '+' for one more
 * @property {string} title
 * @property {'word' | 'symbol' | 'timing'} measure an id of several bits; one value; durations
 * @property {{short: number, full: number}} trials
 * @property {Case[]} cases
 * @property {(word: string) => LabFile[]} [listed] what is on the Public Hash List for the trial of that name
 * @property {(experiment: Experiment) => Promise<{secret: any, guess: any}[]>} run
 * @property {string} remains what remains and why
 */

/** @typedef {{index: number, word: string, random: Random, site: (role: string) => string}} Trial */

/**
 * @typedef {object} Outcome
 * @property {Attack} attack
 * @property {Case} case
 * @property {number} trials
 * @property {number} secretBits in a trial
 * @property {number} bits learnt in a trial
 * @property {number} floor what chance alone reaches, in one run of a hundred
 * @property {number} success share of the trials in which the whole secret was guessed; NaN where guesses are durations
 * @property {string[]} absent settings that this build does not have
 * @property {number} seconds
 */

/** Tabs that work at once, unless an attack takes the time of something. */
const TABS = 3;

export class Experiment {
  /**
   * @param {Lab} lab
   * @param {Attack} attack
   * @param {Case} which
   * @param {number} trials
   * @param {string} seed
   */
  constructor(lab, attack, which, trials, seed) {
    this.lab = lab;
    this.attack = attack;
    this.case = which;
    this.trials = trials;
    this.random = new Random(`${seed} ${this.word(0)}`);
  }

  /** @param {number} index names everything of one trial */
  word(index) {
    return trialWord(this.attack, this.case, index);
  }

  /** @param {number} index @returns {Trial} */
  trial(index) {
    const word = this.word(index);
    return { index, word, random: new Random(`${word} ${this.random.next()}`), site: (role) => `${word}-${role}.test` };
  }

  /** @returns {Trial[]} */
  allTrials() {
    return Array.from({ length: this.trials }, (_, index) => this.trial(index));
  }

  /**
   * Runs something for each trial, in a few tabs at once.
   * @template T
   * @param {(trial: Trial, visitor: Visitor) => Promise<T>} body
   * @param {{tabs?: number, profile?: string, trials?: Trial[]}} [options]
   * @returns {Promise<T[]>} in the order of the trials
   */
  async each(body, { tabs = TABS, profile, trials = this.allTrials() } = {}) {
    /** @type {T[]} */
    const results = [];
    const waiting = [...trials.entries()];
    const work = async () => {
      const visitor = await this.lab.visitor(profile);
      for (let next = waiting.shift(); next; next = waiting.shift()) results[next[0]] = await body(next[1], visitor);
      await visitor.close();
    };
    await Promise.all(Array.from({ length: Math.min(tabs, trials.length) }, work));
    return results;
  }

  /** @returns {Promise<Outcome>} */
  async measure() {
    const start = performance.now();
    const pairs = await this.attack.run(this);
    const seconds = (performance.now() - start) / 1000;
    const { measure } = this.attack;
    const measureOf = { word: wordInformation, symbol: mutualInformation, timing: timingInformation }[measure];
    const { bits, floor } = estimate(pairs, measureOf, this.random, measure === 'timing' ? 100 : 200);
    return {
      attack: this.attack, case: this.case, trials: pairs.length, secretBits: secretBits(this.attack, pairs), bits, floor,
      success: measure === 'timing' ? NaN : successRate(pairs),
      absent: Object.keys(this.case.settings ?? {}).filter((key) => this.lab.absent.includes(key)), seconds,
    };
  }
}

/** @param {Attack} attack @param {Case} which @param {number} index */
export function trialWord(attack, which, index) {
  return `${attack.name}-${attack.cases.indexOf(which)}-${index}`;
}

/** @param {Attack} attack @param {{secret: any}[]} pairs */
function secretBits(attack, pairs) {
  if (attack.measure === 'word') return pairs[0]?.secret.length ?? 0;
  return Math.log2(new Set(pairs.map(({ secret }) => secret)).size);
}
