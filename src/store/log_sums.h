// SQLite gives each frame of its write-ahead log a check sum, and compares it when it opens a log that others left.
// From then on it believes the file: a bit that turns before the log comes home would be read as it is, and get a sum
// of its own (page_sums.h) with the page. So frames are compared here whenever a page is read from the log.
#pragma once

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/files.h"
#include "cos/result.h"

namespace libcos::sqlite {

// Whether this is how SQLite reads a page from its log: whole, and from behind a frame's header. Opening a log it reads
// frames with their headers.
bool is_page_of_log(int size, sqlite3_int64 offset);

// Compares `page`, which was read at `offset` of `log`, with its frame's sum, which goes on from the sum of the frame
// before. Returns SQLITE_OK, SQLITE_IOERR_DATA when it is another, or what reading the sums returned.
int check_page_of_log(sqlite3_file* log, std::span<const std::uint8_t> page, sqlite3_int64 offset);

// Which frames this connection is still writing. SQLite may write one twice within a transaction, and then leaves sums
// out until it commits. After such a transaction was rolled back they count as unfinished until the next commit.
class UnfinishedFrames {
 public:
  // What is written to the log.
  void note_write(const void* from, int size, sqlite3_int64 offset);
  [[nodiscard]] bool contain(sqlite3_int64 offset) const { return offset >= first_; }

 private:
  static constexpr sqlite3_int64 kNone = INT64_MAX;

  sqlite3_int64 first_ = kNone;
};

// A log from its beginning to the end of one of its frames. A log that is begun anew has other salts.
struct LogPart {
  std::array<std::uint8_t, 8> salts{};
  sqlite3_int64 end = 0;  // in bytes; 0: nothing of it

  bool operator==(const LogPart&) const = default;
};

// The last transaction that this connection has written whole: what a sync of the log that follows makes durable.
class LastCommit {
 public:
  // What is written to the log.
  void note_write(const void* from, int size, sqlite3_int64 offset);
  void forget() { *this = {}; }
  // The log up to its end; of nothing when there is none.
  [[nodiscard]] LogPart part() const;

 private:
  std::array<std::uint8_t, 8> salts_{};
  sqlite3_int64 frame_ = 0;  // the one that commits; 0: none
  sqlite3_int64 page_ = 0;   // the page that was written last
  int page_size_ = 0;
};

// Whether `part` is of the log that lies there: others may have begun it anew.
bool is_of_log(sqlite3_file* log, const LogPart& part);

// At the beginning of a log, before its frames. SQLite reads and writes it whole.
inline constexpr int kLogHeader = 32;

// What of `log` is as it was written, up to the first frame without its sum, and not further than `until`. nullopt
// when not even its header is. Errors: what reading it returned.
Result<std::optional<LogPart>> sound_part(const UniqueFd& log, sqlite3_int64 until);

}  // namespace libcos::sqlite
