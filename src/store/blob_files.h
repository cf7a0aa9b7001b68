// Incoming files and published blobs. Two kinds: files below the store's directory, and (for private
// windows) files in memory. publish(), remove() and quarantine() change what names mean: the caller holds
// the registry's write transaction, which is the one lock for that across processes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "base/files.h"
#include "cos/hash.h"
#include "cos/result.h"
#include "store/paths.h"

namespace libcos {

// A file that a write session fills. Locked while its writer lives.
struct IncomingFile {
  UniqueFd fd;
  std::filesystem::path path;  // empty in memory
};

// Tells whether a file is still the one that was verified. Not ctime: making a hand-over link changes it.
struct FileIdentity {
  std::int64_t inode = 0;
  std::int64_t mtime = 0;  // ns

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

FileIdentity identity_of(const struct stat& status);

struct DiskSpace {
  std::uint64_t capacity;
  std::uint64_t free;
};

class BlobFiles {
 public:
  BlobFiles() = default;
  BlobFiles(const BlobFiles&) = delete;
  BlobFiles& operator=(const BlobFiles&) = delete;
  virtual ~BlobFiles() = default;

  virtual Result<IncomingFile> create_incoming(const Hash& hash) = 0;
  // Gives an incoming file the name for another hash, before it is published.
  virtual Status rename_incoming(IncomingFile& incoming, const Hash& hash) = 0;
  // Drops an incoming file: after an abort, or once its blob's row is committed.
  virtual void discard(IncomingFile& incoming) = 0;

  // Makes the incoming file the blob of `hash`, read-only, durably. An older blob of that name goes.
  virtual Status publish(IncomingFile& incoming, const Hash& hash) = 0;
  // Removes the blob; one that is not there counts as removed.
  virtual Status remove(const Hash& hash) = 0;
  // Waits until these blobs are gone for good: nobody is to find them again after a power cut.
  virtual Status sync_removals(const std::vector<Hash>& hashes) = 0;
  virtual Status quarantine(const Hash& hash) = 0;
  // Errors: kNotFound.
  virtual Result<UniqueFd> open_quarantined(const Hash& hash) = 0;
  // Waits until the blob's name is durable, as publish() does: keeping bytes that are there already takes
  // the time that storing them takes, so that a page cannot tell the one from the other.
  virtual Status sync_name(const Hash& hash) = 0;

  // Errors: kNotFound.
  virtual Result<UniqueFd> open(const Hash& hash) = 0;
  // False while somebody reads the blob.
  virtual bool is_idle(const Hash& hash) = 0;
  virtual Result<DiskSpace> space() = 0;
};

// `registered` tells (under the write transaction that the caller holds) whether an entry has this hash.
using IsRegistered = std::function<Result<bool>(const Hash&)>;

class DiskBlobFiles final : public BlobFiles {
 public:
  explicit DiskBlobFiles(StorePaths paths) : paths_(std::move(paths)) {}

  // Whether some incoming file has lost its writer. Looks at incoming/ only: its cost does not grow with
  // the number of entries.
  Result<bool> has_leftovers();
  // Removes them, and the blobs that they had become without getting a row.
  Status sweep(const IsRegistered& registered);
  // Walks all blobs, without a lock.
  void for_each_blob(const std::function<void(const Hash&)>& visit);

  Result<IncomingFile> create_incoming(const Hash& hash) override;
  Status rename_incoming(IncomingFile& incoming, const Hash& hash) override;
  void discard(IncomingFile& incoming) override;
  Status publish(IncomingFile& incoming, const Hash& hash) override;
  Status remove(const Hash& hash) override;
  Status sync_removals(const std::vector<Hash>& hashes) override;
  Status quarantine(const Hash& hash) override;
  Result<UniqueFd> open_quarantined(const Hash& hash) override;
  Status sync_name(const Hash& hash) override;
  Result<UniqueFd> open(const Hash& hash) override;
  bool is_idle(const Hash& hash) override;
  Result<DiskSpace> space() override;

 private:
  // All that an algorithm's files will ever lie on, at once: to make one takes time, and would tell a page that the
  // bytes it writes are the first on theirs.
  static Status make_shelves(const std::filesystem::path& directory);

  StorePaths paths_;
};

// Anonymous memory, bounded by a share of the machine's.
std::unique_ptr<BlobFiles> make_memory_blob_files();

}  // namespace libcos
