#include "store/state.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/try.h"
#include "store/settings.h"

namespace libcos::internal {
namespace {

constexpr std::chrono::milliseconds kLookAgainAfter{2};
constexpr std::size_t kMostPendingReads = 4096;
constexpr std::size_t kMostPendingReaders = 256;  // of one entry
constexpr std::int64_t kCheckedForMs = 3'600'000;
constexpr std::size_t kMostChecked = 65'536;

}  // namespace

StoreState::~StoreState() {
  // Losing the last minute's notes costs nothing but eviction order and some lines for the user's eyes.
  (void)flush_reads();
  (void)activity.flush(clock());
  (void)ledger.flush(clock());
}

std::int64_t StoreState::steady_now() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Result<sqlite::WriteTransaction> StoreState::begin(std::unique_lock<std::mutex>& lock, sqlite::Durability durability) {
  const std::int64_t given_up_at = steady_now() + sqlite::kPatienceMs;
  while (true) {
    auto transaction = registry.database().without_waiting(
        [&] { return sqlite::WriteTransaction::begin(registry.database(), durability); });
    if (transaction || transaction.error().code != ErrorCode::kBusy || steady_now() >= given_up_at) {
      return transaction;
    }
    lock.unlock();
    std::this_thread::sleep_for(kLookAgainAfter);
    lock.lock();
  }
}

void StoreState::note_checked(const EntryRow& entry, const std::string& place) {
  if (checked.size() >= kMostChecked) {
    checked.clear();
  }
  checked[{entry.id, place}] = {entry.identity, steady_now()};
}

bool StoreState::checked_lately(const EntryRow& entry, const std::string& place) const {
  const auto found = checked.find({entry.id, place});
  return found != checked.end() && found->second.identity == entry.identity &&
         steady_now() - found->second.when < kCheckedForMs;
}

Result<const PolicySettings*> StoreState::policy() {
  COS_TRY(const auto version, registry.database().integer("PRAGMA data_version"));
  if (version != seen_version_) {
    // Another process has written.
    seen_version_ = version.value_or(-1);
    policy_.reset();
    ledger.forget_clean();
  }
  if (!policy_) {
    COS_TRY(policy_, load_policy(*this));
  }
  return &*policy_;
}

bool StoreState::keeps_activity() {
  const auto settings = policy();
  return settings && (*settings)->keep_activity;
}

Result<std::int64_t> StoreState::setting_value(std::string_view key) {
  const SettingRow* row = find_setting(key);
  if (const std::string* decided = administrator.setting(key)) {
    return parse_setting(*row, *decided);
  }
  COS_TRY(const auto text, registry.setting(key));
  if (!text) {
    return row->fallback;
  }
  const Result<std::int64_t> value = parse_setting(*row, *text);
  return value ? *value : row->fallback;
}

Result<std::string> StoreState::setting_text(std::string_view key) {
  if (const std::string* decided = administrator.setting(key)) {
    return *decided;
  }
  COS_TRY(const auto text, registry.setting(key));
  return text.value_or("");
}

void StoreState::note_read(std::int64_t entry, const Caller& caller, Disclosure disclosure) {
  const std::int64_t now = clock();
  PendingRead& pending = pending_reads[entry];
  pending.when = now;
  const auto known = std::find_if(pending.readers.begin(), pending.readers.end(), [&](const PendingReader& reader) {
    return reader.reader.realm == caller.realm && reader.reader.origin == caller.origin;
  });
  if (known != pending.readers.end()) {
    known->noted = now;
  } else if (pending.readers.size() < kMostPendingReaders) {
    pending.readers.push_back({{caller.realm, caller.origin, disclosure}, now});
  }
  if (pending_reads.size() >= kMostPendingReads) {
    // A failure here must not fail the read.
    (void)flush_reads();
  }
}

Status StoreState::flush_reads() {
  if (pending_reads.empty()) {
    return {};
  }
  Status written = registry.database().without_waiting([&]() -> Status {
    COS_TRY(auto transaction, sqlite::WriteTransaction::begin(registry.database(), sqlite::Durability::kRelaxed));
    COS_CHECK(write_reads());
    return transaction.commit();
  });
  if (written || pending_reads.size() >= kMostPendingReads) {
    pending_reads.clear();
  }
  return written;
}

namespace {

Result<bool> is_unknown(StoreState& state, std::int64_t entry, const ReaderRow& reader) {
  COS_TRY(const bool stored, state.registry.is_storing_origin(entry, reader.realm, reader.origin));
  COS_TRY(const bool read, state.registry.has_reader(entry, reader));
  return !stored && !read;
}

}  // namespace

Status StoreState::write_reads() {
  COS_TRY(const PolicySettings* const settings, policy());
  const bool keeps_readers = settings->keep_readers;
  for (const auto& [entry, pending] : pending_reads) {
    COS_CHECK(registry.set_last_read(entry, pending.when));
    COS_TRY(const bool there, registry.has_entry(entry));
    for (const auto& [reader, noted] : pending.readers) {
      if (reader.disclosure == Disclosure::kListed) {
        COS_CHECK(registry.refresh_listed(entry, reader.realm, reader.origin, pending.when));
      }
      // When something was cleared since, only of those that are still known for the entry.
      COS_TRY(const bool erased, registry.is_erased(reader.realm, noted, clock()));
      COS_TRY(const bool cleared, erased ? is_unknown(*this, entry, reader) : Result<bool>(false));
      if (keeps_readers && there && !cleared) {
        COS_CHECK(registry.note_reader(entry, reader, pending.when));
      }
    }
  }
  return {};
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
