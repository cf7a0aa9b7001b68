// The order in which bytes and rows appear and disappear.
//
// Appearing: bytes synced and verified (writer.cc) → blob linked into place, directory synced → one durable
// transaction with the row. Disappearing: the row first, in a durable transaction that notes the blob as
// doomed, then the file. The write transaction is held around every change of a blob's name, so of several
// processes one at a time decides what a name means.
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/try.h"
#include "store/state.h"

namespace libcos::internal {
namespace {

// Entries are looked at this many at a time when room must be made.
constexpr std::size_t kEvictionStep = 64;
constexpr std::int64_t kLinkInUseMs = 10LL * 60 * 1000;

std::vector<SitedOrigin> sited_scope(const StoreState& state, const Scope& scope) {
  std::vector<SitedOrigin> sited;
  for (const Origin& origin : scope.origins()) {
    sited.push_back(state.sited(origin));
  }
  return sited;
}

// Whether the entry's file is there and as the row says.
bool stands(StoreState& state, const EntryRow& entry) {
  if (entry.damaged) {
    return false;
  }
  const Result<UniqueFd> fd = state.blobs->open(entry.hash);
  if (!fd) {
    return false;
  }
  const Result<struct stat> status = stat_of(*fd);
  return status && identity_of(*status) == entry.identity && static_cast<std::uint64_t>(status->st_size) == entry.size;
}

// What makes room: an entry that goes, or that only leaves the writer's realm because others hold it, too.
struct Victim {
  EntryRow entry;
  bool only_in_realm;
};

// Takes an entry out of one realm. Returns the realm's links to it, which are stale from now on: should this process
// end before they are removed, a start does it.
Result<std::vector<LinkRow>> take_out_of_realm(StoreState& state, const Realm& realm, const EntryRow& entry) {
  COS_CHECK(state.registry.forget_realm(entry.id, realm));
  COS_TRY(auto links, state.registry.links_in(realm, entry.hash));
  for (const LinkRow& link : links) {
    COS_CHECK(state.registry.set_link_stale(link));
  }
  return links;
}

tl::unexpected<Error> over_quota(std::string message) {
  return fail(ErrorCode::kQuotaExceeded, std::move(message),
              "Remove entries with `cos rm`, or raise the budget with `cos config set budget.percent`.");
}

// What a write adds: to the machine's total when the bytes are new, to its origin's charge when the origin
// did not store them before.
struct Weight {
  std::uint64_t bytes = 0;
  std::uint64_t charge = 0;
};

Result<Weight> weight_of(StoreState& state, const WriteRequest& request, const std::optional<EntryRow>& existing,
                         std::uint64_t size) {
  Weight weight{existing ? 0 : size, request.origin ? size : 0};
  if (existing && request.origin) {
    COS_TRY(const bool mine, state.registry.is_storing_origin(existing->id, request.realm, *request.origin));
    weight.charge = mine ? 0 : size;
  }
  return weight;
}

// Chooses what must go so that a write fits. Everything is chosen before anything is removed: a write that
// cannot succeed must not cost the user any data on its way to failing.
class RoomPlan {
 public:
  RoomPlan(StoreState& state, const WriteRequest& request) : state_(state), request_(request) {}

  Result<std::vector<Victim>> make(const Weight& weight) {
    COS_TRY(const Budget budget, budget_of(state_));
    if (weight.charge > 0) {
      COS_CHECK(fit_share(budget.share, weight.charge));
    }
    if (weight.bytes > 0) {
      COS_CHECK(fit_total(budget.total, weight.bytes));
    }
    return std::move(victims_);
  }

 private:
  // Only entries that no other origin of the realm stored make room in an origin's share, those first that it has not
  // read or stored for longest. Those that another realm holds leave this one all the same, and who else reads them, or
  // when, is not asked: what others do must show neither in what an origin may store nor in what it loses.
  Status fit_share(std::uint64_t share, std::uint64_t size) {
    COS_TRY(const Usage mine, state_.registry.usage(request_.realm, *request_.origin));
    std::uint64_t freed = 0;
    if (mine.bytes + size > share) {
      COS_TRY(const auto own, state_.registry.sole_owned(request_.realm, *request_.origin));
      for (const EntryRow& entry : own) {
        if (mine.bytes + size - freed <= share) {
          break;
        }
        COS_TRY(const bool reading, is_read_here(entry));
        COS_TRY(const bool shared, state_.registry.is_held_outside(entry.id, request_.realm));
        freed += !reading && choose(entry, shared) ? entry.size : 0;
      }
    }
    return mine.bytes + size - freed <= share ? Status()
                                              : Status(over_quota("The origin's share of the store is used up."));
  }

  // Anyone's entries, least recently read first.
  Status fit_total(std::uint64_t budget, std::uint64_t size) {
    COS_TRY(const Usage total, state_.registry.total());
    std::optional<EntryRow> last;
    while (total.bytes - freed_ + size > budget) {
      COS_TRY(const auto oldest, state_.registry.eviction_candidates(last ? &*last : nullptr, kEvictionStep));
      if (oldest.empty()) {
        return over_quota("The store is full, and what it holds is pinned or being read.");
      }
      for (const EntryRow& entry : oldest) {
        if (total.bytes - freed_ + size <= budget) {
          break;
        }
        COS_TRY(const bool in_use, is_in_use(state_, entry));
        if (!in_use) {
          choose(entry, false);
        }
      }
      last = oldest.back();
    }
    return {};
  }

  // Whether pages of the writer's own site have read it lately, through their link.
  Result<bool> is_read_here(const EntryRow& entry) {
    const Visitor writer = state_.visitor(request_.realm, *request_.origin, request_.top_level);
    const std::int64_t now = state_.clock();
    return state_.registry.link_used(request_.realm, link_place(state_, request_.realm, writer.top_level), entry.hash,
                                     now - kLinkInUseMs, now);
  }

  // True when the entry was chosen.
  bool choose(const EntryRow& entry, bool only_in_realm) {
    const auto known = places_.find(entry.id);
    Victim* const chosen = known == places_.end() ? nullptr : &victims_.at(known->second);
    if (entry.hash == request_.hash || (chosen != nullptr && !chosen->only_in_realm)) {
      return false;
    }
    freed_ += only_in_realm ? 0 : entry.size;
    if (chosen != nullptr) {
      chosen->only_in_realm = false;
    } else {
      places_.emplace(entry.id, victims_.size());
      victims_.push_back({entry, only_in_realm});
    }
    return true;
  }

  StoreState& state_;
  const WriteRequest& request_;
  std::vector<Victim> victims_;
  std::unordered_map<std::int64_t, std::size_t> places_;  // of entries among the victims, which may be many
  std::uint64_t freed_ = 0;                               // of the machine's total
};

Result<std::vector<Origin>> merge(StoreState& state, const WriteRequest& request, std::int64_t entry,
                                  std::int64_t now) {
  std::optional<Visitor> writer;
  if (request.origin) {
    writer = state.visitor(request.realm, *request.origin, request.top_level);
    COS_CHECK(state.registry.add_storing_origin(entry, *writer, request.scope.kind(), request.user_activation,
                                                request.source_url, now));
  } else {
    COS_CHECK(state.registry.mark_manual(entry, request.realm));
  }
  // What the user adds by hand needs no further gesture.
  return state.registry.merge_scope(entry, request.realm, writer ? &*writer : nullptr,
                                    !writer || request.user_activation, request.scope,
                                    sited_scope(state, request.scope), now);
}

// The write budget, for good. Storing again costs nothing, on pages of the same site: what a frame stored elsewhere
// must not show in how much it may store here.
Status charge_write(StoreState& state, const WriteRequest& request, const std::optional<EntryRow>& existing,
                    std::uint64_t size) {
  COS_TRY(const PolicySettings* const policy, state.policy());
  if (!request.origin || policy->write_units == 0) {
    return {};
  }
  const Visitor writer = state.visitor(request.realm, *request.origin, request.top_level);
  COS_TRY(const bool again, state.registry.has_stored_here(existing ? existing->id : 0, writer));
  if (again) {
    return {};
  }
  COS_TRY(WriteAccount account, state.registry.write_account(writer.realm, writer.top_level));
  const std::int64_t now = state.clock();
  const std::uint64_t used = units_in_window(account.window_start, account.units, now);
  if (used == 0 || account.window_start > now) {
    account.window_start = now;
  }
  account.units = used + write_units(size);
  return state.registry.put_write_account(writer.realm, writer.top_level, account);
}

// Puts the bytes in place and writes the rows; the caller commits. `placed` tells whether the blob's name now
// stands for the incoming file.
Result<Published> place_and_register(StoreState& state, const WriteRequest& request, IncomingFile& incoming,
                                     const VerifiedBytes& bytes, const std::optional<EntryRow>& existing,
                                     bool& placed) {
  const std::int64_t now = state.clock();
  Published published{request.hash, bytes.size, existing.has_value(), {}};
  std::int64_t entry = existing ? existing->id : 0;
  if (existing && stands(state, *existing)) {
    COS_CHECK(state.blobs->sync_name(request.hash));
  } else {
    placed = true;
    const Result<UniqueFd> old_blob = state.blobs->open(request.hash);
    COS_CHECK(state.blobs->publish(incoming, request.hash));
    if (existing) {
      // Links of the old file would go on serving its bytes.
      COS_TRY(const auto links, state.registry.links_of(request.hash));
      for (const LinkRow& link : links) {
        COS_CHECK(drop_link(state, link, old_blob ? &*old_blob : nullptr));
      }
      COS_CHECK(state.registry.replace_bytes(entry, bytes, now));
    } else {
      COS_TRY(entry, state.registry.insert(request.hash, bytes, now));
    }
  }
  COS_TRY(published.dropped, merge(state, request, entry, now));
  return published;
}

void note_publication(StoreState& state, const WriteRequest& request, const Published& published) {
  if (!state.keeps_activity()) {
    return;
  }
  ActivitySubject subject{published.hash, ActivityKind::kStored, request.realm, {}, {}};
  std::string page;
  if (request.origin) {
    const Visitor visitor = state.visitor(request.realm, *request.origin, request.top_level);
    subject = subject_of(visitor, ActivityKind::kStored, published.hash);
    page = visitor.top_level.serialized;
  }
  state.activity.note(std::move(subject), page, published.size, state.clock());
}

// After a publication that failed once the blob had its name: takes the name back, unless another process
// has registered it meanwhile. Where even that fails, the incoming name stays for the next start's sweep.
void take_back(StoreState& state, std::unique_lock<std::mutex>& lock, IncomingFile& incoming, const Hash& hash) {
  const Status taken = [&]() -> Status {
    COS_TRY(auto transaction, state.begin(lock));
    COS_TRY(const auto entry, state.registry.find(hash));
    if (!entry) {
      COS_CHECK(state.blobs->remove(hash));
      COS_CHECK(state.blobs->sync_removals({hash}));
    }
    return transaction.commit();
  }();
  if (!taken) {
    incoming.path.clear();
  }
}

}  // namespace

Result<std::vector<LinkRow>> remove_rows(StoreState& state, const std::vector<EntryRow>& entries) {
  std::vector<LinkRow> links;
  for (const EntryRow& entry : entries) {
    COS_TRY(const auto of_entry, state.registry.links_of(entry.hash));
    links.insert(links.end(), of_entry.begin(), of_entry.end());
    COS_CHECK(state.registry.remove(entry));
    state.pending_reads.erase(entry.id);
  }
  return links;
}

Status remove_files(StoreState& state, std::unique_lock<std::mutex>& lock, const std::vector<Hash>& hashes,
                    const std::vector<LinkRow>& links) {
  COS_TRY(auto transaction, state.begin(lock));
  // In the transaction: a hand-over that put a new link into the same place meanwhile would lose its row, and not its
  // file.
  const std::vector<LinkRow> gone = remove_link_files(state, links);
  std::vector<Hash> settled;
  for (const Hash& hash : hashes) {
    COS_TRY(const auto again, state.registry.find(hash));
    if (again || state.blobs->remove(hash)) {
      settled.push_back(hash);
    }
  }
  COS_CHECK(state.blobs->sync_removals(settled));
  for (const Hash& hash : settled) {
    COS_CHECK(state.registry.forget_doomed(hash));
  }
  for (const LinkRow& link : gone) {
    COS_CHECK(state.registry.forget_link(link));
  }
  return transaction.commit();
}

std::vector<Hash> hashes_of(const std::vector<EntryRow>& entries) {
  std::vector<Hash> hashes;
  hashes.reserve(entries.size());
  for (const EntryRow& entry : entries) {
    hashes.push_back(entry.hash);
  }
  return hashes;
}

std::vector<HeldEntry> holders_of(StoreState& state, const std::vector<EntryRow>& entries) {
  std::vector<HeldEntry> held;
  if (state.keeps_activity()) {
    for (const EntryRow& entry : entries) {
      if (Result<std::vector<Realm>> realms = state.registry.holders(entry.id)) {
        held.push_back({entry, std::move(*realms)});
      }
    }
  }
  return held;
}

void note_of_holders(StoreState& state, ActivityKind kind, const std::vector<HeldEntry>& entries) {
  if (entries.empty() || !state.keeps_activity()) {
    return;
  }
  for (const auto& [entry, realms] : entries) {
    for (const Realm& realm : realms) {
      state.activity.note({entry.hash, kind, realm, {}, {}}, {}, entry.size, state.clock());
    }
  }
}

Result<bool> is_in_use(StoreState& state, const EntryRow& entry) {
  if (!state.blobs->is_idle(entry.hash)) {
    return true;
  }
  const std::int64_t now = state.clock();
  return state.registry.link_used(entry.hash, now - kLinkInUseMs, now);
}

Result<Published> publish(StoreState& state, const WriteRequest& request, IncomingFile& incoming,
                          const VerifiedBytes& bytes) {
  std::unique_lock lock(state.mutex);
  std::vector<EntryRow> removed;
  std::vector<HeldEntry> evicted;
  std::vector<LinkRow> links;
  bool placed = false;
  Result<Published> published = [&]() -> Result<Published> {
    COS_TRY(auto transaction, state.begin(lock));
    (void)state.write_reads();  // eviction goes by them; stale dates are no reason to refuse a write
    // Looked up at this moment: of two writers of one hash both succeed, and the bytes are kept once.
    COS_TRY(const auto existing, state.registry.find(request.hash));
    COS_TRY(const Weight weight, weight_of(state, request, existing, bytes.size));
    COS_TRY(const auto victims, RoomPlan(state, request).make(weight));
    for (const Victim& victim : victims) {
      if (!victim.only_in_realm) {
        removed.push_back(victim.entry);
        continue;
      }
      COS_TRY(const auto of_realm, take_out_of_realm(state, request.realm, victim.entry));
      links.insert(links.end(), of_realm.begin(), of_realm.end());
      evicted.push_back({victim.entry, {request.realm}});
    }
    const auto held = holders_of(state, removed);
    evicted.insert(evicted.end(), held.begin(), held.end());
    COS_TRY(const auto of_removed, remove_rows(state, removed));
    links.insert(links.end(), of_removed.begin(), of_removed.end());
    COS_CHECK(charge_write(state, request, existing, bytes.size));
    COS_TRY(Published result, place_and_register(state, request, incoming, bytes, existing, placed));
    COS_CHECK(transaction.commit());
    state.pending_reads.clear();
    return result;
  }();
  if (published) {
    note_publication(state, request, *published);
    note_of_holders(state, ActivityKind::kEvicted, evicted);
    if (!removed.empty() || !links.empty()) {
      (void)remove_files(state, lock, hashes_of(removed), links);  // else the next start does it
    }
  } else if (placed) {
    take_back(state, lock, incoming, request.hash);
  }
  return published;
}

Result<bool> remove_entry(StoreState& state, const Hash& hash) {
  std::unique_lock lock(state.mutex);
  COS_TRY(auto transaction, state.begin(lock));
  COS_TRY(const auto entry, state.registry.find(hash));
  if (!entry) {
    return false;
  }
  COS_TRY(const auto links, remove_rows(state, {*entry}));
  COS_CHECK(transaction.commit());
  COS_CHECK(remove_files(state, lock, {hash}, links));
  return true;
}

Status finish_removals(StoreState& state) {
  std::unique_lock lock(state.mutex);
  COS_TRY(const auto doomed, state.registry.doomed());
  return doomed.empty() ? Status() : remove_files(state, lock, doomed, {});
}

namespace {

// The entry's file has been set aside. No browser is to read it through a link either.
Status mark_damaged(StoreState& state, const EntryRow& entry, const UniqueFd* blob) {
  COS_CHECK(state.registry.set_damaged(entry.id));
  COS_TRY(const auto links, state.registry.links_of(entry.hash));
  for (const LinkRow& link : links) {
    COS_CHECK(drop_link(state, link, blob));
  }
  return {};
}

}  // namespace

Status quarantine(StoreState& state, const EntryRow& seen) {
  std::unique_lock lock(state.mutex);
  std::vector<HeldEntry> held;
  // First the word that it is damaged, for good; then its file is set aside. The other way round a power cut could
  // leave an entry without a file, which would be forgotten without a word.
  {
    COS_TRY(auto transaction, state.begin(lock));
    COS_TRY(const auto entry, state.registry.find(seen.hash));
    if (!entry || entry->identity != seen.identity) {
      return {};
    }
    const Result<UniqueFd> blob = state.blobs->open(seen.hash);
    if (!entry->damaged) {
      held = holders_of(state, {*entry});
    }
    COS_CHECK(mark_damaged(state, *entry, blob ? &*blob : nullptr));
    COS_CHECK(transaction.commit());
  }
  note_of_holders(state, ActivityKind::kDamaged, held);
  COS_TRY(auto transaction, state.begin(lock));
  COS_TRY(const auto entry, state.registry.find(seen.hash));
  if (entry && entry->damaged && entry->identity == seen.identity) {
    (void)state.blobs->quarantine(seen.hash);  // where that fails, it lies where nobody reads it
  }
  return transaction.commit();
}

Status forget_missing(StoreState& state, const Hash& hash) {
  std::unique_lock lock(state.mutex);
  COS_TRY(auto transaction, state.begin(lock));
  COS_TRY(const auto entry, state.registry.find(hash));
  if (!entry) {
    return {};
  }
  const Result<UniqueFd> again = state.blobs->open(hash);
  if (again || again.error().code != ErrorCode::kNotFound) {
    return {};  // it is back, or cannot be looked at: an entry is not given up for that
  }
  if (const Result<UniqueFd> set_aside = state.blobs->open_quarantined(hash)) {
    // A process ended between setting the damaged file aside and saying so.
    const auto held = entry->damaged ? std::vector<HeldEntry>() : holders_of(state, {*entry});
    COS_CHECK(mark_damaged(state, *entry, &*set_aside));
    COS_CHECK(transaction.commit());
    note_of_holders(state, ActivityKind::kDamaged, held);
    return {};
  }
  COS_TRY(const auto links, remove_rows(state, {*entry}));
  COS_CHECK(transaction.commit());
  return remove_files(state, lock, {hash}, links);
}

}  // namespace libcos::internal
