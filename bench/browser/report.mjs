/** Medians, ratios and tables. */
import { formatBytes, formatDuration, formatTable, bold } from '../../scripts/lib/terminal.mjs';

/** @typedef {import('./session.mjs').SizeResult} SizeResult */
/** @typedef {import('./session.mjs').Row} Row */

/**
 * @typedef {object} Line
 * @property {string} place
 * @property {number | null} open milliseconds until `getFile()` resolved; null where there is no such step
 * @property {number | null} getFile the same without finding the handle
 * @property {number} total milliseconds until every byte was read or written
 * @property {number} toOpfs total, divided by that of the same session's OPFS
 * @property {number} growth bytes by which the browser grew while it was at work
 * @property {number} peak bytes of the whole browser at that time
 */

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * @param {string} place
 * @param {Row} row
 * @param {Row} opfs
 * @returns {Line}
 */
function lineOf(place, { times, memory }, opfs) {
  const total = median(times.map((time) => time.total));
  const open = times.every((time) => time.getFile !== undefined);
  return {
    place, total,
    open: open ? median(times.map((time) => Number(time.handle) + Number(time.getFile))) : null,
    getFile: open ? median(times.map((time) => Number(time.getFile))) : null,
    toOpfs: total / median(opfs.times.map((time) => time.total)),
    growth: memory ? Math.max(0, memory.peak - memory.before) : 0,
    peak: memory?.peak ?? 0,
  };
}

/**
 * @param {SizeResult} direct
 * @param {SizeResult} loopback
 * @returns {{size: number, runs: import('./session.mjs').Runs, reads: Line[], writes: Line[],
 *   firstReads: Record<string, number>, hostPeak: Record<string, number>}}
 */
export function summarize(direct, loopback) {
  const reads = [
    lineOf('COS, direct hand-over', direct.reads.cos, direct.reads.opfs),
    lineOf('COS, loopback', loopback.reads.cos, loopback.reads.opfs),
    lineOf('own OPFS', direct.reads.opfs, direct.reads.opfs),
    lineOf('own OPFS, second session', loopback.reads.opfs, loopback.reads.opfs),
    lineOf('own Cache API', direct.reads.cache, direct.reads.opfs),
    lineOf('network (this machine)', direct.reads.network, direct.reads.opfs),
  ];
  const writes = [
    lineOf('COS', direct.writes.cos, direct.writes.opfs),
    lineOf('COS, second session', loopback.writes.cos, loopback.writes.opfs),
    lineOf('own OPFS', direct.writes.opfs, direct.writes.opfs),
    lineOf('own Cache API', direct.writes.cache, direct.writes.opfs),
  ];
  return {
    size: direct.size, runs: direct.runs, reads, writes,
    firstReads: { direct: direct.firstRead.total, loopback: loopback.firstRead.total },
    hostPeak: { direct: direct.hostPeak, loopback: loopback.hostPeak },
  };
}

/** @param {number | null} ms */
const duration = (ms) => (ms === null ? '–' : formatDuration(ms));

/** @param {ReturnType<typeof summarize>} summary */
export function print({ size, runs, reads, writes, firstReads, hostPeak }) {
  console.log(`\n${bold(formatBytes(size))}, medians of ${runs.reads} reads and ${runs.writes} writes`);
  const memory = ['>browser grew by', '>to'];
  console.log(formatTable(['read', '>getFile()', '>handle + getFile()', '>and every byte', '>to OPFS', ...memory],
    reads.map(({ place, getFile, open, total, toOpfs, growth, peak }) =>
      [place, duration(getFile), duration(open), duration(total), `${toOpfs.toFixed(2)}×`, formatBytes(growth), formatBytes(peak)])));
  console.log(formatTable(['write, close included', '>time', '>to OPFS', ...memory],
    writes.map(({ place, total, toOpfs, growth, peak }) =>
      [place, duration(total), `${toOpfs.toFixed(2)}×`, formatBytes(growth), formatBytes(peak)])));
  console.log(`First read of a new entry: direct ${duration(firstReads.direct)}, loopback ${duration(firstReads.loopback)}. `
    + `Host at most ${formatBytes(hostPeak.direct)} (direct), ${formatBytes(hostPeak.loopback)} (loopback).`);
}
