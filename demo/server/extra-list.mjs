/** The throw-away store's Public Hash List, with a few more hashes. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './plan.mjs';

const run = promisify(execFile);

/**
 * A model that was not on the starter list would be an ordinary miss for the second site, as the
 * rules want. Real lists have the hubs' popular models; here the model's own hashes stand for that.
 * @param {string} cos
 * @param {{root: string, storeDir: string}} dirs
 * @param {string[]} hashes
 */
export async function extendList(cos, dirs, hashes) {
  const starter = await readFile(join(ROOT, 'data/phl/starter.txt'), 'utf8');
  const section = ['// ===BEGIN SHA-256 MODEL-HUB===', ...new Set(hashes), '// ===END SHA-256 MODEL-HUB===', ''].join('\n');
  const file = join(dirs.root, 'list.txt');
  const text = starter + section;
  await writeFile(file, text);
  await writeFile(`${file}.sha256`, `${createHash('sha256').update(text).digest('hex')}  list.txt\n`);
  await run(cos, ['phl', 'update', '--from', file], { env: { ...process.env, COS_HOME: dirs.storeDir } });
}
