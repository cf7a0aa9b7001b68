/** Memory of a browser and of the host it started, from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** @typedef {{pid: number, parent: number, name: string, command: string[]}} Process */

/** @param {string} file @returns {string} '' for a process that has gone */
function readProc(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** @returns {Process[]} */
function processes() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => {
    const status = readProc(`/proc/${pid}/status`);
    return {
      pid: Number(pid),
      parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0),
      name: /^Name:\s+(.*)$/m.exec(status)?.[1] ?? '',
      command: readProc(`/proc/${pid}/cmdline`).split('\0'),
    };
  });
}

/** @param {number} pid proportional set size, so that pages in common count once; 0 when it has gone */
function proportionalSize(pid) {
  return Number(/^Pss:\s+(\d+) kB/m.exec(readProc(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024;
}

/**
 * @param {string} profileDir
 * @returns {{browser: Process[], host: Process[]}} the browser's processes and the hosts that it started
 */
function processesOf(profileDir) {
  const all = processes();
  const root = all.find(({ command }) => command.includes(`--user-data-dir=${profileDir}`) && !command.some((part) => part.startsWith('--type=')));
  if (!root) throw new Error(`No browser runs on ${profileDir}.`);
  const family = [root];
  for (const member of family) family.push(...all.filter(({ parent }) => parent === member.pid));
  const isHost = (/** @type {Process} */ { name }) => name === 'cos';
  return { browser: family.filter((member) => !isHost(member)), host: family.filter(isHost) };
}

/** @param {string} profileDir @returns {number} bytes, the largest that the hosts have been since their start */
export function hostPeak(profileDir) {
  return processesOf(profileDir).host.reduce((sum, { pid }) => {
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(readProc(`/proc/${pid}/status`))?.[1];
    return sum + Number(peak ?? 0) * 1024;
  }, 0);
}

/**
 * @template T
 * @param {string} profileDir
 * @param {() => Promise<T>} work
 * @returns {Promise<{before: number, peak: number}>} bytes of the whole browser
 */
export async function watchMemory(profileDir, work) {
  const sample = () => processesOf(profileDir).browser.reduce((sum, { pid }) => sum + proportionalSize(pid), 0);
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
