#include "store/sqlite.h"

#include <fcntl.h>

#include <utility>

#include "base/files.h"
#include "base/try.h"
#include "store/page_sums.h"

namespace libcos::sqlite {
namespace {

constexpr const char* kRepair = "Close your browsers and run `cos repair`: it keeps what can still be read.";

Error make_error(int code, std::string_view detail) {
  const std::string message = "The store's database: " + std::string(detail) + ".";
  if (code == SQLITE_IOERR_DATA) {
    return {ErrorCode::kCorrupt, "The store's database: a page does not have its sum.", kRepair};
  }
  if (code == kLogIsDamaged) {
    return {ErrorCode::kCorrupt, "The store's database: its log is damaged, in what had been stored for certain.",
            kRepair};
  }
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kBusy, message, "Another cos process is holding the store; try again when it has finished."};
    case SQLITE_FULL:
      return {ErrorCode::kQuotaExceeded, message, "Free some disk space, or remove entries with `cos rm`."};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::kCorrupt, message, kRepair};
    default:
      return {ErrorCode::kIo, message, "Check that the store's directory is writable and the disk is healthy."};
  }
}

}  // namespace

Query::Query(Query&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)), bind_error_(other.bind_error_) {}

Query::~Query() {
  if (statement_ != nullptr) {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
}

Result<bool> Query::next() {
  const int code = bind_error_ != SQLITE_OK ? bind_error_ : sqlite3_step(statement_);
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    return false;
  }
  return tl::unexpected(make_error(code, sqlite3_errmsg(sqlite3_db_handle(statement_))));
}

Status Query::run() {
  COS_TRY(const bool row, next());
  (void)row;
  return {};
}

std::string Query::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes == nullptr ? std::string()
                          : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::vector<std::uint8_t> Query::blob(int column) const {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::vector<std::uint8_t>() : std::vector<std::uint8_t>(bytes, bytes + size);
}

Result<Database> Database::open_uri(const std::string& name, int flags, const char* vfs) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);
  Handle handle(raw);
  if (code != SQLITE_OK) {
    return tl::unexpected(make_error(code, "cannot open " + name + ", " + sqlite3_errstr(code)));
  }
  sqlite3_busy_timeout(raw, kPatienceMs);
  Database database(std::move(handle));
  COS_CHECK(
      database.execute("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
                       "PRAGMA secure_delete = ON; PRAGMA cache_size = -8192;"));
  return database;
}

Result<Database> Database::open(const std::filesystem::path& path) {
  // Made here, so that it is the user's alone; SQLite gives its companions the same mode. An existing file is
  // not even opened: closing any descriptor of it would drop all locks that SQLite holds in this process.
  if (const auto made = open_file(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600); !made && !stat_of(path)) {
    return tl::unexpected(made.error());
  }
  const auto status = stat_of(path);
  const bool empty = status && status->st_size == 0;
  const char* const vfs = page_sums_vfs();
  if (vfs == nullptr) {
    return tl::unexpected(make_error(SQLITE_NOMEM, "out of memory"));
  }
  COS_TRY(Database database,
          open_uri(path.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, vfs));
  if (empty) {
    (void)database.reserve(kPageSumSize);
  }
  COS_CHECK(database.execute("PRAGMA journal_mode = WAL;"));
  return database;
}

Result<Database> Database::open_in_memory() {
  COS_TRY(Database database, open_uri(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr));
  // Sorting must not spill to a file either.
  COS_CHECK(database.execute("PRAGMA temp_store = MEMORY;"));
  return database;
}

Result<Database> Database::open_for_reading(const std::filesystem::path& path, Reading reading) {
  std::string name = "file:";
  for (const char c : path.string()) {
    // What ends a path in an address, or stands for something else.
    name += c == '?' ? "%3f" : c == '#' ? "%23" : c == '%' ? "%25" : std::string(1, c);
  }
  name += reading == Reading::kWithLog ? "?readonly_shm=1" : "?immutable=1";
  return open_uri(name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW, page_sums_vfs());
}

int Database::reserve(int bytes) {
  (void)sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes);
  return bytes;
}

bool Database::has_page_sums() {
  const char* const file = sqlite3_db_filename(handle_.get(), "main");
  constexpr int kAsItIs = -1;
  return file == nullptr || *file == '\0' || reserve(kAsItIs) == kPageSumSize;
}

Status Database::add_page_sums() {
  const auto set_journal = [this](const char* mode) -> Status {
    COS_TRY(Query query, prepare(std::string("PRAGMA journal_mode = ") + mode));
    COS_TRY(const bool row, query.next());
    return row && query.text(0) == mode ? Status() : tl::unexpected(make_error(SQLITE_BUSY, "it is in use"));
  };
  (void)reserve(kPageSumSize);
  const auto rewrite = [&]() -> Status {
    // Without a log a file has no connections that sleep: whoever opens it waits for the exclusive lock.
    COS_CHECK(set_journal("delete"));
    COS_CHECK(execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;"));
    // By way of a log. The first page, which says that pages have sums, comes home from it first, and of the file as
    // it was nothing is needed any more by then, whenever a process is killed. A rollback journal would put pages
    // back that have no room for a sum.
    COS_CHECK(set_journal("wal"));
    COS_CHECK(execute("VACUUM"));
    return set_journal("delete");
  };
  Status rewritten = without_waiting(rewrite);
  COS_CHECK(execute("PRAGMA locking_mode = NORMAL; SELECT count(*) FROM sqlite_schema;"));
  COS_CHECK(set_journal("wal"));
  return rewritten;
}

Status Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return tl::unexpected(make_error(code, sqlite3_errmsg(handle_.get())));
  }
  return {};
}

Result<Query> Database::prepare(std::string_view sql) {
  const std::string key(sql);
  auto found = statements_.find(key);
  if (found == statements_.end()) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), key.c_str(), static_cast<int>(key.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) {
      return tl::unexpected(make_error(code, sqlite3_errmsg(handle_.get())));
    }
    found = statements_.emplace(key, std::unique_ptr<sqlite3_stmt, Finalize>(raw)).first;
  }
  return Query(found->second.get());
}

Status Database::insert_row(std::string_view sql, const Query& row) {
  COS_TRY(Query made, prepare(sql));
  for (int column = 0; column < row.columns(); ++column) {
    made.note(sqlite3_bind_value(made.statement_, column + 1, sqlite3_column_value(row.statement_, column)));
  }
  return made.run();
}

Result<WriteTransaction> WriteTransaction::begin(Database& database, Durability durability) {
  // Said each time: nothing that went wrong earlier can leave a durable transaction relaxed.
  COS_CHECK(database.execute(durability == Durability::kDurable ? "PRAGMA synchronous = FULL"
                                                                : "PRAGMA synchronous = NORMAL"));
  WriteTransaction transaction(database, durability);
  if (Status begun = database.execute("BEGIN IMMEDIATE"); !begun) {
    transaction.end();
    return tl::unexpected(begun.error());
  }
  return transaction;
}

Status WriteTransaction::commit() {
  COS_CHECK(database_->execute("COMMIT"));
  end();
  return {};
}

WriteTransaction::~WriteTransaction() {
  if (database_ != nullptr) {
    // Nothing can be done about a failed rollback: the connection's next BEGIN reports it.
    (void)database_->execute("ROLLBACK");
    end();
  }
}

void WriteTransaction::end() {
  // A statement by itself, such as one that changes a setting, is durable whatever came before it.
  if (durability_ == Durability::kRelaxed) {
    (void)database_->execute("PRAGMA synchronous = FULL");
  }
  database_ = nullptr;
}

}  // namespace libcos::sqlite
