// A thin RAII wrapper over SQLite: statements are cached by their text, errors are values.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "cos/result.h"

namespace libcos::sqlite {

using Blob = std::span<const std::uint8_t>;

// How long a statement waits for another process's write lock.
inline constexpr int kPatienceMs = 20'000;

// One execution of a cached statement; resets it when it goes out of scope. Two executions of the same
// statement text at one time are not possible (nor needed).
class Query {
 public:
  Query(Query&& other) noexcept;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Query& operator=(Query&&) = delete;
  ~Query();

  // True while there is a row.
  [[nodiscard]] Result<bool> next();
  // For statements that return nothing.
  [[nodiscard]] Status run();

  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] bool boolean(int column) const { return integer(column) != 0; }
  [[nodiscard]] int columns() const { return sqlite3_column_count(statement_); }
  [[nodiscard]] bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  [[nodiscard]] bool is_integer(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_INTEGER; }
  [[nodiscard]] bool is_blob(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_BLOB; }
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::vector<std::uint8_t> blob(int column) const;

 private:
  friend class Database;
  explicit Query(sqlite3_stmt* statement) : statement_(statement) {}

  void bind(int index, std::int64_t value) { note(sqlite3_bind_int64(statement_, index, value)); }
  void bind(int index, std::nullptr_t) { note(sqlite3_bind_null(statement_, index)); }
  // Bound values are copied: a caller's temporary may be gone when the statement runs. An empty value may
  // have a null pointer, which SQLite would take for NULL.
  void bind(int index, std::string_view value) {
    note(sqlite3_bind_text64(statement_, index, value.empty() ? "" : value.data(), value.size(), SQLITE_TRANSIENT,
                             SQLITE_UTF8));
  }
  void bind(int index, Blob value) {
    note(value.empty() ? sqlite3_bind_zeroblob(statement_, index, 0)
                       : sqlite3_bind_blob64(statement_, index, value.data(), value.size(), SQLITE_TRANSIENT));
  }
  void note(int code) { bind_error_ = code == SQLITE_OK ? bind_error_ : code; }

  sqlite3_stmt* statement_;
  int bind_error_ = SQLITE_OK;
};

class Database {
 public:
  // A file that is made by this has page sums (store/page_sums.h).
  static Result<Database> open(const std::filesystem::path& path);
  static Result<Database> open_in_memory();
  // Writes nothing and makes no file. kWithLog: somebody may have it open, or has left a log. kAtRest: neither; what is
  // written meanwhile may be seen in part.
  enum class Reading { kWithLog, kAtRest };
  static Result<Database> open_for_reading(const std::filesystem::path& path, Reading reading);

  // Several statements, no parameters.
  Status execute(const std::string& sql);

  // Prepares (or finds) `sql` and binds `values` to ?1, ?2, …: integers, booleans, text, blobs, nullptr.
  template <class... Values>
  Result<Query> query(std::string_view sql, const Values&... values) {
    Result<Query> made = prepare(sql);
    if (made) {
      int index = 0;
      (bind_one(*made, ++index, values), ...);
    }
    return made;
  }

  template <class... Values>
  Status run(std::string_view sql, const Values&... values) {
    Result<Query> made = query(sql, values...);
    return made ? made->run() : Status(tl::unexpected(made.error()));
  }

  // Runs `sql` with the columns of the row that `row` stands at, another database's as a rule, as ?1, ?2, ….
  Status insert_row(std::string_view sql, const Query& row);

  // The first column of the first row.
  template <class... Values>
  Result<std::optional<std::int64_t>> integer(std::string_view sql, const Values&... values) {
    Result<Query> made = query(sql, values...);
    if (!made) {
      return tl::unexpected(made.error());
    }
    const Result<bool> row = made->next();
    if (!row) {
      return tl::unexpected(row.error());
    }
    return *row && !made->is_null(0) ? std::optional(made->integer(0)) : std::nullopt;
  }

  // Runs `work`, which fails with kBusy where it would have to wait for another process's lock: for what a read
  // notes, since a read must not wait, and for what can be done another time.
  template <class Work>
  auto without_waiting(Work work) {
    sqlite3_busy_timeout(handle_.get(), 0);
    auto result = work();
    sqlite3_busy_timeout(handle_.get(), kPatienceMs);
    return result;
  }

  // Whether pages have sums, by what the last statement saw; of a database in memory, which needs none, yes.
  [[nodiscard]] bool has_page_sums();
  // Writes the whole file anew, with sums. Errors: kBusy when somebody else has it open: who knows no sums, an older
  // cos, would go on to write pages without them.
  Status add_page_sums();

  [[nodiscard]] std::int64_t last_insert_id() const { return sqlite3_last_insert_rowid(handle_.get()); }
  [[nodiscard]] std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }

 private:
  struct CloseHandle {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Handle = std::unique_ptr<sqlite3, CloseHandle>;

  explicit Database(Handle handle) : handle_(std::move(handle)) {}
  static Result<Database> open_uri(const std::string& name, int flags, const char* vfs);
  Result<Query> prepare(std::string_view sql);
  // Has SQLite leave so many bytes of each page free, once the file is written anew; how many that were before.
  int reserve(int bytes);

  template <class Value>
  static void bind_one(Query& query, int index, const Value& value) {
    if constexpr (std::is_same_v<Value, std::nullptr_t>) {
      query.bind(index, nullptr);
    } else if constexpr (std::is_integral_v<Value>) {
      query.bind(index, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_convertible_v<Value, std::string_view>) {
      query.bind(index, std::string_view(value));
    } else {
      query.bind(index, Blob(value));
    }
  }

  Handle handle_;
  // After handle_: statements are finalized before their database closes.
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

// What `read` makes of each row, in order. `read` takes the Query and returns a Result.
template <class Read>
auto collect(Query query, Read read) -> Result<std::vector<typename decltype(read(query))::value_type>> {
  std::vector<typename decltype(read(query))::value_type> rows;
  while (true) {
    const Result<bool> more = query.next();
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      return rows;
    }
    auto row = read(query);
    if (!row) {
      return tl::unexpected(row.error());
    }
    rows.push_back(std::move(*row));
  }
}

// kDurable: a commit survives a power cut. kRelaxed: it survives a crash of the process, and costs no sync;
// for what may be lost without harm.
enum class Durability { kDurable, kRelaxed };

// BEGIN IMMEDIATE: holds the one write lock of the store, across processes, until commit or destruction.
class WriteTransaction {
 public:
  static Result<WriteTransaction> begin(Database& database, Durability durability = Durability::kDurable);
  Status commit();

  WriteTransaction(WriteTransaction&& other) noexcept
      : database_(std::exchange(other.database_, nullptr)), durability_(other.durability_) {}
  WriteTransaction& operator=(WriteTransaction&&) = delete;
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;
  ~WriteTransaction();

 private:
  WriteTransaction(Database& database, Durability durability) : database_(&database), durability_(durability) {}
  void end();

  Database* database_;
  Durability durability_;
};

}  // namespace libcos::sqlite
