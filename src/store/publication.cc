// The order in which bytes and rows appear and disappear.
//
// Appearing: bytes synced and verified (writer.cc) → blob linked into place, directory synced → one durable
// transaction with the row. Disappearing: the row first, in a durable transaction that notes the blob as
// doomed, then the file. The write transaction is held around every change of a blob's name, so of several
// processes one at a time decides what a name means.
#include <algorithm>
#include <utility>
#include <vector>

#include "base/try.h"
#include "store/state.h"

namespace libcos::internal {
namespace {

// Entries are looked at this many at a time when room must be made.
constexpr std::size_t kEvictionStep = 64;

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

// Deletes rows and files. The write transaction is held and is committed here; the files go under a second
// one, in which a hash that was stored again meanwhile keeps its new file.
Status remove_rows_then_files(StoreState& state, sqlite::WriteTransaction transaction,
                              const std::vector<EntryRow>& entries) {
  std::vector<LinkRow> links;
  for (const EntryRow& entry : entries) {
    COS_TRY(const auto of_entry, state.registry.links_of(entry.hash));
    links.insert(links.end(), of_entry.begin(), of_entry.end());
    COS_CHECK(state.registry.remove(entry));
  }
  COS_CHECK(transaction.commit());
  for (const LinkRow& link : links) {
    remove_link_file(link);
  }
  COS_TRY(auto second, sqlite::WriteTransaction::begin(state.registry.database()));
  for (const EntryRow& entry : entries) {
    COS_TRY(const auto again, state.registry.find(entry.hash));
    if (!again) {
      COS_CHECK(state.blobs->remove(entry.hash));
    }
    COS_CHECK(state.registry.forget_doomed(entry.hash));
  }
  for (const LinkRow& link : links) {
    COS_CHECK(state.registry.forget_link(link));
  }
  return second.commit();
}

tl::unexpected<Error> over_quota(std::string message) {
  return fail(ErrorCode::kQuotaExceeded, std::move(message),
              "Remove entries with `cos rm`, or raise the budget with `cos config set budget.percent`.");
}

// What must go so that `size` more bytes of `request` fit. Decided completely before anything is removed: a
// write that cannot succeed must not cost the user any data on its way to failing.
Result<std::vector<EntryRow>> plan_room(StoreState& state, const WriteRequest& request, std::uint64_t size) {
  COS_TRY(const Budget budget, budget_of(state));
  COS_TRY(const Usage total, state.registry.total());
  std::vector<EntryRow> victims;
  std::uint64_t freed = 0;
  if (size > budget.total) {
    return over_quota("The file is larger than the store's whole budget.");
  }
  if (request.origin) {
    // The origin's share: only its own sole-owned entries make room.
    COS_TRY(const Usage mine, state.registry.usage(request.realm, *request.origin));
    if (mine.bytes + size > budget.share) {
      COS_TRY(const auto own, state.registry.sole_owned(request.realm, *request.origin));
      for (const EntryRow& entry : own) {
        if (mine.bytes + size - freed <= budget.share) {
          break;
        }
        if (entry.hash != request.hash && state.blobs->is_idle(entry.hash)) {
          victims.push_back(entry);
          freed += entry.size;
        }
      }
      if (mine.bytes + size - std::min(freed, mine.bytes) > budget.share) {
        return over_quota("The origin's share of the store is used up.");
      }
    }
  }
  const auto is_victim = [&](const EntryRow& entry) {
    return std::any_of(victims.begin(), victims.end(), [&](const EntryRow& victim) { return victim.id == entry.id; });
  };
  std::optional<EntryRow> last;
  while (total.bytes - freed + size > budget.total) {
    COS_TRY(const auto oldest, state.registry.eviction_candidates(last ? &*last : nullptr, kEvictionStep));
    if (oldest.empty()) {
      return over_quota("The store is full, and what it holds is pinned or being read.");
    }
    for (const EntryRow& entry : oldest) {
      if (total.bytes - freed + size <= budget.total) {
        break;
      }
      if (entry.hash != request.hash && !is_victim(entry) && state.blobs->is_idle(entry.hash)) {
        victims.push_back(entry);
        freed += entry.size;
      }
    }
    last = oldest.back();
  }
  return victims;
}

Status make_room(StoreState& state, const WriteRequest& request, std::uint64_t size) {
  COS_CHECK(state.flush_reads());  // eviction goes by them
  COS_TRY(auto transaction, sqlite::WriteTransaction::begin(state.registry.database()));
  COS_TRY(const auto victims, plan_room(state, request, size));
  if (victims.empty()) {
    return {};
  }
  return remove_rows_then_files(state, std::move(transaction), victims);
}

// Whether this write adds to what the store holds, or to what its origin is charged.
Result<bool> adds_weight(StoreState& state, const WriteRequest& request) {
  COS_TRY(const auto entry, state.registry.find(request.hash));
  if (!entry) {
    return true;
  }
  if (!request.origin) {
    return false;
  }
  COS_TRY(const bool mine, state.registry.is_storing_origin(entry->id, request.realm, *request.origin));
  return !mine;
}

Result<std::vector<Origin>> merge(StoreState& state, const WriteRequest& request, std::int64_t entry,
                                  std::int64_t now) {
  if (request.origin) {
    COS_CHECK(
        state.registry.add_storing_origin(entry, request.realm, state.sited(*request.origin), request.source_url, now));
  } else {
    COS_CHECK(state.registry.mark_manual(entry, request.realm));
  }
  return state.registry.merge_scope(entry, request.realm, request.scope, sited_scope(state, request.scope), now);
}

}  // namespace

Result<Published> publish(StoreState& state, const WriteRequest& request, IncomingFile& incoming,
                          const VerifiedBytes& bytes) {
  const std::lock_guard lock(state.mutex);
  COS_TRY(const bool heavier, adds_weight(state, request));
  if (heavier) {
    COS_CHECK(make_room(state, request, bytes.size));
  }
  const std::int64_t now = state.clock();
  COS_TRY(auto transaction, sqlite::WriteTransaction::begin(state.registry.database()));
  // Looked up again at this moment: of two writers of one hash both succeed, and the bytes are kept once.
  COS_TRY(const auto existing, state.registry.find(request.hash));
  Published published{request.hash, bytes.size, existing.has_value(), {}};
  std::int64_t entry = 0;
  if (existing && stands(state, *existing)) {
    entry = existing->id;
  } else {
    COS_CHECK(state.blobs->publish(incoming, request.hash));
    if (existing) {
      entry = existing->id;
      COS_CHECK(state.registry.replace_bytes(entry, bytes, now));
    } else {
      COS_TRY(entry, state.registry.insert(request.hash, bytes, now));
    }
  }
  COS_TRY(published.dropped, merge(state, request, entry, now));
  COS_CHECK(transaction.commit());
  return published;
}

Result<bool> remove_entry(StoreState& state, const Hash& hash) {
  const std::lock_guard lock(state.mutex);
  COS_TRY(auto transaction, sqlite::WriteTransaction::begin(state.registry.database()));
  COS_TRY(const auto entry, state.registry.find(hash));
  if (!entry) {
    return false;
  }
  state.pending_reads.erase(entry->id);
  COS_CHECK(remove_rows_then_files(state, std::move(transaction), {*entry}));
  return true;
}

Status finish_removals(StoreState& state) {
  const std::lock_guard lock(state.mutex);
  COS_TRY(const auto seen, state.registry.doomed());
  if (seen.empty()) {
    return {};
  }
  COS_TRY(auto transaction, sqlite::WriteTransaction::begin(state.registry.database()));
  COS_TRY(const auto doomed, state.registry.doomed());
  for (const Hash& hash : doomed) {
    COS_TRY(const auto entry, state.registry.find(hash));
    if (!entry) {
      COS_CHECK(state.blobs->remove(hash));
    }
    COS_CHECK(state.registry.forget_doomed(hash));
  }
  return transaction.commit();
}

Status quarantine(StoreState& state, const EntryRow& seen) {
  const std::lock_guard lock(state.mutex);
  COS_TRY(auto transaction, sqlite::WriteTransaction::begin(state.registry.database()));
  COS_TRY(const auto entry, state.registry.find(seen.hash));
  if (!entry || entry->identity != seen.identity) {
    return {};
  }
  COS_CHECK(state.registry.set_damaged(entry->id));
  COS_TRY(const auto links, state.registry.links_of(seen.hash));
  COS_CHECK(state.blobs->quarantine(seen.hash));
  for (const LinkRow& link : links) {
    remove_link_file(link);
    COS_CHECK(state.registry.forget_link(link));
  }
  return transaction.commit();
}

Status forget_missing(StoreState& state, const Hash& hash) {
  const std::lock_guard lock(state.mutex);
  COS_TRY(auto transaction, sqlite::WriteTransaction::begin(state.registry.database()));
  COS_TRY(const auto entry, state.registry.find(hash));
  if (!entry || state.blobs->open(hash)) {
    return {};
  }
  return remove_rows_then_files(state, std::move(transaction), {*entry});
}

}  // namespace libcos::internal
