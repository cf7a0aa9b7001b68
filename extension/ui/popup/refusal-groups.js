/** @file Puts together what was refused for the same reason. Pure; may be imported by ui/popup/ only. */

/** @typedef {import('../../background/refusals.js').ExplainedRefusal} ExplainedRefusal */

/**
 * @typedef {object} Group
 * @property {string} reason of reads that missed; empty for what failed with another error
 * @property {string} error
 * @property {string} sentence the host's
 * @property {number} files
 * @property {string[]} names of those that have one
 */

/** @param {ExplainedRefusal} refusal */
const fileOf = ({ hash }) => (hash === null ? '' : `${hash.algorithm}:${hash.value}`);

/**
 * @param {ExplainedRefusal[]} refusals
 * @param {number} most
 * @returns {{groups: Group[], rest: number}} the largest first; of the others the number of files
 */
export function groupRefusals(refusals, most) {
  /** @type {Map<string, Group & {known: Set<string>}>} */
  const groups = new Map();
  for (const refusal of refusals) {
    const { reason, error, sentence, name } = refusal;
    const key = reason === '' ? `error ${error}` : `reason ${reason}`;
    const group = groups.get(key) ?? { reason, error, sentence, files: 0, names: [], known: new Set() };
    groups.set(key, group);
    const file = fileOf(refusal);
    // Two frames may have asked for one file.
    if (file === '' || group.known.has(file)) continue;
    group.known.add(file);
    group.files += 1;
    if (name !== '') group.names.push(name);
  }
  const all = [...groups.values()].map(({ known: _, ...group }) => group).sort((a, b) => b.files - a.files);
  return { groups: all.slice(0, most), rest: all.slice(most).reduce((sum, { files }) => sum + files, 0) };
}

/**
 * Whose sites ask mode held back.
 * @param {ExplainedRefusal[]} refusals
 * @returns {string[]} origins, each once
 */
export function heldBackByAsking(refusals) {
  return [...new Set(refusals.filter(({ reason }) => reason === 'ask-undecided' || reason === 'ask-blocked').map(({ origin }) => origin))];
}
