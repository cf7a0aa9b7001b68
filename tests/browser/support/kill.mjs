/** Ends a browser as a crash or a power cut does. */
import { readdirSync, readFileSync } from 'node:fs';

/** The processes of a browser are those that name its profile. @param {string} profileDir */
export function killBrowser(profileDir) {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(profileDir)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}
