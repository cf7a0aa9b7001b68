// What the parts of an open store share. Writers, readers and the Store face hold it together; it goes with
// the last of them.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "cos/store.h"
#include "rules/budgets.h"
#include "store/blob_files.h"
#include "store/hash_lists.h"
#include "store/registry.h"

namespace libcos::internal {

struct StoreState {
  StoreState(StorePaths store_paths, std::unique_ptr<BlobFiles> blob_files, sqlite::Database database, Clock now,
             HashListPaths hash_list)
      : paths(std::move(store_paths)),
        blobs(std::move(blob_files)),
        registry(std::move(database)),
        clock(std::move(now)),
        lists(std::move(hash_list)),
        suffixes(PublicSuffixes::newest()) {
    last_flush = clock();
  }
  StoreState(const StoreState&) = delete;
  StoreState& operator=(const StoreState&) = delete;
  ~StoreState();

  const StorePaths paths;
  const std::unique_ptr<BlobFiles> blobs;

  std::mutex mutex;  // guards registry and pending_reads
  Registry registry;
  // Reads that are not dated in the registry yet: a read must not cost a durable write.
  struct PendingRead {
    std::int64_t when;
    std::vector<std::pair<Realm, Origin>> listed;  // readers whose place in the list it refreshes
  };
  std::unordered_map<std::int64_t, PendingRead> pending_reads;
  std::int64_t last_flush = 0;

  // Bytes in incoming files of this process, which the budget does not count yet.
  std::atomic<std::uint64_t> incoming_bytes = 0;

  const Clock clock;
  HashLists lists;
  const PublicSuffixes suffixes;

  // The mutex is held by the caller of each of these.
  Result<std::int64_t> setting_value(std::string_view key);
  Result<std::string> setting_text(std::string_view key);
  void note_read(std::int64_t entry, const Caller& caller, Disclosure disclosure);
  Status flush_reads();

  [[nodiscard]] SitedOrigin sited(const Origin& origin) const { return {origin, suffixes.site_of(origin)}; }
};

// From the disk's capacity and the settings. The mutex is held.
Result<Budget> budget_of(StoreState& state);

// publication.cc. Each takes the mutex itself. -------------------------------------------------------

// "Verify and store", after the bytes have proven to have the hash and were synced.
Result<Published> publish(StoreState& state, const WriteRequest& request, IncomingFile& incoming,
                          const VerifiedBytes& bytes);
Result<bool> remove_entry(StoreState& state, const Hash& hash);
// Finishes removals that a killed process began.
Status finish_removals(StoreState& state);
// Marks the entry damaged and moves its file away, unless somebody has replaced the bytes meanwhile.
Status quarantine(StoreState& state, const EntryRow& seen);
// Forgets an entry whose file is missing, unless somebody has brought it back meanwhile.
Status forget_missing(StoreState& state, const Hash& hash);

// verify.cc ------------------------------------------------------------------------------------------

// Reads the whole file and compares it with the hash.
Result<bool> matches(const UniqueFd& fd, const EntryRow& entry, const Progress& progress);

// links.cc -------------------------------------------------------------------------------------------

// Removes the link's file if it is still the one that we put there, or (changed meanwhile) a name of the blob
// that `blob` has open.
void remove_link_file(const LinkRow& link, const UniqueFd* blob = nullptr);

}  // namespace libcos::internal
