/**
 * @file Decides from a document's Content-Security-Policy whether its workers may be started
 * through a blob: script. Such a worker takes its policy from the document instead of from its own
 * response, and a policy that forbids it breaks the worker and sends the site a report: any policy
 * that could matter to a worker rules it out. Pure; may be imported by background/ only.
 */

/** Directives that say nothing of scripts, workers, or what a worker may do. */
const HARMLESS = new Set([
  'base-uri', 'block-all-mixed-content', 'form-action', 'frame-ancestors', 'frame-src', 'img-src', 'manifest-src',
  'media-src', 'object-src', 'report-to', 'report-uri', 'style-src', 'style-src-attr', 'style-src-elem',
  'upgrade-insecure-requests',
]);

/**
 * @param {...(string | null)} headers enforced and report-only alike: a report must not be caused either
 * @returns {boolean}
 */
export function leavesWorkersFree(...headers) {
  return headers.every((header) =>
    (header ?? '').split(/[;,]/).every((directive) => {
      const [name] = directive.trim().split(/\s/, 1);
      return name === '' || HARMLESS.has(name.toLowerCase());
    }));
}
