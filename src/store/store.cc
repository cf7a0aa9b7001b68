#include "cos/store.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/try.h"
#include "store/private_settings.h"
#include "store/reader.h"
#include "store/schema.h"
#include "store/settings.h"
#include "store/state.h"
#include "store/writer.h"

namespace libcos {

namespace fs = std::filesystem;
using internal::StoreState;

fs::path default_store_directory() {
  const auto variable = [](const char* name) -> std::string {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody calls setenv
    return value == nullptr ? std::string() : std::string(value);
  };
  if (const std::string home = variable("COS_HOME"); !home.empty()) {
    return home;
  }
  // The XDG rules: a relative path counts as unset.
  if (const fs::path data = variable("XDG_DATA_HOME"); data.is_absolute()) {
    return data / "cos";
  }
  const std::string home = variable("HOME");
  return fs::path(home.empty() ? "/" : home) / ".local" / "share" / "cos";
}

Store::Store(std::shared_ptr<StoreState> state) : state_(std::move(state)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

namespace {

// What killed processes left behind. Looks at incoming files and doomed rows only.
Status sweep(StoreState& state, DiskBlobFiles& blobs) {
  // Best effort: what cannot be removed now stays noted, and must not keep the user from the rest.
  (void)internal::finish_removals(state);
  COS_TRY(const bool leftovers, blobs.has_leftovers());
  if (!leftovers) {
    return {};
  }
  const std::lock_guard lock(state.mutex);
  COS_TRY(auto transaction, sqlite::WriteTransaction::begin(state.registry.database()));
  COS_CHECK(blobs.sweep([&](const Hash& hash) -> Result<bool> {
    COS_TRY(const auto entry, state.registry.find(hash));
    return entry.has_value();
  }));
  return transaction.commit();
}

// Makes the directory and resolves symlinks on the way to it (a home directory is often one), so that below
// it none need to be followed. Refuses a directory that others could have prepared.
Result<StorePaths> private_root(const fs::path& wanted) {
  COS_CHECK(make_private_directory(wanted));
  std::error_code error;
  const fs::path root = fs::canonical(wanted, error);
  const auto status = error ? std::nullopt : stat_of(root);
  if (!status) {
    return fail(ErrorCode::kIo, "Cannot use " + wanted.string() + " for the store.");
  }
  if (status->st_uid != ::geteuid() || (status->st_mode & 0022U) != 0) {
    return fail(ErrorCode::kIo, root.string() + " belongs to another user or can be written by others.",
                "Point COS_HOME at a directory of your own, or run: chmod 700 " + root.string());
  }
  return StorePaths(root);
}

}  // namespace

Result<Store> Store::open(const StoreOptions& options) {
  COS_TRY(const StorePaths paths,
          private_root(options.directory.empty() ? default_store_directory() : options.directory));
  COS_CHECK(make_private_directory(paths.incoming()));
  COS_CHECK(make_private_directory(paths.blobs()));
  if (stat_of(paths.rebuilt_database())) {
    return fail(ErrorCode::kCorrupt, "A repair of the store was interrupted.", "Run `cos repair` again.");
  }
  COS_TRY(AdministratorPolicy administrator, read_administrator_policy(options.administrator_policy));
  COS_TRY(sqlite::Database database, sqlite::Database::open(paths.database()));
  COS_CHECK(migrate(database));
  auto files = std::make_unique<DiskBlobFiles>(paths);
  DiskBlobFiles& disk = *files;
  auto state = std::make_shared<StoreState>(paths, std::move(files), std::move(database),
                                            options.clock ? options.clock : system_clock(), paths.hash_list(),
                                            std::move(administrator));
  (void)sweep(*state, disk);
  COS_TRY(state->secret, state->registry.secret("store"));
  return Store(std::move(state));
}

Result<Store> Store::open_private(const StoreOptions& options) {
  const StorePaths paths(options.directory.empty() ? default_store_directory() : options.directory);
  COS_TRY(AdministratorPolicy administrator, read_administrator_policy(options.administrator_policy));
  COS_TRY(sqlite::Database database, sqlite::Database::open_in_memory());
  COS_CHECK(migrate(database));
  auto state = std::make_shared<StoreState>(StorePaths(fs::path()), make_memory_blob_files(), std::move(database),
                                            options.clock ? options.clock : system_clock(), paths.hash_list(),
                                            std::move(administrator));
  COS_CHECK(internal::take_user_settings(paths, state->registry));
  COS_TRY(state->secret, state->registry.secret("store"));
  return Store(std::move(state));
}

const fs::path& Store::directory() const { return state_->paths.root(); }

Site Store::site_of(const Origin& origin) const { return state_->suffixes.site_of(origin); }

Result<std::optional<Found>> Store::request_read(const Caller& caller, const Hash& hash) {
  const std::lock_guard lock(state_->mutex);
  COS_TRY(const internal::ReadVerdict verdict, internal::judge_read(*state_, caller, hash));
  if (verdict.disclosure == Disclosure::kRefused) {
    return std::nullopt;
  }
  state_->note_read(verdict.entry->id, caller, verdict.disclosure);
  return Found{hash, verdict.entry->size, verdict.disclosure};
}

Result<Reader> Store::open_entry(const Hash& hash) {
  const auto gone = [] { return fail(ErrorCode::kNotFound, "There is no such entry in the store."); };
  std::optional<EntryRow> entry;
  {
    const std::lock_guard lock(state_->mutex);
    COS_TRY(entry, state_->registry.find(hash));
  }
  if (!entry || entry->damaged) {
    return gone();
  }
  Result<UniqueFd> fd = state_->blobs->open(hash);
  if (!fd) {
    if (fd.error().code != ErrorCode::kNotFound) {
      return tl::unexpected(fd.error());
    }
    COS_CHECK(internal::forget_missing(*state_, hash));
    return gone();
  }
  COS_TRY(const struct stat status, stat_of(*fd));
  const FileIdentity identity = identity_of(status);
  if (identity != entry->identity || static_cast<std::uint64_t>(status.st_size) != entry->size) {
    COS_TRY(const internal::Reading reading, internal::read_through(*fd, *entry, {}));
    if (!reading.intact) {
      COS_CHECK(internal::quarantine(*state_, *entry));
      return gone();
    }
    entry->identity = identity;
    std::unique_lock lock(state_->mutex);
    COS_TRY(auto transaction, state_->begin(lock));
    COS_CHECK(state_->registry.set_verified(*entry, identity, state_->clock()));
    COS_CHECK(transaction.commit());
  }
  Result<std::vector<std::uint8_t>> leaves = internal::sound_leaves(*state_, *entry, *fd);
  if (!leaves) {
    return leaves.error().code == ErrorCode::kCorrupt ? gone() : tl::unexpected(leaves.error());
  }
  return Reader(std::make_unique<internal::ReaderState>(state_, *entry, std::move(*fd), std::move(*leaves)));
}

Result<Writer> Store::begin_write(const WriteRequest& request) {
  COS_TRY(auto state, internal::WriterState::begin(state_, request));
  return Writer(std::move(state));
}

Result<Writer> Store::begin_add(const Realm& realm, HashAlgorithm algorithm, const Scope& scope) {
  const std::array<std::uint8_t, 64> unknown{};
  COS_TRY(const Hash placeholder, Hash::from_digest(algorithm, std::span(unknown).first(digest_size(algorithm))));
  COS_TRY(auto state, internal::WriterState::begin(state_, {realm, std::nullopt, placeholder, scope}, false));
  return Writer(std::move(state));
}

Result<Totals> Store::totals() {
  const std::lock_guard lock(state_->mutex);
  COS_TRY(const Usage total, state_->registry.total());
  COS_TRY(const Budget budget, internal::budget_of(*state_));
  return Totals{total.entries, total.bytes, budget.total};
}

}  // namespace libcos
