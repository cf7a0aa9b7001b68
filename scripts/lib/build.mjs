/** Where the built program and extension are, for tests and benchmarks. */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** $COS_BINARY and $COS_EXTENSION name other builds, such as one with sanitizers or a packaged one. */
export const COS = resolve(ROOT, process.env.COS_BINARY ?? 'build/bin/cos');
export const EXTENSION = resolve(ROOT, process.env.COS_EXTENSION ?? 'build/extension/chromium');

/** Throws when either is missing: without its subject a test must fail, not be skipped. */
export function requireBuild() {
  const missing = [COS, join(EXTENSION, 'manifest.json')].filter((file) => !existsSync(file));
  if (missing.length === 0) return;
  throw new Error(`Not built yet: ${missing.map((file) => relative(ROOT, file)).join(' and ')}.`);
}
