/** @file A call as code that a developer can paste into the console. Pure; may be imported by ui/ only. */

/** @typedef {import('../../background/call-log.js').LoggedCall} LoggedCall */

/** @param {LoggedCall} call @returns {string} '' for what cannot be repeated: a request without a hash */
export function reproduction({ what, hash, origins }) {
  if (hash === null) return '';
  const name = `{ algorithm: ${JSON.stringify(hash.algorithm)}, value: ${JSON.stringify(hash.value)} }`;
  const creates = what === 'create' || what === 'store';
  const options = creates ? `, { create: true${origins === undefined ? '' : `, origins: ${JSON.stringify(origins)}`} }` : '';
  const lines = [`const handle = await navigator.crossOriginStorage.getFileHandle(${name}${options});`];
  if (what === 'read') lines.push('const file = await handle.getFile();');
  if (what === 'store') {
    lines.push('const writable = await handle.createWritable();', 'await writable.write(bytes); // those that have this hash', 'await writable.close();');
  }
  return lines.join('\n');
}
