/// <reference path="./cross-origin-storage.d.ts" />

/**
 * A file's hash: SHA-256 in hexadecimal digits, an integrity string (`sha256-…` in base64, with one digest), or as the
 * API takes it.
 */
export type FileHash = string | CrossOriginStorageGetFileHandleHash;

export interface CosFetchProgress {
  /** Where the bytes come from. */
  readonly source: 'store' | 'network';
  /** Bytes that have arrived. */
  readonly loaded: number;
  /** The size of the file, or `undefined` where the server does not say it, or has said less than what came: of another
   * origin's file it is not told that it was sent compressed. */
  readonly total: number | undefined;
}

export interface CosFetchInit extends Omit<RequestInit, 'method' | 'body' | 'crossOriginStorage'> {
  /** The hash of the file's bytes. */
  hash: FileHash;
  /** Who else may find the file when this call stores it; see {@link CrossOriginStorageOrigins}. Absent: the same site. */
  origins?: CrossOriginStorageOrigins;
  /** The response's `Content-Type`, whether the file was stored or fetched. */
  contentType?: string;
  /**
   * Whether fetched bytes are checked against the hash. The body then ends with a `DataError` instead of its last piece
   * when they do not have it. Bytes from the store were checked when they were stored. Default: true.
   */
  verify?: boolean;
  /** Called once for a stored file, and with each piece of a fetched one. */
  onprogress?: (progress: CosFetchProgress) => void;
  /** Called when a fetched file has been stored, or with the reason why it was not. The response does not wait for it. */
  onstored?: (error?: unknown) => void;
}

/**
 * Fetches a file whose hash is known: from Cross-Origin Storage where it is there, else from the network, and then it
 * is stored on the way. Without Cross-Origin Storage, or whenever that fails, it is a plain fetch whose bytes are
 * checked. Rejects as `fetch` does, and with a `TypeError` for a malformed hash.
 */
export function cosFetch(url: string | URL | Request, init: CosFetchInit): Promise<Response>;
