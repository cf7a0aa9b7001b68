// What the parts of an open store share. Writers, readers and the Store face hold it together; it goes with
// the last of them.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "cos/store.h"
#include "rules/budgets.h"
#include "rules/rate_limiter.h"
#include "store/activity_log.h"
#include "store/administrator.h"
#include "store/blob_files.h"
#include "store/hash_lists.h"
#include "store/lookup_ledger.h"
#include "store/read_policy.h"
#include "store/registry.h"

namespace libcos::internal {

struct StoreState {
  StoreState(StorePaths store_paths, std::unique_ptr<BlobFiles> blob_files, sqlite::Database database, Clock now,
             HashListPaths hash_list, AdministratorPolicy decided)
      : paths(std::move(store_paths)),
        blobs(std::move(blob_files)),
        administrator(std::move(decided)),
        registry(std::move(database)),
        ledger(registry),
        activity(registry),
        clock(std::move(now)),
        lists(std::move(hash_list)),
        suffixes(PublicSuffixes::newest()) {}
  StoreState(const StoreState&) = delete;
  StoreState& operator=(const StoreState&) = delete;
  ~StoreState();

  const StorePaths paths;
  const std::unique_ptr<BlobFiles> blobs;
  const AdministratorPolicy administrator;

  std::mutex mutex;  // guards registry, activity and pending_reads
  Registry registry;
  LookupLedger ledger;
  ActivityLog activity;
  RateLimiter read_limiter;
  RateLimiter write_limiter;
  std::vector<std::uint8_t> secret;
  // Reads that are not dated in the registry yet: a read must not cost a durable write.
  struct PendingReader {
    ReaderRow reader;
    std::int64_t noted;
  };
  struct PendingRead {
    std::int64_t when;
    std::vector<PendingReader> readers;
  };
  std::unordered_map<std::int64_t, PendingRead> pending_reads;

  // Links whose file this process has compared with its hashes lately, by entry and place. A file that is read again
  // and again is not compared each time. By place, as links are: what one site has read must not make another's
  // first read quicker.
  struct Checked {
    FileIdentity identity;
    std::int64_t when;  // steady_now()
  };
  std::map<std::pair<std::int64_t, std::string>, Checked> checked;

  // Units of the write budget that open write sessions may come to use, by realm and site of the page.
  std::map<std::pair<std::string, std::string>, std::uint64_t> writing_units;

  // Bytes in incoming files of this process, which the budget does not count yet.
  std::atomic<std::uint64_t> incoming_bytes = 0;

  const Clock clock;
  HashLists lists;
  const PublicSuffixes suffixes;

  // A write transaction, under the mutex that `lock` holds. While another process has one the mutex is let go, so that
  // reads go on: what was looked up before may be otherwise then.
  Result<sqlite::WriteTransaction> begin(std::unique_lock<std::mutex>& lock,
                                         sqlite::Durability durability = sqlite::Durability::kDurable);

  // The mutex is held by the caller of each of these. What the administrator has set is asked first.
  Result<std::int64_t> setting_value(std::string_view key);
  Result<std::string> setting_text(std::string_view key);
  // The settings that reads ask for; kept until this process or another changes the registry.
  Result<const PolicySettings*> policy();
  void forget_policy() { policy_.reset(); }
  void note_read(std::int64_t entry, const Caller& caller, Disclosure disclosure);
  Status flush_reads();
  // The same in the caller's transaction; after its commit the caller forgets pending_reads.
  Status write_reads();
  // For a private window.
  [[nodiscard]] bool is_private() const { return paths.root().empty(); }
  // Whether what happens is to be noted for the user.
  bool keeps_activity();
  void note_checked(const EntryRow& entry, const std::string& place);
  [[nodiscard]] bool checked_lately(const EntryRow& entry, const std::string& place) const;

  [[nodiscard]] SitedOrigin sited(const Origin& origin) const { return {origin, suffixes.site_of(origin)}; }
  [[nodiscard]] Visitor visitor(const Realm& realm, const Origin& origin,
                                const std::optional<Origin>& top_level) const {
    return {realm, sited(origin), suffixes.site_of(top_level.value_or(origin))};
  }
  // Milliseconds that never go back, for rate limits.
  [[nodiscard]] static std::int64_t steady_now();

 private:
  std::optional<PolicySettings> policy_;
  std::int64_t seen_version_ = -1;
};

// From the disk's capacity and the settings. The mutex is held.
Result<Budget> budget_of(StoreState& state);

// What a setting is set to by that text. Errors: kType, kNotAllowed; as Store::set_setting().
Result<std::int64_t> accepted_value(const StoreState& state, std::string_view key, std::string_view value);

// publication.cc. Each takes the mutex itself. -------------------------------------------------------

// "Verify and store", after the bytes have proven to have the hash and were synced.
Result<Published> publish(StoreState& state, const WriteRequest& request, IncomingFile& incoming,
                          const VerifiedBytes& bytes);
Result<bool> remove_entry(StoreState& state, const Hash& hash);

// The mutex is held for these. Deletes the rows of entries; the caller commits and then calls remove_files().
// Returns their links.
Result<std::vector<LinkRow>> remove_rows(StoreState& state, const std::vector<EntryRow>& entries);
// The files of removed rows, under a write transaction of their own (StoreState::begin()), in which a hash that was
// stored again meanwhile keeps its new file. What cannot be removed now stays noted for the next start.
Status remove_files(StoreState& state, std::unique_lock<std::mutex>& lock, const std::vector<Hash>& hashes,
                    const std::vector<LinkRow>& links);
std::vector<Hash> hashes_of(const std::vector<EntryRow>& entries);
// Entries with the realms that have them, to be told to each when they have gone; none unless it is to be noted.
struct HeldEntry {
  EntryRow entry;
  std::vector<Realm> realms;
};
// Without those that a damaged registry does not tell: a line for the user's eyes is no reason to fail.
std::vector<HeldEntry> holders_of(StoreState& state, const std::vector<EntryRow>& entries);
void note_of_holders(StoreState& state, ActivityKind kind, const std::vector<HeldEntry>& entries);
// Whether somebody reads it: by an open file, or through a link that was used lately (a browser that reads through
// a link holds no lock that we could see).
Result<bool> is_in_use(StoreState& state, const EntryRow& entry);

// Finishes removals that a killed process began.
Status finish_removals(StoreState& state);
// Marks the entry damaged and moves its file away, unless somebody has replaced the bytes meanwhile.
Status quarantine(StoreState& state, const EntryRow& seen);
// Forgets an entry whose file is missing, unless somebody has brought it back meanwhile.
Status forget_missing(StoreState& state, const Hash& hash);

// verify.cc ------------------------------------------------------------------------------------------

// What reading a whole file showed.
struct Reading {
  bool intact;                       // it has the entry's hash
  std::vector<std::uint8_t> leaves;  // of its hash tree
};
Result<Reading> read_through(const UniqueFd& fd, const EntryRow& entry, const Progress& progress);
// The leaves of the entry's hash tree; nullopt when they are not what they were.
Result<std::optional<std::vector<std::uint8_t>>> kept_leaves(StoreState& state, const EntryRow& entry);
// The same, made anew from the file when they are not what they should be. Errors:
// kCorrupt when it is the file that is damaged; it has been quarantined then.
Result<std::vector<std::uint8_t>> sound_leaves(StoreState& state, const EntryRow& entry, const UniqueFd& fd);
// File and hash tree contradict each other: which is right? Makes the tree anew, or quarantines and returns kCorrupt.
Status settle_doubt(StoreState& state, const EntryRow& entry, const UniqueFd& fd);

// clearing.cc ----------------------------------------------------------------------------------------

// What goes so that the store holds no more than so many bytes, least recently read first.
struct Eviction {
  std::uint64_t left;  // bytes in the store without the entries
  std::vector<EntryRow> entries;
  std::optional<EntryRow> seen;  // the last that was looked at
  bool over = false;             // enough were found, or there are no more
};
// Looks at the next `most` of those that may go. The mutex is held, and reads are flushed: the order goes by them.
Status choose_more(StoreState& state, std::uint64_t bytes, std::size_t most, Eviction& eviction);

// links.cc -------------------------------------------------------------------------------------------

// What stands for the site of a page among a profile's links. Names no site to whoever looks at the profile's files.
std::string link_place(const StoreState& state, const Realm& realm, const Site& page);

// Removes the link's file if it is still the one that we put there, or (changed meanwhile) a name of the blob
// that `blob` has open. False when the system does not let it go.
bool remove_link_file(const LinkRow& link, const UniqueFd* blob = nullptr);
// The same, and its row with it. A file that stays keeps its row: a start tries again once its entry is gone
// (Store::sweep_links()). A write transaction is open.
Status drop_link(StoreState& state, const LinkRow& link, const UniqueFd* blob = nullptr);
// Those of the links whose files have gone with it, for good: their rows may go.
std::vector<LinkRow> remove_link_files(StoreState& state, const std::vector<LinkRow>& links);
// The same, and their rows. Returns how many went; a start tries again with those that stay.
Result<std::size_t> drop_links(StoreState& state, const std::vector<LinkRow>& links);
// Some files of links that were to go are still there.
tl::unexpected<Error> links_left(std::size_t left, std::size_t all);
// Makes the removal of these links' files durable. Before their rows go: a power cut must leave no link without one.
void sync_profiles_of(const std::vector<LinkRow>& links);
// Removes links that are files of their own (reflinks) and have other bytes than the entry. Returns how many.
Result<std::size_t> remove_damaged_links(StoreState& state, const EntryRow& entry);

}  // namespace libcos::internal
