/** @file Random identifiers. May be imported by background/ only. */

/** @param {number} bytes @returns {string} lowercase hex digits, two a byte */
export function randomHex(bytes) {
  return toHex(crypto.getRandomValues(new Uint8Array(bytes)));
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
