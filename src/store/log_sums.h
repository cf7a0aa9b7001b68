// SQLite gives each frame of its write-ahead log a check sum, and compares it when it opens a log that others left.
// From then on it believes the file: a bit that turns before the log comes home would be read as it is, and get a sum
// of its own (page_sums.h) with the page. So frames are compared here whenever a page is read from the log.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <span>

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

}  // namespace libcos::sqlite
