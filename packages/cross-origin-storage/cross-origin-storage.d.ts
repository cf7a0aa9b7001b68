/**
 * The Cross-Origin Storage API, as the WICG draft declares it.
 *
 * Ambient: `/// <reference types="cross-origin-storage/types" />`, or `"types": ["cross-origin-storage/types"]`
 * in tsconfig.json. Works with the libraries `dom` and `webworker`.
 */

/** Digests by which a file can be named. Matched without regard to case; only SHA-256 files are found across all sites. */
type CrossOriginStorageHashAlgorithm = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

/** Names a file by its bytes. */
interface CrossOriginStorageGetFileHandleHash {
  /** The name of the digest. */
  algorithm: CrossOriginStorageHashAlgorithm | (string & {});
  /** The digest, in lowercase hexadecimal digits of exactly its length: 64 of them for SHA-256. */
  value: string;
}

/**
 * Who else may find a file: `'*'` is everyone, if the file is on the Public Hash List; a list is up to 100 origins,
 * bounded by the `Cross-Origin-Storage-Allow-Origin` header of the document's response. A single origin is a list of one.
 */
type CrossOriginStorageOrigins = string | Iterable<string>;

interface CrossOriginStorageGetFileHandleOptions {
  /** Whether the handle is for storing the file. Nothing is registered until its bytes were written and verified. */
  create?: boolean;
  /** Who else may find the file, once it is stored. Absent: only pages of the same site. */
  origins?: CrossOriginStorageOrigins;
}

/** Finds files by their hash, whoever stored them, and stores them for others. Only in secure contexts. */
interface CrossOriginStorageManager {
  /**
   * A handle to read a stored file, or, with `create`, to store one.
   *
   * A handle from a create request can be read once its own write has succeeded. Its writable starts empty; closing it
   * rejects with a `DataError` when the bytes do not have the hash, and nothing is stored then.
   *
   * Rejects with
   * - `NotFoundError`: there is no such file, or this page may not know of it (without `create` only);
   * - `NotAllowedError`: the permissions policy `cross-origin-storage` forbids it here, or this is a service worker;
   * - `TypeError`: hash or origins are malformed.
   */
  getFileHandle(
    hash: CrossOriginStorageGetFileHandleHash,
    options?: CrossOriginStorageGetFileHandleOptions,
  ): Promise<FileSystemFileHandle>;

  /** @deprecated Use {@link CrossOriginStorageManager.getFileHandle | getFileHandle()}, of which this is the older name. */
  requestFileHandle(
    hash: CrossOriginStorageGetFileHandleHash,
    options?: CrossOriginStorageGetFileHandleOptions,
  ): Promise<FileSystemFileHandle>;

  /**
   * Handles in the order of their hashes, or the first error.
   * @deprecated Call {@link CrossOriginStorageManager.getFileHandle | getFileHandle()} for each hash.
   */
  requestFileHandles(
    hashes: Iterable<CrossOriginStorageGetFileHandleHash>,
    options?: CrossOriginStorageGetFileHandleOptions,
  ): Promise<FileSystemFileHandle[]>;
}

/** The interface object. It cannot be constructed. */
declare var CrossOriginStorageManager: (abstract new () => CrossOriginStorageManager) & {
  readonly prototype: CrossOriginStorageManager;
};

interface NavigatorCrossOriginStorage {
  /** Absent in insecure contexts and in browsers without the API: look before you call. */
  readonly crossOriginStorage?: CrossOriginStorageManager;
}

interface Navigator extends NavigatorCrossOriginStorage {}
interface WorkerNavigator extends NavigatorCrossOriginStorage {}

/** How a fetch with an `integrity` uses Cross-Origin Storage. */
interface CrossOriginStorageRequestOptions {
  /** Who else may find the file: `''` is the same site only, otherwise as in {@link CrossOriginStorageOrigins}. */
  origins?: CrossOriginStorageOrigins;
  /** The `Content-Type` of the response, whether the file was stored or fetched. */
  contentType?: string;
}

interface RequestInit {
  /**
   * Looks the file that `integrity` names up before it is fetched, and stores it when it had to be fetched.
   * `''`: found by the same site only; `'*'` or a list: by others too.
   */
  crossOriginStorage?: CrossOriginStorageOrigins | CrossOriginStorageRequestOptions;
}
