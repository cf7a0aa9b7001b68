// The queries of the registry. Every method is one short statement or a few; callers that change several
// things hold a WriteTransaction. Not thread-safe: the Store's mutex is held.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cos/disclosure.h"
#include "cos/store.h"
#include "rules/lookup_budget.h"
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

struct TreeRow {
  std::vector<std::uint8_t> leaves;
  std::vector<std::uint8_t> root;
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

// Who asks or writes, and on whose page.
struct Visitor {
  Realm realm;
  SitedOrigin origin;
  Site top_level;

  // In a frame on another site's page.
  [[nodiscard]] bool is_framed() const { return !origin.site.is_same_site(top_level); }
};

// Which grants count, by the user's settings.
struct GrantRules {
  bool share_realms = true;      // other realms' global grants
  bool partition_frames = true;  // a cross-site frame's storing and granting stays with the page's site
  bool needs_gesture = false;    // grants to other sites need a user gesture on the granting page
};

// The answer that a site has paid for.
struct PaidLookup {
  Hash hash;
  bool hit;
  std::int64_t answered;  // ms since 1970: when the answer was given or last looked at again
  std::int64_t used;      // ms since 1970
};

struct WriteAccount {
  std::int64_t window_start = 0;
  std::uint64_t units = 0;
};

struct SiteLookups {
  std::string site;
  LookupAccount account;
};

struct SiteWrites {
  std::string site;
  WriteAccount account;
};

struct ReaderRow {
  Realm realm;
  Origin origin;
  Disclosure disclosure;
};

// What the activity log has one line of for each day.
struct ActivitySubject {
  Hash hash;
  ActivityKind kind;
  Realm realm;
  std::string origin;     // empty: the user, or the store itself
  std::string top_level;  // the page's site, when that is another than the origin's; else empty

  friend auto operator<=>(const ActivitySubject&, const ActivitySubject&) = default;
};

ActivitySubject subject_of(const Visitor& visitor, ActivityKind kind, const Hash& hash);

struct ActivityTimes {
  std::int64_t first;  // ms since 1970
  std::int64_t last;
  std::uint64_t count;
  std::uint64_t size;  // of the entry; 0: not to be told
};

// Lines of the activity log.
struct ActivityLimits {
  std::size_t lines;    // at most
  std::size_t refused;  // at most, of these
  std::size_t of_site;  // beyond so many a site's own lines go before those of others
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
  std::string place;  // which site's pages read through it (Store::link_place)
  std::int64_t used_at = 0;
};

class Registry {
 public:
  explicit Registry(sqlite::Database database) : database_(std::move(database)) {}

  sqlite::Database& database() { return database_; }

  // Entries.
  Result<std::optional<EntryRow>> find(const Hash& hash);
  Result<std::vector<EntryRow>> list(const std::optional<Hash>& after, std::size_t limit);
  Result<std::vector<EntryRow>> list(ListOrder order, const std::optional<ListPlace>& after, std::size_t limit);
  Result<std::vector<Hash>> match(std::string_view hex_prefix, std::size_t limit);
  Result<std::int64_t> insert(const Hash& hash, const VerifiedBytes& bytes, std::int64_t now);
  // New bytes for an entry whose file was damaged or lost.
  Status replace_bytes(std::int64_t entry, const VerifiedBytes& bytes, std::int64_t now);
  Status set_verified(const EntryRow& entry, const FileIdentity& identity, std::int64_t now);
  // The hash tree as it stands there; nothing says that it is right.
  Result<TreeRow> tree(std::int64_t entry);
  Status set_tree(std::int64_t entry, const std::vector<std::uint8_t>& leaves);
  Result<Unverified> next_unverified(const std::optional<Hash>& after, std::int64_t before, std::size_t most);
  Status set_damaged(std::int64_t entry);
  Status set_pinned(std::int64_t entry, bool pinned);
  Result<bool> has_entry(std::int64_t entry);
  Status set_last_read(std::int64_t entry, std::int64_t when);
  // Deletes the row and notes the blob as doomed.
  Status remove(const EntryRow& entry);
  Result<std::vector<Hash>> doomed();
  Status forget_doomed(const Hash& hash);

  // Who stored, who may read.
  Result<DisclosureFacts> facts(std::int64_t entry, const Visitor& reader, const GrantRules& rules);
  Result<bool> is_storing_origin(std::int64_t entry, const Realm& realm, const Origin& origin);
  // On pages of this site.
  Result<bool> has_stored_here(std::int64_t entry, const Visitor& writer);
  Status add_storing_origin(std::int64_t entry, const Visitor& writer, Scope::Kind scope, bool gesture,
                            std::string_view source_url, std::int64_t now);
  Status mark_manual(std::int64_t entry, const Realm& realm);
  // Grants::merge on the realm's list and flag. `granter` is null for what the user adds by hand. Returns the
  // origins that did not fit.
  Result<std::vector<Origin>> merge_scope(std::int64_t entry, const Realm& realm, const Visitor* granter, bool gesture,
                                          const Scope& scope, const std::vector<SitedOrigin>& sited, std::int64_t now);
  // The user has now interacted with a page of this visitor: what it granted before has its gesture.
  Result<bool> awaits_gesture(const Visitor& visitor);
  Status confirm_gesture(const Visitor& visitor);
  Status refresh_listed(std::int64_t entry, const Realm& realm, const Origin& origin, std::int64_t now);
  // Fills who stored and who may read.
  Status describe(std::int64_t entry, EntryInfo& info);
  Status note_reader(std::int64_t entry, const ReaderRow& reader, std::int64_t now);
  Result<bool> has_reader(std::int64_t entry, const ReaderRow& reader);
  Result<std::vector<HistoryEvent>> history(std::int64_t entry);

  // Budgets (registry_accounts.cc). A site's lookup account with what it has paid for, least recently used first.
  Result<std::optional<LookupAccount>> lookup_account(const Realm& realm, const Site& site);
  Result<std::vector<PaidLookup>> paid_lookups(const Realm& realm, const Site& site);
  Status put_lookup_account(const Realm& realm, const Site& site, const LookupAccount& account);
  Status put_paid_lookup(const Realm& realm, const Site& site, const PaidLookup& lookup);
  Status remove_paid_lookup(const Realm& realm, const Site& site, const Hash& hash);
  // Accounts that were last refilled before `when`.
  Status forget_accounts_before(std::int64_t when);
  Result<WriteAccount> write_account(const Realm& realm, const Site& site);
  Status put_write_account(const Realm& realm, const Site& site, const WriteAccount& account);

  // Ask mode.
  Result<std::optional<SiteDecision>> site_decision(const Realm& realm, const Site& site);
  Status put_site_decision(const Realm& realm, const Site& site, std::optional<SiteDecision> decision,
                           std::int64_t now);
  Result<std::vector<SiteDecisionInfo>> site_decisions();

  // The activity log (registry_activity.cc). A store of an older format has none: the others but activity() and those
  // that forget are called only if it has.
  Result<bool> has_activity();
  Status put_activity(const ActivitySubject& subject, const ActivityTimes& times);
  // Takes away lines from before `before`, and the oldest of what is more than the limits.
  Status trim_activity(std::int64_t before, const ActivityLimits& limits);
  Result<ActivityPage> activity(const Realm* realm, const std::optional<ActivityPlace>& before, std::size_t limit);
  // Whether something was erased or cleared in the realm since then, by any process: what was noted before is not to be
  // written any more.
  Result<bool> is_erased(const Realm& realm, std::int64_t noted, std::int64_t now);
  // The realms that have the entry.
  Result<std::vector<Realm>> holders(std::int64_t entry);

  // What each origin stored (registry_origins.cc). `realm`: null for all of them.
  Result<std::vector<EntryRow>> list_stored_by(const Realm& realm, const Origin& origin, ListOrder order,
                                               const std::optional<ListPlace>& after, std::size_t limit);
  Result<OriginPage> storing_origins(const Realm* realm, OriginOrder order, const std::optional<OriginPlace>& after,
                                     std::size_t limit);

  // Counts for the user (registry_counts.cc). Each looks at so many rows and no more; what it returns says whether
  // there were more.
  struct Count {
    std::uint64_t count = 0;
    bool more = false;
  };
  // Accounts whose window began then or later, of all realms.
  Result<std::vector<SiteLookups>> lookup_accounts_since(std::int64_t when, std::size_t most);
  Result<std::vector<SiteWrites>> write_accounts_since(std::int64_t when, std::size_t most);
  // Sites of the realm that the user has decided about.
  Result<Count> count_decisions(const Realm& realm, std::size_t most);
  Result<Count> count_readers(std::size_t most);
  // Entries that were stored in a cross-site frame.
  Result<Count> count_framed(std::size_t most);
  // Entries that were shared with other sites by pages that the user has not touched since, and by no other.
  Result<Count> count_untouched(std::size_t most);
  // Entries that are for everybody in another realm, and in this one neither for everybody nor added by hand for them.
  struct Elsewhere {
    std::vector<Hash> hashes;
    bool more = false;
  };
  Result<Elsewhere> global_elsewhere(const Realm& realm, std::size_t most);

  // Made on first use: 32 random bytes.
  Result<std::vector<std::uint8_t>> secret(std::string_view name);

  // Clearing (registry_clearing.cc). `realm`: null for all of them.
  Result<std::vector<Realm>> realms();
  // Whether the host of a serialized origin is `host` or below it.
  static bool is_at_or_below(std::string_view origin, std::string_view host);
  // Origins that the registry names and whose host is `host` or below it.
  Result<std::vector<Origin>> origins_below(std::string_view host);
  // Entries that `origin` stored, is listed for or has read.
  Result<std::vector<EntryRow>> entries_naming(const Origin& origin, const Realm* realm, std::size_t limit);
  // Sites below `host` on whose pages something was stored in a frame, or listed; entries for which that is so of
  // `page`.
  Result<std::vector<std::string>> pages_below(std::string_view host);
  // Sites and origins below `host` that have asked for something, or on whose pages something was listed.
  Result<std::vector<std::string>> readers_below(std::string_view host);
  Result<std::vector<EntryRow>> entries_on_page(std::string_view page, const Realm* realm, std::size_t limit);
  Result<std::vector<EntryRow>> entries_of_realm(const Realm& realm, std::size_t limit);
  // Takes the origin out of the entry's storing origins and lists.
  Status forget_origin(std::int64_t entry, const Origin& origin, const Realm* realm);
  // Takes away what was stored and listed on the page.
  Status forget_page(std::int64_t entry, std::string_view page, const Realm* realm);
  Status forget_realm(std::int64_t entry, const Realm& realm);
  // Takes away realms that neither a storing origin nor the user holds the entry in. True when none is left.
  Result<bool> drop_unheld_listings(std::int64_t entry);
  // Budgets, decisions and readers of hosts that are `host` or below it (of every host when it is empty).
  Status forget_accounts(std::string_view host, const Realm* realm);
  // Lines of the activity log that name such a host (all when it is empty), or the origin.
  Status forget_activity(std::string_view host, const Realm* realm, std::int64_t now);
  Status forget_activity_of(const Origin& origin, const Realm* realm, std::int64_t now);

  // Totals.
  Result<Usage> total();
  Result<Usage> usage(const Realm& realm, const Origin& origin);
  // Unpinned entries, least recently read first, after (last_read, hash) of `after`.
  Result<std::vector<EntryRow>> eviction_candidates(const EntryRow* after, std::size_t limit);
  // Entries whose only storing origin in `realm` is `origin`, least recently read first. What other realms
  // store must make no difference here: the origin could else tell from its quota what they store.
  Result<std::vector<EntryRow>> sole_owned(const Realm& realm, const Origin& origin);
  // Whether another realm holds the entry, too.
  Result<bool> is_held_outside(std::int64_t entry, const Realm& realm);

  // Settings that differ from their defaults.
  Result<std::optional<std::string>> setting(std::string_view key);
  Status set_setting(std::string_view key, std::string_view value);

  // Hand-over links.
  Result<std::optional<LinkRow>> link(const Realm& realm, std::string_view place, const Hash& hash);
  Status put_link(const Realm& realm, const LinkRow& link, std::int64_t now);
  Result<std::vector<LinkRow>> links_of(const Hash& hash);
  Result<std::vector<LinkRow>> links_of(const Realm& realm);
  // Those to entries that an origin which `is_meant` stored or read in the realm.
  Result<std::vector<LinkRow>> links_read_by(const Realm& realm,
                                             const std::function<bool(const std::string& origin)>& is_meant);
  Result<std::vector<LinkRow>> links_in(const Realm& realm, const Hash& hash);
  Status touch_link(const Realm& realm, const LinkRow& link, std::int64_t now);
  // Whether a profile read the entry through a link between `since` and now: a date in the future is of a clock that
  // was wrong, and says nothing.
  Result<bool> link_used(const Hash& hash, std::int64_t since, std::int64_t now);
  // The same of the pages of one site alone.
  Result<bool> link_used(const Realm& realm, std::string_view place, const Hash& hash, std::int64_t since,
                         std::int64_t now);
  Result<std::vector<LinkRow>> all_links();
  // From now on it is like one of an entry that is gone.
  Status set_link_stale(const LinkRow& link);
  // Links of entries that are gone or damaged, or that were set stale; more than the first `kept`.
  Result<bool> has_stale_links(std::size_t kept);
  // Takes the rows of `limit` of them, beyond the first `kept`, whose files `remove` removes. Returns how many are kept
  // now.
  Result<std::size_t> take_stale_links(std::size_t kept, std::size_t limit,
                                       const std::function<bool(const LinkRow&)>& remove);
  Status forget_link(const LinkRow& link);

 private:
  Result<std::int64_t> realm_id(const Realm& realm);
  Result<std::int64_t> origin_id(const SitedOrigin& sited);
  Result<std::int64_t> id_of(std::string_view table, std::string_view column, std::string_view text);
  // The distinct names in a column whose host is `host` or below it. `from`: a table, and WHERE or the beginning of a
  // condition.
  Result<std::vector<std::string>> names_below(std::string_view from, std::string_view column, std::string_view host);
  Status add_listing(std::int64_t entry, std::int64_t realm);
  Status put_listed(std::int64_t entry, std::int64_t realm, const SitedOrigin& origin, const Visitor* granter,
                    bool gesture, std::int64_t now);
  Result<std::vector<Origin>> listed(std::int64_t entry, std::int64_t realm, std::string_view page);
  Status move_origin(std::int64_t origin, const Site& to);
  Status note_activity_erased(const Realm* realm, std::int64_t now);

  sqlite::Database database_;
  bool has_activity_ = false;
};

}  // namespace libcos
