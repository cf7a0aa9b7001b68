// Registries as they were before pages had sums.
#pragma once

#include <sqlite3.h>

#include <filesystem>

namespace libcos {

// Makes an empty database file as any program makes one: what is put into it has no page sums. Whether that worked.
inline bool make_without_page_sums(const std::filesystem::path& path) {
  sqlite3* database = nullptr;
  const bool made = sqlite3_open(path.c_str(), &database) == SQLITE_OK &&
                    sqlite3_exec(database, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr) == SQLITE_OK;
  return sqlite3_close(database) == SQLITE_OK && made;
}

}  // namespace libcos
