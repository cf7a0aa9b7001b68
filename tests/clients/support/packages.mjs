/** The clients as they are published. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../scripts/lib/build.mjs';

/** @param {string} name @param {string} file */
export const modulePath = (name, file) => join(ROOT, 'node_modules', name, file);

/** @param {string} name @returns {string} */
export const moduleVersion = (name) => JSON.parse(readFileSync(modulePath(name, 'package.json'), 'utf8')).version;
