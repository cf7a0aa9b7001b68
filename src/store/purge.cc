#include "cos/purge.h"

#include <fcntl.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

#include "base/files.h"
#include "store/database_lock.h"
#include "store/paths.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

// Only what the store itself makes: the directory may be one that the user chose badly.
bool is_ours(const StorePaths& paths, const fs::path& item) {
  std::vector<fs::path> parts{paths.incoming(), paths.blobs(), paths.quarantine(), paths.hash_list().directory,
                              paths.verification_lock()};
  for (const char* database : {"", ".new", ".rebuilt"}) {
    for (const char* companion : {"", "-wal", "-shm", "-journal", "-durable"}) {
      parts.emplace_back(paths.database().string() + database + companion);
    }
  }
  return std::find(parts.begin(), parts.end(), item) != parts.end();
}

// Whether a connection of another process has the registry open.
bool is_in_use(const fs::path& database) {
  const Result<UniqueFd> file = open_file(database, O_RDWR | O_NOFOLLOW);
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  range.l_start = kSharedFirst;
  range.l_len = kSharedSize;
  return file && ::fcntl(file->get(), F_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}

void count(const fs::path& item, PurgeReport& report) {
  const auto add = [&](const fs::path& file) {
    if (const auto status = stat_of(file); status && S_ISREG(status->st_mode)) {
      ++report.files;
      report.bytes += static_cast<std::uint64_t>(status->st_size);
    }
  };
  add(item);
  std::error_code error;
  if (fs::is_symlink(item, error)) {
    return;
  }
  for (fs::recursive_directory_iterator it(item, error), end; !error && it != end; it.increment(error)) {
    add(it->path());
  }
}

}  // namespace

Result<PurgeReport> purge_store(const fs::path& directory) {
  std::error_code error;
  const StorePaths paths(fs::canonical(directory, error));
  if (error || !stat_of(paths.database())) {
    return fail(ErrorCode::kNotFound, "There is no store in " + directory.string() + ".");
  }
  if (is_in_use(paths.database())) {
    return fail(ErrorCode::kBusy, "The store is in use, and cannot be deleted now.",
                "Close your browsers and other cos commands, then run this again.");
  }
  PurgeReport report;
  std::vector<fs::path> ours;
  for (fs::directory_iterator it(paths.root(), error), end; !error && it != end; it.increment(error)) {
    (is_ours(paths, it->path()) ? ours : report.kept).push_back(it->path());
  }
  // The registry goes last: as long as it is there, a purge that was interrupted finds a store and goes on.
  std::sort(ours.begin(), ours.end(), [&](const fs::path& a, const fs::path& b) {
    return (a == paths.database() ? 1 : 0) < (b == paths.database() ? 1 : 0);
  });
  const bool holds_more = !report.kept.empty();
  for (const fs::path& item : ours) {
    count(item, report);
    if (const fs::path target = fs::canonical(item, error); !error && fs::is_symlink(item, error)) {
      report.kept.push_back(target);  // perhaps a disk of the user's, with more on it
    }
    fs::remove_all(item, error);  // does not follow links
    if (error) {
      return fail(ErrorCode::kIo, "Cannot delete " + item.string() + ": " + error.message() + ".",
                  "`cos doctor` says whose it is.");
    }
  }
  // A link to it stays good for the next store.
  if (!holds_more && !fs::is_symlink(normal_path(directory), error)) {
    fs::remove(paths.root(), error);
  }
  return report;
}

}  // namespace libcos
