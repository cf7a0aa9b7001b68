// The part of the Store's face that serves the user: looking, removing, verifying, settings.
#include <span>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/hex.h"
#include "base/try.h"
#include "cos/store.h"
#include "store/settings.h"
#include "store/state.h"

namespace libcos {
namespace {

using internal::StoreState;

// The mutex is held.
Result<EntryInfo> info_of(StoreState& state, const EntryRow& row) {
  EntryInfo info{.hash = row.hash,
                 .size = row.size,
                 .created_at = row.created_at,
                 .last_read = row.last_read,
                 .verified_at = row.verified_at,
                 .pinned = row.pinned,
                 .damaged = row.damaged,
                 .storing_origins = {},
                 .listed_origins = {}};
  if (const auto pending = state.pending_reads.find(row.id); pending != state.pending_reads.end()) {
    info.last_read = pending->second.when;
  }
  COS_CHECK(state.registry.describe(row.id, info));
  COS_TRY(const std::int64_t model_hubs, state.setting_value(setting::kModelHubs));
  info.on_public_hash_list = state.lists.contains(row.hash, model_hubs != 0);
  return info;
}

ListPlace place_of(ListOrder order, const EntryRow& row) {
  switch (order) {
    case ListOrder::kRead:
      return {row.hash, row.id, row.last_read};
    case ListOrder::kSize:
      return {row.hash, row.id, static_cast<std::int64_t>(row.size)};
    case ListOrder::kHash:
    case ListOrder::kStored:
      break;
  }
  return {row.hash, row.id, row.id};
}

// The mutex is held.
Result<EntryPage> page_of(StoreState& state, ListOrder order, const std::vector<EntryRow>& rows, std::size_t limit) {
  EntryPage page;
  page.entries.reserve(rows.size());
  for (const EntryRow& row : rows) {
    COS_TRY(EntryInfo info, info_of(state, row));
    page.entries.push_back(std::move(info));
  }
  if (!rows.empty() && rows.size() == limit) {
    page.next = place_of(order, rows.back());
  }
  return page;
}

Result<Setting> read_setting(StoreState& state, const SettingRow& row) {
  const bool administered = state.administrator.setting(row.key) != nullptr;
  if (row.kind == SettingRow::Kind::kText) {
    COS_TRY(std::string text, state.setting_text(row.key));
    return Setting{std::string(row.key), std::move(text), "", std::string(row.help), administered};
  }
  COS_TRY(const std::int64_t value, state.setting_value(row.key));
  Setting setting{std::string(row.key), format_setting(row, value), format_setting(row, row.fallback),
                  std::string(row.help), administered};
  if (row.kind != SettingRow::Kind::kSwitch) {
    setting.least = format_setting(row, row.least);
    setting.most = format_setting(row, row.most);
  }
  return setting;
}

tl::unexpected<Error> unknown_setting(std::string_view key) {
  return fail(ErrorCode::kType, "There is no setting '" + std::string(key) + "'.",
              "`cos config list` shows all settings.");
}

}  // namespace

Result<std::optional<EntryInfo>> Store::stat(const Hash& hash) {
  const std::lock_guard lock(state_->mutex);
  COS_TRY(const auto row, state_->registry.find(hash));
  if (!row) {
    return std::nullopt;
  }
  COS_TRY(EntryInfo info, info_of(*state_, *row));
  return std::optional(std::move(info));
}

Result<std::vector<EntryInfo>> Store::list(const std::optional<Hash>& after, std::size_t limit) {
  const std::lock_guard lock(state_->mutex);
  COS_TRY(const auto rows, state_->registry.list(after, limit));
  std::vector<EntryInfo> infos;
  infos.reserve(rows.size());
  for (const EntryRow& row : rows) {
    COS_TRY(EntryInfo info, info_of(*state_, row));
    infos.push_back(std::move(info));
  }
  return infos;
}

Result<EntryPage> Store::list(ListOrder order, const std::optional<ListPlace>& after, std::size_t limit) {
  const std::lock_guard lock(state_->mutex);
  (void)state_->flush_reads();  // the order goes by them
  COS_TRY(const auto rows, state_->registry.list(order, after, limit));
  return page_of(*state_, order, rows, limit);
}

Result<EntryPage> Store::list_stored_by(const Realm& realm, const Origin& origin, ListOrder order,
                                        const std::optional<ListPlace>& after, std::size_t limit) {
  const std::lock_guard lock(state_->mutex);
  (void)state_->flush_reads();
  COS_TRY(const auto rows, state_->registry.list_stored_by(realm, origin, order, after, limit));
  return page_of(*state_, order, rows, limit);
}

Result<OriginPage> Store::storing_origins(const std::optional<Realm>& realm, OriginOrder order,
                                          const std::optional<OriginPlace>& after, std::size_t limit) {
  const std::lock_guard lock(state_->mutex);
  return state_->registry.storing_origins(realm ? &*realm : nullptr, order, after, limit);
}

Result<std::size_t> Store::peek(const Hash& hash, std::span<std::uint8_t> bytes) {
  COS_TRY(const UniqueFd fd, state_->blobs->open(hash));
  return read_at(fd, bytes, 0);
}

Result<std::vector<Hash>> Store::match(std::string_view prefix, std::size_t limit) {
  if (prefix.size() > 128 || !is_lowercase_hex(prefix)) {
    return std::vector<Hash>{};
  }
  const std::lock_guard lock(state_->mutex);
  return state_->registry.match(prefix, limit);
}

Result<bool> Store::remove(const Hash& hash) { return internal::remove_entry(*state_, hash); }

Status Store::pin(const Hash& hash, bool pinned) {
  std::unique_lock lock(state_->mutex);
  COS_TRY(auto transaction, state_->begin(lock));
  COS_TRY(const auto row, state_->registry.find(hash));
  if (!row) {
    return fail(ErrorCode::kNotFound, "There is no such entry in the store.");
  }
  COS_CHECK(state_->registry.set_pinned(row->id, pinned));
  return transaction.commit();
}

namespace {

Result<bool> is_orphan(StoreState& state, const Hash& hash) {
  COS_TRY(const auto row, state.registry.find(hash));
  return !row.has_value();
}

// The walk may take minutes: these are gathered without a lock, to be looked at again under it.
std::vector<Hash> likely_orphans(StoreState& state, DiskBlobFiles& disk) {
  std::vector<Hash> likely;
  disk.for_each_blob([&](const Hash& hash) {
    const std::lock_guard lock(state.mutex);
    if (is_orphan(state, hash).value_or(false)) {
      likely.push_back(hash);
    }
  });
  return likely;
}

// Writes the file's bytes once more, so that everything is checked and counted as for any write.
Result<bool> add_again(Store& store, const Hash& hash, const UniqueFd& file) {
  constexpr std::size_t kReadSize = std::size_t{1} << 20U;
  COS_TRY(Writer writer, store.begin_write({Realm::local(), std::nullopt, hash}));
  std::vector<std::uint8_t> buffer(kReadSize);
  for (std::uint64_t at = 0;; at += kReadSize) {
    COS_TRY(const std::size_t got, read_at(file, buffer, at));
    COS_CHECK(writer.append(std::span(buffer).first(got)));
    if (got < kReadSize) {
      break;
    }
  }
  const Result<Published> published = writer.close();
  if (!published && published.error().code != ErrorCode::kData) {
    return tl::unexpected(published.error());
  }
  return published.has_value();
}

}  // namespace

Result<std::vector<Hash>> Store::adopt_orphans() {
  std::vector<Hash> adopted;
  auto* disk = dynamic_cast<DiskBlobFiles*>(state_->blobs.get());
  if (disk == nullptr) {
    return adopted;
  }
  for (const Hash& hash : likely_orphans(*state_, *disk)) {
    const Result<UniqueFd> file = disk->open(hash);
    if (!file) {
      continue;
    }
    COS_TRY(const bool sound, add_again(*this, hash, *file));
    if (sound) {
      adopted.push_back(hash);
    }
  }
  return adopted;
}

Result<std::size_t> Store::collect_orphans() {
  auto* disk = dynamic_cast<DiskBlobFiles*>(state_->blobs.get());
  if (disk == nullptr) {
    return std::size_t{0};
  }
  std::size_t moved = 0;
  for (const Hash& hash : likely_orphans(*state_, *disk)) {
    std::unique_lock lock(state_->mutex);
    COS_TRY(auto transaction, state_->begin(lock));
    COS_TRY(const bool orphan, is_orphan(*state_, hash));
    if (orphan) {
      COS_CHECK(disk->quarantine(hash));
      ++moved;
    }
  }
  return moved;
}

Status Store::settle() {
  const std::lock_guard lock(state_->mutex);
  const Status reads = state_->flush_reads();
  const Status lines = state_->activity.flush(state_->clock());
  return reads ? lines : reads;
}

Result<std::vector<Setting>> Store::settings() {
  const std::lock_guard lock(state_->mutex);
  std::vector<Setting> all;
  for (const SettingRow& row : setting_rows()) {
    COS_TRY(Setting setting, read_setting(*state_, row));
    all.push_back(std::move(setting));
  }
  return all;
}

Result<Setting> Store::setting(std::string_view key) {
  const SettingRow* row = find_setting(key);
  if (row == nullptr) {
    return unknown_setting(key);
  }
  const std::lock_guard lock(state_->mutex);
  return read_setting(*state_, *row);
}

Result<std::int64_t> internal::accepted_value(const StoreState& state, std::string_view key, std::string_view value) {
  const SettingRow* row = find_setting(key);
  if (row == nullptr) {
    return unknown_setting(key);
  }
  COS_TRY(const std::int64_t parsed, parse_setting(*row, value));
  if (const auto& administrator = state.administrator; administrator.setting(key) != nullptr) {
    return fail(ErrorCode::kNotAllowed, std::string(key) + " is set by your administrator, and cannot be changed.",
                "It is set in " + administrator.file.string() + ".");
  }
  return parsed;
}

Status Store::set_setting(std::string_view key, std::string_view value) {
  COS_TRY(const std::int64_t parsed, internal::accepted_value(*state_, key, value));
  const SettingRow* row = find_setting(key);
  std::unique_lock lock(state_->mutex);
  COS_TRY(auto transaction, state_->begin(lock));
  COS_CHECK(state_->registry.set_setting(
      key, row->kind == SettingRow::Kind::kText ? std::string(value) : format_setting(*row, parsed)));
  COS_CHECK(transaction.commit());
  state_->forget_policy();
  return {};
}

}  // namespace libcos
