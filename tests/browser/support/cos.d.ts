/** The API under test, as the standard declares it, and the two older names. */
interface CrossOriginStorageManager {
  getFileHandle(hash: unknown, options?: unknown): Promise<FileSystemFileHandle>;
  requestFileHandle(hash: unknown, options?: unknown): Promise<FileSystemFileHandle>;
  requestFileHandles(hashes: unknown, options?: unknown): Promise<FileSystemFileHandle[]>;
}

interface Navigator {
  readonly crossOriginStorage: CrossOriginStorageManager;
}
