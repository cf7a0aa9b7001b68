/** What the demo says at the end: tables, the saving, and whether all is right. */
import { hubPath } from './server/hub.mjs';
import { HUB_HOST } from './server/plan.mjs';
import { bold, cyan, formatBytes, formatDuration, formatTable, green, red, yellow } from '../scripts/lib/terminal.mjs';

/**
 * @typedef {object} FileReport
 * @property {string} label
 * @property {'model' | 'runtime'} kind
 * @property {number} size
 * @property {'network' | 'store'} source
 * @property {number} downloaded
 * @property {number} time milliseconds
 * @property {string} sha256
 * @property {boolean} shared whether a second site can know its hash, so that it must come from the store
 */

/**
 * @typedef {object} SiteReport
 * @property {string} host
 * @property {string} origin
 * @property {string} name
 * @property {boolean} ok
 * @property {string[]} problems
 * @property {FileReport[]} files
 * @property {number} downloaded bytes of models and runtime
 * @property {number} readyTime
 * @property {number} computeTime
 * @property {any} result
 * @property {string} screenshot
 */

/**
 * Joins what a page says with what was counted outside of it: by our hub for its files, by the
 * browser's network stack for those of a foreign hub.
 * @param {{plan: import('./server/plan.mjs').Plan, site: import('./server/plan.mjs').SitePlan,
 *          server: import('../scripts/lib/https-server.mjs').WebServer, visit: import('./browse.mjs').Visit,
 *          screenshot: string}} what
 * @returns {SiteReport}
 */
export function siteReport({ plan, site, server, visit, screenshot }) {
  const origin = server.origin(site.host);
  const { result } = visit;
  const problems = result.ok ? site.check(result.result) : [result.error];
  const counted = (/** @type {string} */ url) => {
    const { hostname, pathname } = new URL(url);
    if (hostname === HUB_HOST) return server.traffic.bytes({ host: HUB_HOST, path: pathname, from: origin });
    return visit.network.filter((entry) => entry.url === url).reduce((sum, entry) => sum + entry.bytes, 0);
  };
  /** @type {FileReport[]} */
  const files = (result.files ?? []).map((/** @type {any} */ file) => {
    const large = plan.large.get(file.label);
    return {
      label: file.label, kind: file.kind, size: file.size || large?.size || 0, sha256: file.sha256 || large?.sha256 || '', source: file.source,
      downloaded: counted(file.url), time: file.time,
      // A hub gives hashes of large files only; a model's small texts come again on every site.
      shared: plan.externalHub === null || file.kind === 'runtime' || large !== undefined,
    };
  });
  const everything = plan.files.map((file) => server.traffic.bytes({ host: HUB_HOST, path: hubPath(file), from: origin }));
  const downloaded = Math.max(
    files.reduce((sum, file) => sum + file.downloaded, 0), everything.reduce((sum, bytes) => sum + bytes, 0));
  return {
    host: site.host, origin, name: site.texts.name, ok: problems.length === 0, problems, files, downloaded,
    readyTime: result.readyTime ?? 0, computeTime: result.result?.computeTime ?? 0, result: result.result ?? null, screenshot,
  };
}

/** @param {SiteReport} report */
export function printSite(report) {
  const heads = ['File', 'Came from', '>Size', '>Downloaded', '>Time'];
  const rows = report.files.map((file) => [
    file.label, file.source === 'store' ? green('store') : yellow('network'), formatBytes(file.size),
    formatBytes(file.downloaded), file.time >= 0.5 ? formatDuration(file.time) : '–',
  ]);
  console.log(`\n${bold(report.name)}  ${cyan(report.origin)}`);
  if (rows.length) console.log(formatTable(heads, rows));
  for (const line of describeResult(report.result)) console.log(line);
  if (report.ok) console.log(`${green('✓')} right result, ready after ${formatDuration(report.readyTime)}`);
  for (const problem of report.problems) console.log(`${red('✗')} ${problem}`);
}

/** @param {any} result @returns {string[]} */
function describeResult(result) {
  if (result?.segments) {
    const spans = result.segments.map((/** @type {any} */ { start, end }) => `${start.toFixed(2)}–${end.toFixed(2)} s`);
    return [`Speech at ${spans.join(' and ') || 'no time'}`];
  }
  if (result?.grid) return [`Cut-out: the subject is ${Math.round(result.share * 100)} % of the picture`];
  if (result?.sessions) {
    const output = result.output ? [`Said: ${JSON.stringify(result.output).slice(0, 200)}`] : [];
    return [`Loaded a model of type ${result.type}${result.task ? ` for ${result.task}` : ''}`, ...output];
  }
  return [];
}

/**
 * @param {SiteReport[]} sites
 * @param {{cos: boolean}} options
 * @returns {{ok: boolean, saved: number, problems: string[]}}
 */
export function verdict(sites, { cos }) {
  const [first, second] = sites;
  const problems = sites.flatMap((site) => site.problems.map((problem) => `${site.name} (${site.host}): ${problem}`));
  if (cos && second?.ok) {
    const again = second.files.filter((file) => file.shared && file.downloaded > 0);
    for (const file of again) problems.push(`${second.name} downloaded ${formatBytes(file.downloaded)} of ${file.label}, which ${first.name} had already brought.`);
  }
  // Not just sizes: only what the first site truly downloaded and the second did not.
  return { ok: problems.length === 0 && sites.length === 2, saved: Math.max(0, (first?.downloaded ?? 0) - (second?.downloaded ?? 0)), problems };
}

/**
 * @param {SiteReport[]} sites
 * @param {ReturnType<typeof verdict>} end
 * @param {{cos: boolean}} options
 */
export function printVerdict(sites, end, { cos }) {
  const [first, second] = sites;
  console.log('');
  if (!end.ok) {
    for (const problem of end.problems) console.log(`${red('✗')} ${problem}`);
    return;
  }
  if (!cos) {
    console.log(`Without Cross-Origin Storage ${second.name} downloaded ${bold(formatBytes(second.downloaded))} that ${first.name} had just downloaded too.`);
    return;
  }
  const wait = (end.saved * 8 * 1000) / 50e6;
  console.log(`${green('✓')} ${first.name} downloaded ${bold(formatBytes(first.downloaded))}; ${second.name}, another site, ${bold(formatBytes(second.downloaded))}.`);
  console.log(`  Saved: ${bold(formatBytes(end.saved))}, about ${formatDuration(wait)} of waiting on a 50 Mbit/s line. `
    + `Ready after ${formatDuration(second.readyTime)} instead of ${formatDuration(first.readyTime)} here.`);
}
