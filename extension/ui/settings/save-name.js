/** @file What a file is called when it is saved to disk. Pure; may be imported by ui/settings/ only. */

/** First bytes, and where they stand, of kinds that programs open by their endings. @type {[string, number, string][]} */
const SIGNATURES = [
  ['png', 0, '\x89PNG'],
  ['jpg', 0, '\xff\xd8\xff'],
  ['gif', 0, 'GIF8'],
  ['webp', 8, 'WEBP'],
  ['wasm', 0, '\0asm'],
  ['gguf', 0, 'GGUF'],
  ['woff2', 0, 'wOF2'],
  ['woff', 0, 'wOFF'],
  ['ttf', 0, '\0\x01\0\0'],
  ['otf', 0, 'OTTO'],
  ['zip', 0, 'PK\x03\x04'],
  ['gz', 0, '\x1f\x8b'],
  ['pdf', 0, '%PDF'],
  ['mp4', 4, 'ftyp'],
  ['ogg', 0, 'OggS'],
  ['webm', 0, '\x1aE\xdf\xa3'],
];

/** As many bytes as tell. */
export const START_BYTES = 16;

/** @param {string} kind @param {Uint8Array} start */
function endingOf(kind, start) {
  const text = String.fromCharCode(...start.subarray(0, START_BYTES));
  const known = SIGNATURES.find(([, place, bytes]) => text.startsWith(bytes, place));
  return known?.[0] ?? (kind === 'text' ? 'txt' : 'bin');
}

/**
 * The last part of what the Public Hash List calls it, else the beginning of its hash; always with an ending.
 * @param {{name: string, kind: string, hash: {value: string}}} entry
 * @param {Uint8Array} start the file's first bytes
 * @returns {string}
 */
export function saveName({ name, kind, hash }, start) {
  const listed = name.split(/[?#]/)[0].split(/[/\\ ]/).at(-1) ?? '';
  // No place in a path, no hidden file, nothing that a file system or a person would stumble over.
  const safe = listed.replace(/[^\p{L}\p{N}._@+-]/gu, '_').replace(/^\.+/, '').slice(-120);
  if (/[^.]\.[\p{L}\p{N}]+$/u.test(safe)) return safe;
  return `${safe || hash.value.slice(0, 12)}.${endingOf(kind, start)}`;
}
