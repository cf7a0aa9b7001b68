// The part of the Store's face that forgets (specification, section 10): clearing sites, origins and realms,
// evicting, and explaining what is there.
#include "store/clearing.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "base/try.h"
#include "store/state.h"

namespace libcos {
namespace {

using internal::StoreState;

// Entries are cleared this many at a time: a store of a million must not be locked for minutes.
constexpr std::size_t kAtOnce = 256;

using NextEntries = std::function<Result<std::vector<EntryRow>>(Registry&)>;
using Forget = std::function<Status(Registry&, const EntryRow&)>;

std::set<std::int64_t> ids_of(const std::vector<EntryRow>& entries) {
  std::set<std::int64_t> ids;
  for (const EntryRow& entry : entries) {
    ids.insert(entry.id);
  }
  return ids;
}

// In a damaged registry what is found need not be what is forgotten. Asked in the transaction that forgot: afterwards
// a page may have stored the same again.
Status check_forgotten(StoreState& state, const NextEntries& next, const std::set<std::int64_t>& forgotten) {
  COS_TRY(const auto rest, next(state.registry));
  const bool is_damaged =
      std::any_of(rest.begin(), rest.end(), [&](const EntryRow& entry) { return forgotten.contains(entry.id); });
  return is_damaged ? Status(fail(ErrorCode::kCorrupt, "The registry is damaged: something in it cannot be cleared.",
                                  "Run `cos verify`."))
                    : Status();
}

// Takes something out of every entry that `next` returns, until it returns none: `forget` must make that so.
Status clear(StoreState& state, const NextEntries& next, const Forget& forget, ClearReport& report) {
  while (true) {
    std::unique_lock lock(state.mutex);
    std::vector<EntryRow> unheld;
    std::vector<LinkRow> links;
    {
      COS_TRY(auto transaction, state.begin(lock));
      COS_TRY(const auto entries, next(state.registry));
      if (entries.empty()) {
        return {};
      }
      for (const EntryRow& entry : entries) {
        COS_CHECK(forget(state.registry, entry));
        COS_TRY(const bool nobody_holds_it, state.registry.drop_unheld_listings(entry.id));
        if (nobody_holds_it) {
          unheld.push_back(entry);
          report.bytes_freed += entry.size;
        }
      }
      COS_CHECK(check_forgotten(state, next, ids_of(entries)));
      report.entries_removed += unheld.size();
      report.entries_kept += entries.size() - unheld.size();
      COS_TRY(links, internal::remove_rows(state, unheld));
      COS_CHECK(transaction.commit());
    }
    COS_CHECK(internal::remove_files(state, lock, internal::hashes_of(unheld), links));
  }
}

// Who is cleared, as far as links go: pages of sites, and origins that read on anybody's pages.
struct Readers {
  std::set<Site> sites;
  std::function<bool(const std::string& origin)> are;
};

// Links that somebody read through, or may have: those for the pages of the sites, and those to what the origins stored
// or read. A link for a page does not say which of the page's frames it was made for.
Result<std::vector<LinkRow>> links_of(StoreState& state, const Realm& realm, const Readers& readers) {
  COS_TRY(auto links, state.registry.links_of(realm));
  COS_TRY(const internal::PolicySettings* const settings, state.policy());
  if (!settings->keep_readers) {
    return links;  // nobody knows who read what
  }
  std::set<std::string> places;
  for (const Site& site : readers.sites) {
    places.insert(internal::link_place(state, realm, site));
  }
  const auto is_theirs = [&](const LinkRow& link) { return places.contains(link.place); };
  std::erase_if(links, std::not_fn(is_theirs));
  COS_TRY(const auto read, state.registry.links_read_by(realm, readers.are));
  std::copy_if(read.begin(), read.end(), std::back_inserter(links), std::not_fn(is_theirs));
  return links;
}

// The links of a profile, all or those of some readers. Those of entries that others hold would stay: that a read
// through one is quick tells a site that it has been here before.
Status forget_links(StoreState& state, const Realm& realm, const Readers* readers) {
  std::unique_lock lock(state.mutex);
  COS_TRY(auto transaction, state.begin(lock));
  COS_TRY(const auto links, readers == nullptr ? state.registry.links_of(realm) : links_of(state, realm, *readers));
  COS_TRY(const std::size_t gone, internal::drop_links(state, links));
  COS_CHECK(transaction.commit());
  return gone == links.size() ? Status() : internal::links_left(links.size() - gone, links.size());
}

Status forget_links(StoreState& state, const std::optional<Realm>& realm, const Readers& readers) {
  std::vector<Realm> realms;
  if (realm) {
    realms.push_back(*realm);
  } else {
    const std::lock_guard lock(state.mutex);
    COS_TRY(realms, state.registry.realms());
  }
  Status all;
  for (const Realm& each : realms) {
    // One that cannot go keeps no other.
    if (Status gone = forget_links(state, each, &readers); !gone) {
      all = std::move(gone);
    }
  }
  return all;
}

// Without anything that was noted before and is not written yet: of others it is, if it can be.
Status forget_notes(StoreState& state, const std::function<Status(Registry&)>& forget) {
  std::unique_lock lock(state.mutex);
  COS_TRY(auto transaction, state.begin(lock));
  (void)state.activity.write(state.clock());  // lines for the user's eyes are no reason to keep what is to be forgotten
  state.activity.drop();
  COS_CHECK(forget(state.registry));
  return transaction.commit();
}

// Budgets, decisions and what happened. `host`: empty for every one.
Status forget_accounts(StoreState& state, std::string_view host, const Realm* realm) {
  return forget_notes(state, [&](Registry& registry) -> Status {
    // Of other sites this process may know what it could not write yet.
    (void)state.ledger.write_changes(state.clock());
    state.ledger.forget_all();
    COS_CHECK(registry.forget_accounts(host, realm));
    return registry.forget_activity(host, realm, state.clock());
  });
}

// Reads that are not written yet would bring back what is to be forgotten.
Status settle_reads(StoreState& state) {
  std::unique_lock lock(state.mutex);
  COS_TRY(auto transaction, state.begin(lock, sqlite::Durability::kRelaxed));
  COS_CHECK(state.write_reads());
  COS_CHECK(transaction.commit());
  state.pending_reads.clear();
  return {};
}

// Sites that the host belongs to or that lie below it, as far as anything is known of their pages.
Result<std::set<Site>> sites_below(StoreState& state, const std::string& host) {
  std::set<Site> sites;
  COS_TRY(auto names, state.registry.readers_below(host));
  for (const char* scheme : {"https://", "http://"}) {
    names.push_back(scheme + host);
  }
  for (const std::string& name : names) {
    if (const Result<Origin> origin = Origin::from_serialized(name)) {
      sites.insert(state.suffixes.site_of(*origin));
    }
  }
  return sites;
}

// What was cleared is nobody's to read any more: neither in the log, where it would lie until other writes take its
// place, nor in a registry that a repair kept, of which no part can be taken out.
Status leave_no_trace(StoreState& state) {
  if (state.is_private()) {
    return {};
  }
  const std::lock_guard lock(state.mutex);
  sqlite::Database& database = state.registry.database();
  // While somebody reads it the log stays as it is: then it is as long as others make it.
  (void)database.without_waiting([&] { return database.execute("PRAGMA wal_checkpoint(TRUNCATE)"); });
  std::error_code error;
  for (std::filesystem::directory_iterator it(state.paths.quarantine(), error), end; !error && it != end;) {
    const std::filesystem::path item = it->path();
    it.increment(error);
    if (item.filename().string().starts_with(StorePaths::kKeptRegistry)) {
      std::error_code failed;
      std::filesystem::remove_all(item, failed);
      if (failed) {
        return fail(ErrorCode::kIo, "A registry that a repair kept cannot be removed: " + item.string(),
                    "It names what was cleared. Delete it.");
      }
    }
  }
  return {};
}

// Rows are cleared by `clear_rows`. Links go before, while it is still known who read through them, and once more
// afterwards, since a page may have read meanwhile.
Result<ClearReport> clear_readers(StoreState& state, const std::optional<Realm>& realm, const Readers& readers,
                                  const std::function<Status(ClearReport&)>& clear_rows) {
  const Status before = forget_links(state, realm, readers);
  ClearReport report;
  COS_CHECK(clear_rows(report));
  const Status after = forget_links(state, realm, readers);
  COS_CHECK(leave_no_trace(state));
  // A link that cannot go keeps nothing else from being cleared.
  COS_CHECK(before);
  COS_CHECK(after);
  return report;
}

const Realm* pointer_to(const std::optional<Realm>& realm) { return realm ? &*realm : nullptr; }

}  // namespace

Result<std::string> internal::host_named(std::string_view text) {
  const Result<Origin> origin = text.find_first_of("/\\?#@* ") == std::string_view::npos
                                    ? Origin::from_url("https://" + std::string(text))
                                    : fail(ErrorCode::kType, "");
  if (!origin || origin->port() != 0) {
    return fail(ErrorCode::kType, "'" + std::string(text) + "' is not a host.", "Give it like example.com.");
  }
  // One with the root's dot is another host to browsers, and the same site to people.
  return origin->host().substr(0, origin->host().find_last_not_of('.') + 1);
}

Status internal::check_clearable(const Origin& origin) {
  return origin.is_opaque() ? Status(fail(ErrorCode::kType, "An opaque origin stores nothing.")) : Status();
}

Result<ClearReport> Store::clear_origin(const Origin& origin, const std::optional<Realm>& realm) {
  COS_CHECK(internal::check_clearable(origin));
  const Realm* const only = pointer_to(realm);
  COS_CHECK(settle_reads(*state_));
  const Readers readers{{state_->suffixes.site_of(origin)},
                        [name = origin.serialize()](const std::string& reader) { return reader == name; }};
  return clear_readers(*state_, realm, readers, [&](ClearReport& report) -> Status {
    COS_CHECK(clear(
        *state_, [&](Registry& registry) { return registry.entries_naming(origin, only, kAtOnce); },
        [&](Registry& registry, const EntryRow& entry) { return registry.forget_origin(entry.id, origin, only); },
        report));
    return forget_notes(*state_,
                        [&](Registry& registry) { return registry.forget_activity_of(origin, only, state_->clock()); });
  });
}

Result<ClearReport> Store::clear_site(std::string_view host, const std::optional<Realm>& realm) {
  COS_TRY(const std::string name, internal::host_named(host));
  const Realm* const only = pointer_to(realm);
  COS_CHECK(settle_reads(*state_));
  std::vector<Origin> origins;
  std::vector<std::string> pages;
  Readers readers{{}, [&name](const std::string& reader) { return Registry::is_at_or_below(reader, name); }};
  {
    const std::lock_guard lock(state_->mutex);
    COS_TRY(origins, state_->registry.origins_below(name));
    COS_TRY(pages, state_->registry.pages_below(name));
    COS_TRY(readers.sites, sites_below(*state_, name));
  }
  return clear_readers(*state_, realm, readers, [&](ClearReport& report) -> Status {
    for (const Origin& origin : origins) {
      COS_CHECK(clear(
          *state_, [&](Registry& registry) { return registry.entries_naming(origin, only, kAtOnce); },
          [&](Registry& registry, const EntryRow& entry) { return registry.forget_origin(entry.id, origin, only); },
          report));
    }
    for (const std::string& page : pages) {
      COS_CHECK(clear(
          *state_, [&](Registry& registry) { return registry.entries_on_page(page, only, kAtOnce); },
          [&](Registry& registry, const EntryRow& entry) { return registry.forget_page(entry.id, page, only); },
          report));
    }
    return forget_accounts(*state_, name, only);
  });
}

Result<ClearReport> Store::clear_all(const std::optional<Realm>& realm) {
  COS_CHECK(settle_reads(*state_));
  ClearReport report;
  std::vector<Realm> realms;
  if (realm) {
    realms.push_back(*realm);
  } else {
    const std::lock_guard lock(state_->mutex);
    COS_TRY(realms, state_->registry.realms());
  }
  Status links;
  for (const Realm& cleared : realms) {
    COS_CHECK(clear(
        *state_, [&](Registry& registry) { return registry.entries_of_realm(cleared, kAtOnce); },
        [&](Registry& registry, const EntryRow& entry) { return registry.forget_realm(entry.id, cleared); }, report));
    if (Status gone = forget_links(*state_, cleared, nullptr); !gone) {
      links = std::move(gone);
    }
  }
  COS_CHECK(forget_accounts(*state_, {}, pointer_to(realm)));
  COS_CHECK(leave_no_trace(*state_));
  COS_CHECK(links);
  return report;
}

Status internal::choose_more(StoreState& state, std::uint64_t bytes, std::size_t most, Eviction& eviction) {
  COS_TRY(const auto oldest, state.registry.eviction_candidates(eviction.seen ? &*eviction.seen : nullptr, most));
  for (const EntryRow& entry : oldest) {
    if (eviction.left <= bytes) {
      break;
    }
    COS_TRY(const bool in_use, is_in_use(state, entry));
    if (!in_use) {
      eviction.entries.push_back(entry);
      // Between two looks somebody may have stored more than there was.
      eviction.left -= std::min(eviction.left, entry.size);
    }
    eviction.seen = entry;
  }
  eviction.over = eviction.left <= bytes || oldest.size() < most;
  return {};
}

Result<std::vector<EvictedEntry>> Store::evict_to(std::uint64_t bytes, bool dry_run) {
  std::unique_lock lock(state_->mutex);
  std::vector<EntryRow> chosen;
  std::vector<LinkRow> links;
  std::vector<internal::HeldEntry> held;
  {
    COS_TRY(auto transaction, state_->begin(lock));
    (void)state_->write_reads();  // the order goes by them
    COS_TRY(const Usage total, state_->registry.total());
    internal::Eviction eviction{total.bytes, {}, {}, total.bytes <= bytes};
    while (!eviction.over) {
      COS_CHECK(internal::choose_more(*state_, bytes, kAtOnce, eviction));
    }
    chosen = std::move(eviction.entries);
    if (!dry_run) {
      held = internal::holders_of(*state_, chosen);
      COS_TRY(links, internal::remove_rows(*state_, chosen));
      COS_CHECK(transaction.commit());
      state_->pending_reads.clear();
    }
  }
  internal::note_of_holders(*state_, ActivityKind::kEvicted, held);
  std::vector<EvictedEntry> evicted;
  evicted.reserve(chosen.size());
  for (const EntryRow& entry : chosen) {
    evicted.push_back({entry.hash, entry.size, entry.last_read});
  }
  if (!dry_run && !chosen.empty()) {
    COS_CHECK(internal::remove_files(*state_, lock, internal::hashes_of(chosen), links));
  }
  return evicted;
}

Result<ReadExplanation> Store::explain_read(const Caller& caller, const Hash& hash) {
  const std::lock_guard lock(state_->mutex);
  return internal::explain_read(*state_, caller, hash);
}

Result<std::vector<HistoryEvent>> Store::history(const Hash& hash) {
  const std::lock_guard lock(state_->mutex);
  (void)state_->flush_reads();
  COS_TRY(const auto entry, state_->registry.find(hash));
  if (!entry) {
    return fail(ErrorCode::kNotFound, "There is no such entry in the store.");
  }
  COS_TRY(std::vector<HistoryEvent> events, state_->registry.history(entry->id));
  EntryInfo info{.hash = hash, .storing_origins = {}, .listed_origins = {}};
  COS_CHECK(state_->registry.describe(entry->id, info));
  if (info.manual) {
    events.push_back({HistoryEvent::Kind::kAdded, entry->created_at, entry->created_at, "local", {}, {}, {}, {}});
  }
  if (entry->verified_at > entry->created_at) {
    events.push_back({HistoryEvent::Kind::kVerified, entry->verified_at, entry->verified_at, {}, {}, {}, {}, {}});
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const HistoryEvent& a, const HistoryEvent& b) { return a.at < b.at; });
  return events;
}

Result<ActivityPage> Store::activity(const std::optional<Realm>& realm, const std::optional<ActivityPlace>& before,
                                     std::size_t limit) {
  const std::lock_guard lock(state_->mutex);
  (void)state_->activity.flush(state_->clock());
  return state_->registry.activity(pointer_to(realm), before, limit);
}

Status Store::forget_activity(const std::optional<Realm>& realm) {
  COS_CHECK(forget_notes(
      *state_, [&](Registry& registry) { return registry.forget_activity({}, pointer_to(realm), state_->clock()); }));
  return leave_no_trace(*state_);
}

Result<std::vector<Realm>> Store::realms() {
  const std::lock_guard lock(state_->mutex);
  return state_->registry.realms();
}

Result<std::vector<SiteDecisionInfo>> Store::site_decisions() {
  const std::lock_guard lock(state_->mutex);
  return state_->registry.site_decisions();
}

Result<std::optional<SiteDecision>> Store::site_decision(const Realm& realm, const Site& site) {
  const std::lock_guard lock(state_->mutex);
  return state_->registry.site_decision(realm, site);
}

Status Store::decide_site(const Realm& realm, const Site& site, SiteDecision decision) {
  if (site.serialized.empty()) {
    return fail(ErrorCode::kType, "An opaque origin has no site.");
  }
  std::unique_lock lock(state_->mutex);
  COS_TRY(auto transaction, state_->begin(lock));
  COS_TRY(const internal::PolicySettings* const policy, state_->policy());
  const bool asks = policy->ask;
  COS_TRY(const auto before, state_->registry.site_decision(realm, site));
  COS_CHECK(state_->registry.put_site_decision(
      realm, site, decision == SiteDecision::kAsked ? std::nullopt : std::optional(decision), state_->clock()));
  COS_CHECK(transaction.commit());
  // What the site was told to be missing for want of a yes said nothing, and is not to stand for the rest of its day.
  return asks && decision == SiteDecision::kAllowed && before != SiteDecision::kAllowed
             ? state_->ledger.begin_window(realm, site, state_->clock())
             : Status();
}

}  // namespace libcos
