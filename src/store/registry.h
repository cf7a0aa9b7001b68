// The queries of the registry. Every method is one short statement or a few; callers that change several
// things hold a WriteTransaction. Not thread-safe: the Store's mutex is held.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cos/disclosure.h"
#include "cos/store.h"
#include "store/blob_files.h"
#include "store/sqlite.h"

namespace libcos {

struct EntryRow {
  std::int64_t id;
  Hash hash;
  std::uint64_t size;
  std::int64_t created_at;
  std::int64_t last_read;
  std::int64_t verified_at;
  bool pinned;
  bool damaged;
  FileIdentity identity;
};

struct VerifiedBytes {
  std::uint64_t size;
  FileIdentity identity;
  std::vector<std::uint8_t> leaves;  // of the hash tree
};

// An origin with its site, which the Public Suffix List decides outside the registry.
struct SitedOrigin {
  Origin origin;
  Site site;
};

struct Usage {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

struct LinkRow {
  Hash hash;
  std::filesystem::path path;
  FileIdentity file;  // of the file that we put there: nothing else is ever touched
  std::int64_t blob;  // the inode of the blob that it is a link (or a reflink) to
};

class Registry {
 public:
  explicit Registry(sqlite::Database database) : database_(std::move(database)) {}

  sqlite::Database& database() { return database_; }

  // Entries.
  Result<std::optional<EntryRow>> find(const Hash& hash);
  Result<std::vector<EntryRow>> list(const std::optional<Hash>& after, std::size_t limit);
  Result<std::vector<Hash>> match(std::string_view hex_prefix, std::size_t limit);
  Result<std::int64_t> insert(const Hash& hash, const VerifiedBytes& bytes, std::int64_t now);
  // New bytes for an entry whose file was damaged or lost.
  Status replace_bytes(std::int64_t entry, const VerifiedBytes& bytes, std::int64_t now);
  Status set_verified(const EntryRow& entry, const FileIdentity& identity, std::int64_t now);
  Status set_damaged(std::int64_t entry);
  Status set_pinned(std::int64_t entry, bool pinned);
  Status set_last_read(std::int64_t entry, std::int64_t when);
  // Deletes the row and notes the blob as doomed.
  Status remove(const EntryRow& entry);
  Result<std::vector<Hash>> doomed();
  Status forget_doomed(const Hash& hash);

  // Who stored, who may read.
  Result<DisclosureFacts> facts(std::int64_t entry, const Realm& realm, const SitedOrigin& reader,
                                bool share_across_realms);
  Result<bool> is_storing_origin(std::int64_t entry, const Realm& realm, const Origin& origin);
  Status add_storing_origin(std::int64_t entry, const Realm& realm, const SitedOrigin& origin,
                            std::string_view source_url, std::int64_t now);
  Status mark_manual(std::int64_t entry, const Realm& realm);
  // Grants::merge on the realm's list and flag. Returns the origins that did not fit.
  Result<std::vector<Origin>> merge_scope(std::int64_t entry, const Realm& realm, const Scope& scope,
                                          const std::vector<SitedOrigin>& sited, std::int64_t now);
  Status refresh_listed(std::int64_t entry, const Realm& realm, const Origin& origin, std::int64_t now);
  // Fills who stored and who may read.
  Status describe(std::int64_t entry, EntryInfo& info);

  // Totals.
  Result<Usage> total();
  Result<Usage> usage(const Realm& realm, const Origin& origin);
  // Unpinned entries, least recently read first, after (last_read, hash) of `after`.
  Result<std::vector<EntryRow>> eviction_candidates(const EntryRow* after, std::size_t limit);
  // Entries whose only storing origin on this machine is `origin` of `realm`, least recently read first.
  Result<std::vector<EntryRow>> sole_owned(const Realm& realm, const Origin& origin);

  // Settings that differ from their defaults.
  Result<std::optional<std::string>> setting(std::string_view key);
  Status set_setting(std::string_view key, std::string_view value);

  // Hand-over links.
  Result<std::optional<LinkRow>> link(const Realm& realm, const Hash& hash);
  Status put_link(const Realm& realm, const LinkRow& link, std::int64_t now);
  Result<std::vector<LinkRow>> links_of(const Hash& hash);
  Status touch_link(const Realm& realm, const Hash& hash, std::int64_t now);
  // Whether a profile read the entry through a link since then.
  Result<bool> link_used_since(const Hash& hash, std::int64_t when);
  Result<std::vector<LinkRow>> stale_links(std::size_t limit);
  Result<std::vector<LinkRow>> links_over(const Realm& realm, std::size_t most);
  Status forget_link(const LinkRow& link);

 private:
  Result<std::int64_t> realm_id(const Realm& realm);
  Result<std::int64_t> origin_id(const SitedOrigin& origin);
  Result<std::int64_t> id_of(std::string_view table, std::string_view column, std::string_view text);
  Status add_listing(std::int64_t entry, std::int64_t realm);
  Result<std::vector<Origin>> listed(std::int64_t entry, std::int64_t realm);

  sqlite::Database database_;
};

}  // namespace libcos
