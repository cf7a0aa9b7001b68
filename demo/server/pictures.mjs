/** The demo's pictures, and how to tell whether their subjects were cut out right. */
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Picture
 * @property {string} file
 * @property {string} credit
 * @property {[number, number]} share least and most of the picture that is its subject
 * @property {[number, number][]} inside cells (row, column) of an 8 × 8 grid that are surely subject
 * @property {[number, number][]} outside cells that surely are not
 */

const asset = (/** @type {string} */ name) => fileURLToPath(new URL(`../assets/${name}`, import.meta.url));

/** @type {Picture[]} */
export const PICTURES = [
  {
    file: asset('coffee.png'), credit: 'A cup of espresso. Photo: Rachel Michetti, CC0',
    share: [0.2, 0.6], inside: [[1, 3], [2, 4], [3, 3], [4, 2]], outside: [[0, 0], [0, 7], [7, 0], [7, 7], [3, 7]],
  },
  {
    file: asset('chelsea.png'), credit: 'Chelsea the cat. Photo: Stéfan van der Walt, CC0',
    share: [0.35, 0.85], inside: [[2, 3], [4, 3], [5, 4], [3, 2]], outside: [[3, 7], [5, 7], [1, 7]],
  },
];

/**
 * @param {{share: number, grid: number[][]}} result
 * @param {Picture} picture
 * @returns {string[]} what is wrong; empty when all is right
 */
export function checkCutout({ share, grid }, picture) {
  const problems = [];
  const [least, most] = picture.share;
  if (!(share >= least && share <= most)) {
    problems.push(`the subject is ${Math.round(share * 100)} % of the picture, not ${least * 100} to ${most * 100} %`);
  }
  const missing = picture.inside.filter(([row, column]) => !(grid[row][column] > 0.5)).length;
  const extra = picture.outside.filter(([row, column]) => !(grid[row][column] < 0.5)).length;
  if (missing) problems.push(`${missing} of ${picture.inside.length} places of the subject are missing`);
  if (extra) problems.push(`${extra} of ${picture.outside.length} places of the background are still there`);
  return problems;
}
