/** Memory of a browser and of the hosts that it started. */
import { processesOf, readProcess } from '../../scripts/lib/processes.mjs';

/** @param {number} pid proportional set size, so that pages in common count once; 0 when it has gone */
function proportionalSize(pid) {
  return Number(/^Pss:\s+(\d+) kB/m.exec(readProcess(pid, 'smaps_rollup'))?.[1] ?? 0) * 1024;
}

/** @param {string} profileDir @returns {number} bytes, the most that the hosts have held since their start */
export function hostPeak(profileDir) {
  return processesOf(profileDir).hosts.reduce((sum, { pid }) => {
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(readProcess(pid, 'status'))?.[1];
    return sum + Number(peak ?? 0) * 1024;
  }, 0);
}

/**
 * @param {string} profileDir
 * @param {() => Promise<unknown>} work
 * @returns {Promise<{before: number, peak: number}>} bytes of the whole browser
 */
export async function watchMemory(profileDir, work) {
  const { browser } = processesOf(profileDir);
  const sample = () => browser.reduce((sum, { pid }) => sum + proportionalSize(pid), 0);
  const before = sample();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, sample());
  }, 100);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return { before, peak: Math.max(peak, sample()) };
}
