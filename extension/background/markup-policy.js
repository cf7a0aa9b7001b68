/**
 * @file Decides from a document's Content-Security-Policy how what its markup declares may be served. A hit reaches
 * the document as a blob:, of which a policy knows nothing: under any policy that says where scripts (or styles)
 * may come from, they come from there. Pure; may be imported by background/ only.
 *
 * @typedef {object} MarkupPolicy
 * @property {boolean} scripts whether scripts may come from the store
 * @property {boolean} styles whether style sheets may
 * @property {string[] | null} trusted under 'strict-dynamic', which trusts whatever a script inserts: the nonces and digests
 *   of those scripts that were allowed to begin with; null: no such policy
 */

/** Directives that neither scripts nor styles are bound by. */
const UNRELATED = new Set([
  'base-uri', 'block-all-mixed-content', 'child-src', 'connect-src', 'font-src', 'form-action', 'frame-ancestors', 'frame-src',
  'img-src', 'manifest-src', 'media-src', 'object-src', 'report-to', 'report-uri', 'script-src-attr', 'style-src-attr',
  'upgrade-insecure-requests', 'worker-src',
]);
const OF_STYLES = new Set(['style-src', 'style-src-elem']);
const OF_SCRIPTS = new Set(['script-src', 'script-src-elem', 'require-trusted-types-for', 'trusted-types']);

/** @type {MarkupPolicy} */
export const UNKNOWN_MARKUP = { scripts: false, styles: false, trusted: null };

/** @param {string | null} header @returns {string[][][]} its policies, their directives, the words of each */
const parse = (header) =>
  (header ?? '').split(',').map((policy) =>
    policy.split(';').map((directive) => directive.trim().split(/\s+/)).filter(([name]) => name !== ''));

/**
 * @param {string[][]} policy
 * @returns {string[] | undefined} the sources of scripts, when they include 'strict-dynamic'
 */
function strictSources(policy) {
  const named = (/** @type {string} */ wanted) => policy.find(([name]) => name.toLowerCase() === wanted)?.slice(1);
  const sources = named('script-src-elem') ?? named('script-src') ?? named('default-src') ?? [];
  return sources.some((source) => source.toLowerCase() === "'strict-dynamic'") ? sources : undefined;
}

/**
 * @param {string | null} enforced
 * @param {string | null} reportOnly a report must not be caused either
 * @returns {MarkupPolicy}
 */
export function judgeMarkup(enforced, reportOnly) {
  const names = [...parse(enforced), ...parse(reportOnly)].flat().map(([name]) => name.toLowerCase());
  const unbound = (/** @type {Set<string>} */ others) => names.every((name) => UNRELATED.has(name) || others.has(name));
  const strict = parse(enforced).map(strictSources).filter((sources) => sources !== undefined);
  return {
    scripts: unbound(OF_STYLES),
    styles: unbound(OF_SCRIPTS),
    trusted: strict.length === 0 ? null : strict[0]
      .filter((source) => /^'(nonce|sha(256|384|512))-/i.test(source) && strict.every((sources) => sources.includes(source)))
      .map((source) => source.slice(1, -1)),
  };
}
