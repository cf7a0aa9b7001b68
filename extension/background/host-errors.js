/**
 * @file Errors on the way from the host to a page. May be imported by background/ only.
 */

/** Names that a page may be given as they are; everything else stays in the background. */
const PAGE_ERRORS = new Set([
  'TypeError', 'NotAllowedError', 'NotFoundError', 'DataError', 'QuotaExceededError', 'InvalidStateError',
  'AbortError', 'UnknownError',
]);

/** There is no host to ask: not installed, broken, of another version, or gone meanwhile. */
export class HostUnavailable extends Error {
  /** @param {string} kind */
  constructor(kind) {
    super(`The host is not available (${kind}).`);
    this.name = 'HostUnavailable';
  }
}

/** An error that the host answered with. */
export class HostError extends Error {
  /** @param {any} error */
  constructor(error) {
    super(typeof error?.message === 'string' ? error.message : '');
    this.name = typeof error?.name === 'string' ? error.name : 'UnknownError';
    this.mend = typeof error?.mend === 'string' ? error.mend : '';
    /** What kind of error it is, for who has words of their own. */
    this.code = typeof error?.code === 'string' ? error.code : '';
    /** @type {'older-host' | 'newer-host' | undefined} */
    this.version = undefined;
  }

  /** @returns {import('./host-connection.js').HostState} */
  get hostState() {
    const kind = this.version ?? (this.name === 'StoreError' ? 'store' : 'broken');
    return { kind, detail: this.message, mend: this.mend, code: this.code };
  }
}

/**
 * @param {unknown} error
 * @returns {import('../shared/wire.js').WireError} what a page may learn of it
 */
export function wireErrorOf(error) {
  if (error instanceof HostError && PAGE_ERRORS.has(error.name)) return { name: error.name, message: error.message };
  return { name: 'UnknownError', message: '' };
}

/** @param {string} name @param {string} message */
export function hostErrorLike(name, message) {
  return new HostError({ name, message });
}
