/**
 * @file What depends on the address that it was loaded from. A script or a style sheet from the store has a blob:
 * address. Pure; may be imported by content/declared/ only.
 */

/**
 * Whether a script has no import whose address would be relative to its own, and does not ask for its own.
 * @param {Blob} script
 * @param {string} type the element's
 */
export async function standsAlone(script, type) {
  const text = await script.text();
  return type.trim().toLowerCase() === 'module' ? !/\bimport\b|\bfrom\b/.test(text) : !/\bimport\s*\(/.test(text);
}

/**
 * @param {string} text of a style sheet
 * @param {string} base the address that it was declared with
 * @returns {string} with every address in it made absolute; the same text where there was nothing to do
 */
export function absoluteSheet(text, base) {
  /** @param {string} address */
  const absolute = (address) => {
    if (address === '' || address.startsWith('#') || /^[a-z][a-z0-9+.-]*:/i.test(address) || address.includes('\\')) return address;
    return URL.canParse(address, base) ? new URL(address, base).href : address;
  };
  return text.replace(
    /(\burl\(\s*)(?:(["'])(.*?)\2|([^"')\s]+))|(@import\s+)(["'])(.*?)\6/gi,
    (whole, open, quote, quoted, bare, rule, ruleQuote, ruleAddress) => {
      if (rule !== undefined) return `${rule}${ruleQuote}${absolute(ruleAddress)}${ruleQuote}`;
      if (bare !== undefined) return `${open}${absolute(bare)}`;
      return quoted === undefined ? whole : `${open}${quote}${absolute(quoted)}${quote}`;
    },
  );
}
