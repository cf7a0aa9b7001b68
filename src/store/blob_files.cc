#include "store/blob_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "base/hex.h"
#include "base/try.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

// Nobody waits for what is no file of ours: opening a pipe would, until somebody writes into it.
constexpr int kToRead = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

bool lock_exclusively(const UniqueFd& fd) { return ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0; }

tl::unexpected<Error> errno_failure(std::string_view doing, const fs::path& path) {
  return tl::unexpected(errno_error(doing, path, errno));
}

std::vector<fs::path> files_in(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    files.push_back(it->path());
  }
  return files;
}

// The open file when nobody else holds it, so that it is ours to remove.
UniqueFd abandoned(const fs::path& part) {
  Result<UniqueFd> fd = open_file(part, kToRead);
  return fd && lock_exclusively(*fd) ? std::move(*fd) : UniqueFd();
}

Result<UniqueFd> open_file(const fs::path& path, const Hash& hash) {
  const int descriptor = ::open(path.c_str(), kToRead | O_CLOEXEC);
  if (descriptor < 0) {
    // Only this error says that the file is gone. After any other the entry must stay.
    if (errno == ENOENT) {
      return fail(ErrorCode::kNotFound, "The file of entry " + hash.to_string() + " is missing.");
    }
    return errno_failure("open", path);
  }
  return UniqueFd(descriptor);
}

}  // namespace

FileIdentity identity_of(const struct stat& status) {
  return {static_cast<std::int64_t>(status.st_ino), mtime_ns(status)};
}

Result<bool> DiskBlobFiles::has_leftovers() {
  for (const fs::path& part : files_in(paths_.incoming())) {
    if (StorePaths::hash_of_incoming(part) && abandoned(part).valid()) {
      return true;
    }
  }
  return false;
}

Status DiskBlobFiles::sweep(const IsRegistered& registered) {
  for (const fs::path& part : files_in(paths_.incoming())) {
    const std::optional<Hash> hash = StorePaths::hash_of_incoming(part);
    if (!hash) {
      continue;
    }
    const UniqueFd fd = abandoned(part);
    if (!fd.valid()) {
      continue;
    }
    COS_TRY(const struct stat status, stat_of(fd));
    if (status.st_nlink > 1) {
      // Killed between linking the blob and committing (or just after committing) its row.
      COS_TRY(const bool known, registered(*hash));
      const auto blob = stat_of(paths_.blob(*hash));
      if (!known && blob && blob->st_ino == status.st_ino && !remove(*hash)) {
        continue;  // the name stays, for the next sweep to try again
      }
    }
    ::unlink(part.c_str());
  }
  return {};
}

void DiskBlobFiles::for_each_blob(const std::function<void(const Hash&)>& visit) {
  for (const fs::path& algorithm : files_in(paths_.blobs())) {
    for (const fs::path& shelf : files_in(algorithm)) {
      for (const fs::path& blob : files_in(shelf)) {
        const Result<Hash> hash = Hash::parse(algorithm.filename().string(), blob.filename().string());
        // Only names that we make: nothing else is ours to remove.
        if (hash && paths_.blob(*hash) == blob) {
          visit(*hash);
        }
      }
    }
  }
}

Result<IncomingFile> DiskBlobFiles::create_incoming(const Hash& hash) {
  for (int attempt = 0; attempt < 16; ++attempt) {
    IncomingFile incoming{{}, paths_.new_incoming(hash)};
    COS_TRY(incoming.fd, open_file(incoming.path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    if (!lock_exclusively(incoming.fd)) {
      continue;  // a sweep got hold of it between our open and our lock, and removes it
    }
    COS_TRY(const struct stat status, stat_of(incoming.fd));
    if (status.st_nlink > 0) {
      return incoming;
    }
  }
  return fail(ErrorCode::kBusy, "Cannot create a file in " + paths_.incoming().string() + ".");
}

Status DiskBlobFiles::rename_incoming(IncomingFile& incoming, const Hash& hash) {
  fs::path renamed = paths_.new_incoming(hash);
  if (::rename(incoming.path.c_str(), renamed.c_str()) != 0) {
    return errno_failure("rename", incoming.path);
  }
  incoming.path = std::move(renamed);
  return {};
}

void DiskBlobFiles::discard(IncomingFile& incoming) {
  if (!incoming.path.empty()) {
    ::unlink(incoming.path.c_str());
    incoming.path.clear();
  }
  incoming.fd.reset();
}

Status DiskBlobFiles::make_shelves(const fs::path& directory) {
  const auto shelf = [&](unsigned number) {
    const std::array<std::uint8_t, 1> byte{static_cast<std::uint8_t>(number)};
    return directory / to_hex(byte);
  };
  constexpr unsigned kShelves = 256;
  if (stat_of(shelf(kShelves - 1))) {
    return {};
  }
  COS_CHECK(make_private_directory(directory));
  for (unsigned number = 0; number < kShelves; ++number) {
    if (::mkdir(shelf(number).c_str(), 0700) != 0 && errno != EEXIST) {
      return errno_failure("create the directory", shelf(number));
    }
  }
  return sync_directory(directory);
}

Status DiskBlobFiles::publish(IncomingFile& incoming, const Hash& hash) {
  const fs::path blob = paths_.blob(hash);
  COS_CHECK(make_shelves(blob.parent_path().parent_path()));
  COS_CHECK(make_private_directory(blob.parent_path()));  // one that a power cut took
  // Read-only for everyone: nobody writes through a hand-over link.
  if (::fchmod(incoming.fd.get(), 0444) != 0) {
    return errno_failure("protect", incoming.path);
  }
  if (::unlink(blob.c_str()) != 0 && errno != ENOENT) {
    return errno_failure("replace", blob);
  }
  // A link and not a rename: the .part stays until the row is committed and tells the sweep of a later
  // start which blob may lack its row, after a power cut, too.
  COS_CHECK(sync_directory(paths_.incoming()));
  if (::link(incoming.path.c_str(), blob.c_str()) != 0) {
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) {
      return errno_failure("publish", blob);
    }
    if (::rename(incoming.path.c_str(), blob.c_str()) != 0) {
      return errno_failure("publish", blob);
    }
    incoming.path.clear();
  }
  ::unlink(paths_.quarantined(hash).c_str());
  ::flock(incoming.fd.get(), LOCK_UN);
  return sync_directory(blob.parent_path());
}

Status DiskBlobFiles::remove(const Hash& hash) {
  const fs::path blob = paths_.blob(hash);
  if (::unlink(blob.c_str()) != 0 && errno != ENOENT) {
    return errno_failure("remove", blob);
  }
  ::unlink(paths_.quarantined(hash).c_str());
  return {};
}

Status DiskBlobFiles::sync_removals(const std::vector<Hash>& hashes) {
  std::set<fs::path> directories;
  for (const Hash& hash : hashes) {
    directories.insert(paths_.blob(hash).parent_path());
  }
  directories.insert(paths_.quarantine());
  for (const fs::path& directory : directories) {
    // One that is not there holds nothing.
    if (stat_of(directory)) {
      COS_CHECK(sync_directory(directory));
    }
  }
  return {};
}

Status DiskBlobFiles::sync_name(const Hash& hash) {
  COS_CHECK(sync_directory(paths_.incoming()));
  COS_TRY(const UniqueFd shelf, open_file(paths_.blob(hash).parent_path(), O_RDONLY | O_DIRECTORY));
  // Waiting for a directory in which nothing changed would take no time.
  if (::futimens(shelf.get(), nullptr) != 0 || ::fsync(shelf.get()) != 0) {
    return errno_failure("sync the directory", paths_.blob(hash).parent_path());
  }
  return {};
}

Status DiskBlobFiles::quarantine(const Hash& hash) {
  COS_CHECK(make_private_directory(paths_.quarantine()));
  if (::rename(paths_.blob(hash).c_str(), paths_.quarantined(hash).c_str()) != 0 && errno != ENOENT) {
    return errno_failure("quarantine", paths_.blob(hash));
  }
  return {};
}

Result<UniqueFd> DiskBlobFiles::open(const Hash& hash) {
  COS_TRY(UniqueFd fd, open_file(paths_.blob(hash), hash));
  // Keeps eviction away while somebody reads. Not getting the lock is no reason not to read.
  (void)::flock(fd.get(), LOCK_SH | LOCK_NB);
  return fd;
}

Result<UniqueFd> DiskBlobFiles::open_quarantined(const Hash& hash) { return open_file(paths_.quarantined(hash), hash); }

bool DiskBlobFiles::is_idle(const Hash& hash) {
  const Result<UniqueFd> fd = open_file(paths_.blob(hash), kToRead);
  return !fd || lock_exclusively(*fd);
}

Result<DiskSpace> DiskBlobFiles::space() {
  struct statvfs info {};
  if (::statvfs(paths_.root().c_str(), &info) != 0) {
    return errno_failure("look at the file system of", paths_.root());
  }
  return DiskSpace{std::uint64_t{info.f_blocks} * info.f_frsize, std::uint64_t{info.f_bavail} * info.f_frsize};
}

}  // namespace libcos
