/** A browser's processes and the hosts that it started, from /proc: for tests and benchmarks on Linux. */
import { readdirSync, readFileSync } from 'node:fs';

/** @typedef {{pid: number, parent: number, name: string, command: string[]}} Process */

/**
 * @param {number | string} pid
 * @param {string} file below the process's directory
 * @returns {string} '' for a process that has gone
 */
export function readProcess(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

/** @returns {Process[]} */
function allProcesses() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => {
    const status = readProcess(pid, 'status');
    return {
      pid: Number(pid),
      parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0),
      name: /^Name:\s+(.*)$/m.exec(status)?.[1] ?? '',
      command: readProcess(pid, 'cmdline').split('\0'),
    };
  });
}

/**
 * @param {string} profileDir
 * @returns {{browser: Process[], hosts: Process[]}} both empty when no browser runs on that profile
 */
export function processesOf(profileDir) {
  const all = allProcesses();
  const root = all.find(({ command }) =>
    command.includes(`--user-data-dir=${profileDir}`) && !command.some((word) => word.startsWith('--type=')));
  const family = root ? [root] : [];
  for (const member of family) family.push(...all.filter(({ parent }) => parent === member.pid));
  const isHost = (/** @type {Process} */ { name }) => name === 'cos';
  return { browser: family.filter((member) => !isHost(member)), hosts: family.filter(isHost) };
}
