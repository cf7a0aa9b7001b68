#include "store/page_sums.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>

#include "store/durable_mark.h"
#include "store/log_sums.h"

namespace libcos::sqlite {
namespace {

constexpr const char* kName = "libcos-page-sums";
constexpr sqlite3_int64 kReservedAt = 20;  // in the file's header: how many bytes a page leaves free
constexpr int kSmallestPage = 512;
constexpr int kLargestPage = 65536;

// SQLite allots szOsFile bytes for each file: this, and after it the file of the layer below.
struct File {
  sqlite3_file face;
  bool summed;  // of a database: once it is, it stays so
  // Of a log:
  const char* name;
  sqlite3_file* database;
  UnfinishedFrames unfinished;
  LastCommit commit;
  DurableMark mark;
};

File& state_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

sqlite3_file* below(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1); }

sqlite3_vfs* below(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

// SQLite reads and writes pages whole; what else it reads is a few bytes of the header.
bool is_page(int size, sqlite3_int64 offset) {
  return size >= kSmallestPage && size <= kLargestPage && (size & (size - 1)) == 0 && offset % size == 0;
}

// The place counts: a page that the disk gives for another one does not fit.
std::array<std::uint8_t, kPageSumSize> sum_of(std::span<const std::uint8_t> page, sqlite3_int64 offset) {
  XXH64_canonical_t canonical;
  XXH64_canonicalFromHash(
      &canonical, XXH3_64bits_withSeed(page.data(), page.size() - kPageSumSize, static_cast<XXH64_hash_t>(offset)));
  std::array<std::uint8_t, kPageSumSize> sum{};
  std::memcpy(sum.data(), canonical.digest, sum.size());
  return sum;
}

bool is_summed(sqlite3_file* file) {
  File& state = state_of(file);
  std::uint8_t reserved = 0;
  state.summed = state.summed || (below(file)->pMethods->xRead(below(file), &reserved, 1, kReservedAt) == SQLITE_OK &&
                                  reserved == kPageSumSize);
  return state.summed;
}

int close_file(sqlite3_file* file) {
  state_of(file).mark = DurableMark();
  return below(file)->pMethods->xClose(below(file));
}

int read_file(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  const int code = below(file)->pMethods->xRead(below(file), to, size, offset);
  if (code != SQLITE_OK || !is_page(size, offset)) {
    return code;
  }
  const std::span page(static_cast<const std::uint8_t*>(to), static_cast<std::size_t>(size));
  const auto sum = sum_of(page, offset);
  const bool fits = std::equal(sum.begin(), sum.end(), page.end() - kPageSumSize);
  return fits || !is_summed(file) ? SQLITE_OK : SQLITE_IOERR_DATA;
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  const auto* bytes = static_cast<const std::uint8_t*>(from);
  if (is_page(size, offset) && offset == 0) {
    // The first page comes first when SQLite brings a log home: the pages that follow go by what it says.
    state_of(file).summed = bytes[kReservedAt] == kPageSumSize;
  }
  if (!is_page(size, offset) || !is_summed(file)) {
    return below(file)->pMethods->xWrite(below(file), from, size, offset);
  }
  std::array<std::uint8_t, kLargestPage> page;  // NOLINT: filled on the next line, as far as it is used
  std::copy_n(bytes, size, page.begin());
  const auto sum = sum_of(std::span(page).first(static_cast<std::size_t>(size)), offset);
  std::copy(sum.begin(), sum.end(), page.begin() + size - kPageSumSize);
  return below(file)->pMethods->xWrite(below(file), page.data(), size, offset);
}

// SQLite begins to open a log that others left by asking for its size, and then for its header.
int check_before_opening(sqlite3_file* file) {
  const File& log = state_of(file);
  const auto check = is_summed(log.database) ? check_log(log.name) : std::nullopt;
  return check && check->is_damaged() ? kLogIsDamaged : SQLITE_OK;
}

int size_of_log(sqlite3_file* file, sqlite3_int64* size) {
  const int code = below(file)->pMethods->xFileSize(below(file), size);
  // It does not read a log in which there is no room for a frame.
  return code == SQLITE_OK && *size > 0 && *size <= kLogHeader ? check_before_opening(file) : code;
}

int read_log(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  const int code = below(file)->pMethods->xRead(below(file), to, size, offset);
  if (code == SQLITE_OK && offset == 0 && size == kLogHeader) {
    return check_before_opening(file);
  }
  if (code != SQLITE_OK || !is_page_of_log(size, offset) || state_of(file).unfinished.contain(offset)) {
    return code;
  }
  const std::span page(static_cast<const std::uint8_t*>(to), static_cast<std::size_t>(size));
  return check_page_of_log(below(file), page, offset);
}

int write_log(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  File& log = state_of(file);
  // Before each page comes the header of its frame.
  if (!is_page_of_log(size, offset) && is_summed(log.database)) {
    if (const int code = log.mark.clear_from(offset); code != SQLITE_OK) {
      return code;
    }
  }
  log.unfinished.note_write(from, size, offset);
  log.commit.note_write(from, size, offset);
  const int code = below(file)->pMethods->xWrite(below(file), from, size, offset);
  if (code != SQLITE_OK) {
    log.commit.forget();
  }
  return code;
}

int cut_log(sqlite3_file* file, sqlite3_int64 size) {
  File& log = state_of(file);
  const int code = is_summed(log.database) ? log.mark.clear_from(size) : SQLITE_OK;
  return code == SQLITE_OK ? below(file)->pMethods->xTruncate(below(file), size) : code;
}

int sync_log(sqlite3_file* file, int flags) {
  File& log = state_of(file);
  const int code = below(file)->pMethods->xSync(below(file), flags);
  const LogPart part = log.commit.part();
  // Of a transaction whose sync failed nothing stays.
  log.commit.forget();
  if (code == SQLITE_OK && part.end > 0 && is_summed(log.database) && is_of_log(below(file), part)) {
    log.mark.set(part);
  }
  return code;
}

// Whatever neither reads nor writes is the layer below's. Version 2: without xFetch(), which would let SQLite read a
// mapped file past the sums.
constexpr sqlite3_io_methods kMethods{
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = [](sqlite3_file* file,
                    sqlite3_int64 size) { return below(file)->pMethods->xTruncate(below(file), size); },
    .xSync = [](sqlite3_file* file, int flags) { return below(file)->pMethods->xSync(below(file), flags); },
    .xFileSize = [](sqlite3_file* file,
                    sqlite3_int64* size) { return below(file)->pMethods->xFileSize(below(file), size); },
    .xLock = [](sqlite3_file* file, int lock) { return below(file)->pMethods->xLock(below(file), lock); },
    .xUnlock = [](sqlite3_file* file, int lock) { return below(file)->pMethods->xUnlock(below(file), lock); },
    .xCheckReservedLock = [](sqlite3_file* file,
                             int* held) { return below(file)->pMethods->xCheckReservedLock(below(file), held); },
    .xFileControl =
        [](sqlite3_file* file, int operation, void* argument) {
          return below(file)->pMethods->xFileControl(below(file), operation, argument);
        },
    .xSectorSize = [](sqlite3_file* file) { return below(file)->pMethods->xSectorSize(below(file)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* file) { return below(file)->pMethods->xDeviceCharacteristics(below(file)); },
    .xShmMap =
        [](sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
          return below(file)->pMethods->xShmMap(below(file), page, size, extend, memory);
        },
    .xShmLock = [](sqlite3_file* file, int offset, int count,
                   int flags) { return below(file)->pMethods->xShmLock(below(file), offset, count, flags); },
    .xShmBarrier = [](sqlite3_file* file) { below(file)->pMethods->xShmBarrier(below(file)); },
    .xShmUnmap = [](sqlite3_file* file, int remove) { return below(file)->pMethods->xShmUnmap(below(file), remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

constexpr sqlite3_io_methods kLogMethods = [] {
  sqlite3_io_methods methods = kMethods;
  methods.xRead = read_log;
  methods.xWrite = write_log;
  methods.xTruncate = cut_log;
  methods.xSync = sync_log;
  methods.xFileSize = size_of_log;
  return methods;
}();

// Temporary files and rollback journals do not last: they are the layer below's alone.
int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0) {
    return below(vfs)->xOpen(below(vfs), name, file, flags, out_flags);
  }
  const bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
  const sqlite3_io_methods* const methods = is_log ? &kLogMethods : &kMethods;
  auto& made = *new (file) File{};
  if (is_log) {
    made.name = name;  // stays where it is as long as the file is open
    made.database = sqlite3_database_file_object(name);
    made.mark = DurableMark(name);
  }
  const int code = below(vfs)->xOpen(below(vfs), name, below(file), flags, out_flags);
  // SQLite closes whatever has methods, opened or not.
  made.face.pMethods = below(file)->pMethods == nullptr ? nullptr : methods;
  return code;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync) {
  if (is_name_of_log(name)) {
    clear_mark(name);
  }
  return below(vfs)->xDelete(below(vfs), name, sync);
}

sqlite3_vfs make_layer(sqlite3_vfs* base) {
  sqlite3_vfs layer{};
  layer.iVersion = 2;
  layer.szOsFile = base->szOsFile + static_cast<int>(sizeof(File));
  layer.mxPathname = base->mxPathname;
  layer.zName = kName;
  layer.pAppData = base;
  layer.xOpen = open_file;
  layer.xDelete = delete_file;
  layer.xAccess = [](sqlite3_vfs* vfs, const char* name, int flags, int* result) {
    return below(vfs)->xAccess(below(vfs), name, flags, result);
  };
  layer.xFullPathname = [](sqlite3_vfs* vfs, const char* name, int size, char* path) {
    return below(vfs)->xFullPathname(below(vfs), name, size, path);
  };
  layer.xRandomness = [](sqlite3_vfs* vfs, int size, char* bytes) {
    return below(vfs)->xRandomness(below(vfs), size, bytes);
  };
  layer.xSleep = [](sqlite3_vfs* vfs, int microseconds) { return below(vfs)->xSleep(below(vfs), microseconds); };
  layer.xCurrentTime = [](sqlite3_vfs* vfs, double* now) { return below(vfs)->xCurrentTime(below(vfs), now); };
  layer.xGetLastError = [](sqlite3_vfs* vfs, int size, char* text) {
    return below(vfs)->xGetLastError(below(vfs), size, text);
  };
  layer.xCurrentTimeInt64 = [](sqlite3_vfs* vfs, sqlite3_int64* now) {
    return below(vfs)->xCurrentTimeInt64(below(vfs), now);
  };
  return layer;
}

}  // namespace

const char* page_sums_vfs() {
  static const int registered = [] {
    if (sqlite3_initialize() != SQLITE_OK) {
      return SQLITE_NOMEM;
    }
    static sqlite3_vfs layer = make_layer(sqlite3_vfs_find(nullptr));
    return sqlite3_vfs_register(&layer, 0);
  }();
  return registered == SQLITE_OK ? kName : nullptr;
}

}  // namespace libcos::sqlite
