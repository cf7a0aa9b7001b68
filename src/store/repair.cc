// A new registry out of what a damaged one still gives. The steps, each of which may be the last:
//
//   store.db and its log are copied to quarantine/registry-<time>/; the copy is read
//   store.db.new is filled, checked, synced, and renamed to store.db.rebuilt: from here on it counts
//   the old log and its mark go, durably: the new file must never lie beside them
//   store.db.rebuilt becomes store.db
//
// Store::open() refuses a store with a store.db.rebuilt; the next repair takes the last step. All the while the old
// file is locked as SQLite locks it, so that nobody opens it.
#include "cos/repair.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/try.h"
#include "store/database_lock.h"
#include "store/durable_mark.h"
#include "store/paths.h"
#include "store/registry_rows.h"
#include "store/schema.h"
#include "store/sqlite.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopySize = std::size_t{1} << 20U;
constexpr std::size_t kHeaderSize = 100;

// In an order in which nobody refers to what comes later. Not: `total` and `usage`, which triggers count anew.
struct TableCopy {
  const char* name;
  bool (*is_possible)(const sqlite::Query&) = nullptr;
};

bool is_origin(const sqlite::Query& row) { return Origin::from_serialized(row.text(1)).has_value(); }
bool is_realm(const sqlite::Query& row) { return row.text(1) == "local" || Realm::profile(row.text(1)).has_value(); }

bool is_activity(const sqlite::Query& row) { return read_hash(row, 6).has_value(); }

constexpr std::array<TableCopy, 19> kTables{{
    {"setting"},
    {"secret"},
    {"realm", is_realm},
    {"site"},
    {"origin", is_origin},
    {"entry"},
    {"hash_tree"},
    {"listing"},
    {"storing_origin"},
    {"listed_origin"},
    {"reader"},
    {"lookup_account"},
    {"lookup"},
    {"write_account"},
    {"site_decision"},
    {"doomed_blob"},
    {"link"},
    {"activity", is_activity},
    {"activity_erased"},
}};

tl::unexpected<Error> errno_failure(std::string_view doing, const fs::path& path) {
  return tl::unexpected(errno_error(doing, path, errno));
}

std::string descending(std::string order) {
  for (std::size_t at = 0; (at = order.find(", ", at)) != std::string::npos; at += 7) {
    order.replace(at, 2, " DESC, ");
  }
  return order + " DESC";
}

std::string insertion(const std::string& table, int columns) {
  std::string sql = "INSERT OR IGNORE INTO " + table + " VALUES (";
  for (int column = 1; column <= columns; ++column) {
    sql += (column == 1 ? "?" : ", ?") + std::to_string(column);
  }
  return sql + ")";
}

// Reads a table from both ends, each as far as it goes: what lies beyond one broken page is had from the other side.
class Salvage {
 public:
  Salvage(sqlite::Database& from, sqlite::Database& to, RebuildReport& report)
      : from_(from), to_(to), report_(report) {}

  Status copy(const TableCopy& table) {
    COS_TRY(const std::string order, primary_key(table.name));
    if (order.empty()) {
      return {};  // the old store's format did not have it
    }
    const std::string select = "SELECT * FROM " + std::string(table.name) + " ORDER BY ";
    COS_TRY(const bool whole, copy_rows(table, select + order));
    if (!whole) {
      COS_TRY(const bool rest, copy_rows(table, select + descending(order)));
      (void)rest;
    }
    return {};
  }

 private:
  Result<std::string> primary_key(std::string_view table) {
    COS_TRY(auto query, to_.query("SELECT group_concat(name, ', ') FROM"
                                  " (SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk)",
                                  table));
    COS_TRY(const bool row, query.next());
    return row ? query.text(0) : std::string();
  }

  // False when it broke off.
  Result<bool> copy_rows(const TableCopy& table, const std::string& select) {
    auto rows = from_.query(select);
    if (!rows) {
      return false;
    }
    while (true) {
      const Result<bool> more = rows->next();
      if (!more) {
        return false;
      }
      if (!*more) {
        return true;
      }
      COS_CHECK(copy_row(table, *rows));
    }
  }

  Status copy_row(const TableCopy& table, const sqlite::Query& row) {
    if (table.is_possible != nullptr && !table.is_possible(row)) {
      ++report_.rows_dropped;
      return {};
    }
    Status copied = to_.insert_row(insertion(table.name, row.columns()), row);
    if (copied) {
      report_.rows_kept += to_.changes() > 0 ? 1U : 0U;  // none: it is there from the other side
    } else if (copied.error().code == ErrorCode::kQuotaExceeded || copied.error().code == ErrorCode::kBusy) {
      return copied;
    } else {
      ++report_.rows_dropped;  // a constraint: it refers to what is lost
    }
    return {};
  }

  sqlite::Database& from_;
  sqlite::Database& to_;
  RebuildReport& report_;
};

// Copies with a descriptor that is open: opening and closing the file once more would drop our lock on it.
Status copy_file(const UniqueFd& from, const fs::path& to) {
  COS_TRY(const UniqueFd copy, open_file(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
  std::vector<std::uint8_t> buffer(kCopySize);
  for (std::uint64_t at = 0;; at += buffer.size()) {
    COS_TRY(const std::size_t got, read_at(from, buffer, at));
    COS_CHECK(write_at(copy, std::span(buffer).first(got), at));
    if (got < buffer.size()) {
      return sync_data(copy);
    }
  }
}

Status remove_if_there(const fs::path& path) {
  return ::unlink(path.c_str()) == 0 || errno == ENOENT ? Status() : errno_failure("remove", path);
}

fs::path beside(const fs::path& database, const char* ending) { return database.string() + ending; }

class Rebuild {
 public:
  explicit Rebuild(StorePaths paths) : paths_(std::move(paths)) {}

  Result<RebuildReport> run() {
    COS_CHECK(lock());
    RebuildReport report;
    if (!stat_of(paths_.rebuilt_database())) {
      report.old_registry = paths_.quarantine() / (StorePaths::kKeptRegistry + std::to_string(system_clock()()));
      const auto log = sqlite::check_log(beside(paths_.database(), "-wal"));
      report.log_bytes_lost = log ? log->durable - log->sound : 0;
      Status filled = set_copy_aside(report.old_registry);
      if (filled) {
        filled = fill(report);
      }
      if (!filled && !stat_of(paths_.rebuilt_database())) {
        // The registry stays where it is: each try would leave another copy of it.
        std::error_code error;
        fs::remove_all(report.old_registry, error);
      }
      COS_CHECK(filled);
    }
    COS_CHECK(put_in_place());
    return report;
  }

 private:
  Status lock() {
    COS_TRY(database_, open_file(paths_.database(), O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_start = kSharedFirst;
    range.l_len = kSharedSize;
    if (::fcntl(database_.get(), F_SETLK, &range) != 0) {
      return fail(ErrorCode::kBusy, "The store is in use, and its registry cannot be replaced now.",
                  "Close your browsers and other cos commands, then run `cos repair` again.");
    }
    return {};
  }

  // The mark stays: without it the copy of a damaged log is read as far as it goes.
  Status set_copy_aside(const fs::path& directory) const {
    COS_CHECK(make_private_directory(directory));
    COS_CHECK(copy_file(database_, directory / "store.db"));
    if (const auto log = open_file(beside(paths_.database(), "-wal"), O_RDONLY | O_NOFOLLOW)) {
      COS_CHECK(copy_file(*log, directory / "store.db-wal"));
    }
    return sync_directory(directory);
  }

  Status fill(RebuildReport& report) const {
    const fs::path unfinished = beside(paths_.database(), ".new");
    for (const char* ending : {"", "-wal", "-shm", "-journal", "-durable"}) {
      COS_CHECK(remove_if_there(beside(unfinished, ending)));
    }
    {
      COS_TRY(sqlite::Database made, sqlite::Database::open(unfinished));
      COS_TRY(auto old, open_old(report));
      // An old format's tables are copied as they are. What kept the old file from its next step is not in the copy.
      COS_CHECK(migrate(made, old ? old->format : kSchemaVersion));
      COS_TRY(auto transaction, sqlite::WriteTransaction::begin(made));
      for (const TableCopy& table : kTables) {
        if (old) {
          COS_CHECK(Salvage(old->database, made, report).copy(table));
        }
      }
      COS_CHECK(made.execute(std::string("DELETE FROM entry WHERE ") + kImpossibleEntry));
      COS_CHECK(transaction.commit());
      COS_CHECK(migrate(made));
      COS_CHECK(made.execute("PRAGMA journal_mode = DELETE"));
    }
    COS_CHECK(remove_if_there(beside(unfinished, "-durable")));
    COS_TRY(const UniqueFd file, open_file(unfinished, O_RDONLY | O_NOFOLLOW));
    COS_CHECK(sync_data(file));
    if (::rename(unfinished.c_str(), paths_.rebuilt_database().c_str()) != 0) {
      return errno_failure("rename", unfinished);
    }
    return sync_directory(paths_.root());
  }

  struct Old {
    sqlite::Database database;
    int format;
  };

  // In the newest format that it can be brought to; nullopt when nothing can be had from it.
  static Result<std::optional<Old>> open_old(const RebuildReport& report) {
    auto old = sqlite::Database::open(report.old_registry / "store.db");
    if (!old) {
      return std::nullopt;
    }
    if (const Status known = migrate(*old); !known) {
      if (known.error().code == ErrorCode::kNewerStore) {
        return tl::unexpected(known.error());
      }
      const auto tables = old->integer("SELECT count(*) FROM sqlite_schema");
      const auto ours = old->integer("SELECT count(*) FROM sqlite_schema WHERE name IN ('entry', 'storing_origin')");
      if (tables && tables->value_or(0) > 0 && ours && ours->value_or(0) == 0) {
        return tl::unexpected(known.error());  // some other program's database is not ours to replace
      }
    }
    const auto version = old->integer("PRAGMA user_version");
    const std::int64_t format = version ? version->value_or(0) : 0;
    const bool is_known = format > 0 && format <= kSchemaVersion;
    return Old{std::move(*old), is_known ? static_cast<int>(format) : kSchemaVersion};
  }

  Status put_in_place() {
    for (const char* ending : {"-wal", "-durable", "-shm"}) {
      COS_CHECK(remove_if_there(beside(paths_.database(), ending)));
    }
    // Or a power cut might bring the old log back beside the new file, and SQLite would write it there.
    COS_CHECK(sync_directory(paths_.root()));
    if (::rename(paths_.rebuilt_database().c_str(), paths_.database().c_str()) != 0) {
      return errno_failure("replace", paths_.database());
    }
    COS_CHECK(sync_directory(paths_.root()));
    // Who opened the old file and waits for our lock must not take it for the store.
    const std::array<std::uint8_t, kHeaderSize> nothing{};
    return write_at(database_, nothing, 0);
  }

  const StorePaths paths_;
  UniqueFd database_;
};

}  // namespace

Result<RebuildReport> rebuild_registry(const StoreOptions& options) {
  std::error_code error;
  const fs::path root = fs::canonical(options.directory.empty() ? default_store_directory() : options.directory, error);
  if (error) {
    return fail(ErrorCode::kNotFound, "There is no store to repair.");
  }
  return Rebuild(StorePaths(root)).run();
}

}  // namespace libcos
