#include "store/state.h"

#include <algorithm>

#include "base/try.h"
#include "store/settings.h"

namespace libcos::internal {
namespace {

constexpr std::int64_t kFlushEveryMs = 60'000;
constexpr std::size_t kMostPendingReads = 4096;

}  // namespace

StoreState::~StoreState() {
  // Losing the dates of the last minute's reads costs nothing but eviction order.
  (void)flush_reads();
}

Result<std::int64_t> StoreState::setting_value(std::string_view key) {
  const SettingRow* row = find_setting(key);
  COS_TRY(const auto text, registry.setting(key));
  if (!text) {
    return row->fallback;
  }
  const Result<std::int64_t> value = parse_setting(*row, *text);
  return value ? *value : row->fallback;
}

Result<std::string> StoreState::setting_text(std::string_view key) {
  COS_TRY(const auto text, registry.setting(key));
  return text.value_or("");
}

void StoreState::note_read(std::int64_t entry, const Caller& caller, Disclosure disclosure) {
  const std::int64_t now = clock();
  PendingRead& pending = pending_reads[entry];
  pending.when = now;
  const std::pair reader(caller.realm, caller.origin);
  if (disclosure == Disclosure::kListed &&
      std::find(pending.listed.begin(), pending.listed.end(), reader) == pending.listed.end()) {
    pending.listed.push_back(reader);
  }
  if (pending_reads.size() >= kMostPendingReads || now - last_flush >= kFlushEveryMs) {
    // A failure here must not fail the read; the dates stay pending.
    (void)flush_reads();
  }
}

Status StoreState::flush_reads() {
  last_flush = clock();
  if (pending_reads.empty()) {
    return {};
  }
  // A read must not wait for another process's write; the dates can.
  registry.database().set_patience(0);
  const Status written = [&]() -> Status {
    COS_TRY(auto transaction, sqlite::WriteTransaction::begin(registry.database(), sqlite::Durability::kRelaxed));
    for (const auto& [entry, pending] : pending_reads) {
      COS_CHECK(registry.set_last_read(entry, pending.when));
      for (const auto& [realm, origin] : pending.listed) {
        COS_CHECK(registry.refresh_listed(entry, realm, origin, pending.when));
      }
    }
    return transaction.commit();
  }();
  registry.database().set_patience(sqlite::kPatienceMs);
  if (written || pending_reads.size() >= kMostPendingReads) {
    pending_reads.clear();
  }
  return written;
}

Result<Budget> budget_of(StoreState& state) {
  COS_TRY(const DiskSpace space, state.blobs->space());
  COS_TRY(const std::int64_t percent, state.setting_value(setting::kBudgetPercent));
  COS_TRY(const std::int64_t ceiling, state.setting_value(setting::kBudgetCeiling));
  COS_TRY(const std::int64_t share, state.setting_value(setting::kSharePercent));
  return budget_from(space.capacity, static_cast<std::uint64_t>(percent), static_cast<std::uint64_t>(ceiling),
                     static_cast<std::uint64_t>(share));
}

}  // namespace libcos::internal
