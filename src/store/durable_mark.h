// How far the log of a database is on the disk for certain, in a small file beside it. When SQLite opens a log that
// others left, it takes it for whole up to the first frame without its sum, and drops the rest without a word: so it
// must, since a power cut leaves what no sync had made durable torn. A bit that turned on the disk in what was durable
// would look the same, and lose acknowledged transactions; the mark tells the two apart. What it is and when it is
// written: docs/store-format.md, "The durable mark".
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/files.h"
#include "store/log_sums.h"

namespace libcos::sqlite {

class DurableMark {
 public:
  DurableMark() = default;
  // Of a log by its name, which must stay where it is.
  explicit DurableMark(const char* log) : log_(log) {}

  // Before the log is changed at `offset`: if the mark speaks of what lies there, it is cleared, durably, so that no
  // power cut leaves the mark and another log than it speaks of. Returns an SQLite code; when it is not SQLITE_OK, the
  // log must stay as it is.
  int clear_from(sqlite3_int64 offset);
  // When a sync of the log has returned: `part` is on the disk. Nothing waits for the mark itself, and no error
  // matters: an older mark says less.
  void set(const LogPart& part);

 private:
  struct Known {
    bool empty;  // there has never been a mark
    bool cleared;
    std::optional<LogPart> part;
  };
  Result<Known> look();

  const char* log_ = nullptr;
  UniqueFd file_;  // open from the first change of the log on
};

bool is_name_of_log(const std::filesystem::path& file);
std::filesystem::path mark_of(const std::filesystem::path& log);

// Before a log is deleted: without one a mark says nothing, so nothing waits for this.
void clear_mark(const std::filesystem::path& log);

struct LogCheck {
  std::uint64_t durable = 0;  // how much of the log was on the disk for certain, in bytes
  std::uint64_t sound = 0;    // how much of that is as it was written

  [[nodiscard]] bool is_damaged() const { return sound < durable; }
};

// Compares a log with its mark. nullopt when nothing is known of it: without a mark or a log, or when the mark is
// torn, or of another log.
std::optional<LogCheck> check_log(const std::filesystem::path& log);

}  // namespace libcos::sqlite
