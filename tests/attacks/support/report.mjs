/** The results as a table: for the terminal, as JSON, as Markdown for the documents. */
import { readFile, writeFile } from 'node:fs/promises';
import { formatTable } from '../../../scripts/lib/terminal.mjs';

/** @typedef {import('./experiment.mjs').Attack} Attack */
/** @typedef {import('./experiment.mjs').Outcome} Outcome */

const BEGIN = '<!-- attacks:begin -->';
const END = '<!-- attacks:end -->';

/** @param {Outcome} outcome @returns {string} what is within chance is not told as a leak */
function learnt({ bits, floor, secretBits }) {
  const of = Number.isInteger(secretBits) ? secretBits : secretBits.toFixed(1);
  return `${bits <= floor ? '0' : bits.toFixed(bits < 10 ? 2 : 1)} of ${of}`;
}

/** @param {Outcome} outcome */
const isDefault = (outcome) => outcome.case.name === 'defaults';

/** @param {Outcome[]} outcomes @returns {[Attack, Outcome[]][]} in the order of the catalogue */
function byAttack(outcomes) {
  /** @type {Map<Attack, Outcome[]>} */
  const rows = new Map();
  for (const outcome of outcomes) rows.set(outcome.attack, [...(rows.get(outcome.attack) ?? []), outcome]);
  return [...rows].sort(([a], [b]) => (parseInt(a.number, 10) || 99) - (parseInt(b.number, 10) || 99));
}

/** @param {Outcome[]} outcomes @returns {string} */
export function asText(outcomes) {
  return formatTable(['attack', 'case', '>bits', '>of', '>chance', '>whole', '>trials', '>seconds'],
    byAttack(outcomes).flatMap(([attack, of]) => of.map((outcome) => [
      `${attack.number} ${attack.name}`, outcome.case.name + (outcome.absent.length ? ' (absent)' : ''), outcome.bits.toFixed(2),
      outcome.secretBits.toFixed(1), outcome.floor.toFixed(2), Number.isNaN(outcome.success) ? '' : `${Math.round(outcome.success * 100)} %`,
      String(outcome.trials), outcome.seconds.toFixed(1),
    ])));
}

/** @param {Outcome[]} outcomes @returns {string} */
export function asJson(outcomes) {
  const rows = outcomes.map(({ attack, case: which, ...numbers }) => ({
    attack: attack.name, number: attack.number, title: attack.title, case: which.name, settings: which.settings ?? {}, bound: which.bound,
    ...numbers,
  }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}

/** @param {Outcome[]} outcomes @returns {string} */
export function asMarkdown(outcomes) {
  const lines = byAttack(outcomes).map(([attack, of]) => {
    const defaults = of.filter(isDefault).map(learnt).join(', ');
    const others = of.filter((outcome) => !isDefault(outcome)).map((outcome) => `${learnt(outcome)} (\`${outcome.case.name}\`)`).join('; ');
    return `| ${attack.number} | ${attack.title} | ${defaults || '–'} | ${others || '–'} | ${attack.remains} |`;
  });
  return [
    '| | Attack | Bits learnt with defaults | Bits with a switch moved | What remains, and why |',
    '|---|---|---|---|---|', ...lines, '',
  ].join('\n');
}

/**
 * Puts the table between its markers.
 * @param {string} file
 * @param {string} table
 */
export async function insertInto(file, table) {
  const text = await readFile(file, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${file} has no place for the table: ${BEGIN} and ${END} are missing.`);
  await writeFile(file, `${text.slice(0, begin + BEGIN.length)}\n${table}${text.slice(end)}`);
}
