/**
 * @file Permissions Policy for the feature `cross-origin-storage` (default allowlist: self), as
 * pure functions: the header, the `allow` attribute, and inheritance through frames. Browsers that
 * lack the feature parse neither for us. No browser API here; may be imported from anywhere.
 */

import { parseDictionary, Token } from 'structured-headers';

export const FEATURE = 'cross-origin-storage';

/**
 * @typedef {object} Allowlist
 * @property {boolean} all
 * @property {boolean} self the origin of the document that declares the list
 * @property {boolean} source the origin that the iframe element declares
 * @property {string[]} origins serialized origins, or `https://*.host` patterns
 */

/** @returns {Allowlist} */
const emptyAllowlist = () => ({ all: false, self: false, source: false, origins: [] });

/** @param {string} text @returns {string | undefined} */
function parseOrigin(text) {
  try {
    const url = new URL(text);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : undefined;
  } catch {
    return undefined;
  }
}

const WILDCARD = /^(https?:\/\/)\*\.([a-z0-9.-]+)(:\d+)?$/i;

/**
 * @param {string} text
 * @returns {string | undefined} the origin or pattern in canonical form, undefined when it is neither
 */
function parseOriginOrPattern(text) {
  const wildcard = WILDCARD.exec(text);
  if (wildcard === null) return parseOrigin(text);
  const [, scheme, host, port = ''] = wildcard;
  const origin = parseOrigin(scheme + host + port);
  return origin?.replace('://', '://*.');
}

/** @param {string} pattern @param {string} origin */
function matchesOrigin(pattern, origin) {
  const [scheme, host] = pattern.split('://*.');
  if (host === undefined) return pattern === origin;
  return origin.startsWith(`${scheme}://`) && origin.endsWith(`.${host}`);
}

/**
 * @param {Allowlist} allowlist
 * @param {string} origin
 * @param {string} selfOrigin
 * @param {string} [sourceOrigin]
 */
export function matches(allowlist, origin, selfOrigin, sourceOrigin) {
  if (allowlist.all) return true;
  // An opaque origin equals no other, not even one that is serialized alike.
  if (origin === 'null') return false;
  if (allowlist.self && origin === selfOrigin) return true;
  if (allowlist.source && origin === sourceOrigin) return true;
  return allowlist.origins.some((pattern) => matchesOrigin(pattern, origin));
}

/**
 * The allowlist that a `Permissions-Policy` header declares for our feature.
 * @param {string | null} header all of its lines, joined by ", "
 * @returns {Allowlist | null} null when it declares none, or cannot be parsed (it is ignored then)
 */
export function parseHeader(header) {
  if (header === null || header === '') return null;
  let members;
  try {
    members = parseDictionary(header);
  } catch {
    return null;
  }
  const member = members.get(FEATURE);
  if (member === undefined) return null;
  const [value] = member;
  const items = Array.isArray(value) ? value.map(([item]) => item) : [value];
  const allowlist = emptyAllowlist();
  for (const item of items) {
    if (item instanceof Token) {
      if (item.toString() === '*') allowlist.all = true;
      if (item.toString() === 'self') allowlist.self = true;
    } else if (typeof item === 'string') {
      const origin = parseOriginOrPattern(item);
      if (origin !== undefined) allowlist.origins.push(origin);
    }
  }
  return allowlist;
}

/**
 * The allowlist that an iframe's `allow` attribute declares for our feature.
 * @param {string | null} attribute
 * @returns {Allowlist | null} null when it does not name the feature
 */
export function parseAllow(attribute) {
  let result = null;
  for (const directive of (attribute ?? '').split(';')) {
    const [feature, ...values] = directive.split(/[\t\n\f\r ]+/).filter((token) => token !== '');
    if (feature === FEATURE) result = parseAllowValues(values);
  }
  return result;
}

/** @param {string[]} values */
function parseAllowValues(values) {
  const allowlist = emptyAllowlist();
  if (values.length === 0) allowlist.source = true;
  for (const value of values) {
    const keyword = value.toLowerCase();
    if (value === '*') allowlist.all = true;
    else if (keyword === "'self'") allowlist.self = true;
    else if (keyword === "'src'") allowlist.source = true;
    else if (keyword !== "'none'") {
      const origin = parseOriginOrPattern(value);
      if (origin !== undefined) allowlist.origins.push(origin);
    }
  }
  return allowlist;
}

/**
 * One document on the way from the tab's top-level document (first) to the calling one (last).
 * @typedef {object} Link
 * @property {string} origin
 * @property {Allowlist | null} declared by its own header
 * @property {string | null} allow the attribute of the element that embeds it
 * @property {string} source that element's declared origin
 */

/**
 * Get feature value for origin: may `origin` use the feature as far as this document has a say?
 * @param {Link} link
 * @param {string} origin
 */
const declares = (link, origin) => link.declared === null || matches(link.declared, origin, link.origin);

/**
 * Is the feature enabled in the last document of the chain? Every ancestor must have it itself,
 * must not exclude the child in its header, and must delegate it to a child of another origin.
 * @param {Link[]} chain
 */
export function isEnabled(chain) {
  let enabled = true;
  chain.forEach((link, index) => {
    if (index > 0) {
      const parent = chain[index - 1];
      const container = parseAllow(link.allow);
      const delegated =
        container === null
          ? link.origin !== 'null' && link.origin === parent.origin
          : matches(container, link.origin, parent.origin, link.source);
      enabled = enabled && declares(parent, parent.origin) && declares(parent, link.origin) && delegated;
    }
  });
  const last = chain[chain.length - 1];
  return enabled && last !== undefined && declares(last, last.origin);
}

const LOOPBACK = /^http:\/\/(localhost|[^/:]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

/**
 * Is this the origin of a context that the API exists in?
 * @param {string} origin
 */
export function isTrustworthyOrigin(origin) {
  return origin.startsWith('https://') || LOOPBACK.test(origin);
}
