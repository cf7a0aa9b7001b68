// A layer under SQLite that gives each page of a database file a check sum, so that a bit that turned on the disk is
// an error before anything is read from the page. Where it lies and what it is: docs/store-format.md, "Page sums".
// Such a database has a mark beside its log, too (durable_mark.h).
#pragma once

#include <sqlite3.h>

namespace libcos::sqlite {

// Bytes at the end of each page that SQLite leaves to the sum.
inline constexpr int kPageSumSize = 8;

// What SQLite reports when a log is opened that no longer holds all that had been on the disk; beside the errors of
// reading that it knows itself.
inline constexpr int kLogIsDamaged = SQLITE_IOERR | (0xff << 8);

// The name to give to sqlite3_open_v2(). A file has sums when its header says that its pages leave room for them;
// others are read and written as they are. SQLite knows such layers by name for a whole process: the first call makes
// this one known, beside and not instead of the default one. nullptr when SQLite refuses (out of memory).
const char* page_sums_vfs();

}  // namespace libcos::sqlite
