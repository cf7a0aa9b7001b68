/** The attack lab's command. `scripts/attacks --help` says more. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { step } from '../../scripts/lib/terminal.mjs';
import { ATTACKS } from './catalogue.mjs';
import { asJson, asMarkdown, asText, insertInto } from './support/report.mjs';
import { plan, runGroup } from './support/runner.mjs';

const HELP = `Usage: scripts/attacks [options]

Runs the attacks on privacy that are known for Cross-Origin Storage, each in a real Chromium with the
extension, the host and a throw-away store, against random victims: with the default settings, and again
with what stops it switched off. Says how many bits an attacker learns about a victim.

  --short          few trials (the form that scripts/test runs)
  --only NAME      attacks whose name begins so; may be given several times
  --trials N       so many trials of each
  --seed WORD      draws other victims
  --list           the attacks' names
  --json FILE      write the results as JSON
  --markdown FILE  write the table as Markdown
  --write-docs     put the table into docs/privacy.md
  --help           this text`;

function options() {
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  const text = /** @type {const} */ ({ type: 'string' });
  return parseArgs({
    options: {
      short: flag, only: { type: 'string', multiple: true }, trials: text, seed: { type: 'string', default: '1' }, list: flag,
      json: text, markdown: text, 'write-docs': flag, help: flag,
    },
  }).values;
}

async function main() {
  const wish = options();
  if (wish.help) return void console.log(HELP);
  if (wish.list) return void console.log(ATTACKS.map(({ name, title }) => `${name}  ${title}`).join('\n'));
  const trials = wish.trials === undefined ? undefined : Number(wish.trials);
  if (trials !== undefined && !(Number.isInteger(trials) && trials > 1)) throw new Error('--trials takes a whole number above 1.');
  const groups = plan(ATTACKS, { short: wish.short, only: wish.only, trials });
  if (groups.length === 0) throw new Error('No attack has such a name; --list shows them.');

  const outcomes = [];
  for (const group of groups) {
    outcomes.push(...await runGroup(group, {
      seed: wish.seed,
      onStart: ({ attack, case: which, trials: count }) => step(`${attack.name}, ${which.name}: ${count} trials`),
      onOutcome: ({ bits, floor, seconds, success, absent }) => step(
        `  ${bits.toFixed(2)} bits (chance: ${floor.toFixed(2)}), `
        + (Number.isNaN(success) ? '' : `whole secret in ${Math.round(success * 100)} %, `) + `${seconds.toFixed(1)} s`
        + (absent.length ? `; absent: ${absent.join(', ')}` : '')),
    }));
    // After each group: a run of many minutes that breaks off has not been for nothing.
    if (wish.json) await writeFile(wish.json, asJson(outcomes));
  }
  console.log(asText(outcomes));
  if (wish.markdown) await writeFile(wish.markdown, asMarkdown(outcomes));
  if (wish['write-docs']) await insertInto('docs/privacy.md', asMarkdown(outcomes));
}

await main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = 1;
});
