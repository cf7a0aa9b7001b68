#include "base/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/random.h"
#include "base/try.h"

namespace libcos {

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

int UniqueFd::release() { return std::exchange(fd_, -1); }

void UniqueFd::reset() {
  if (fd_ >= 0) {
    // close() may report an earlier write error; every write that matters was synced before.
    ::close(fd_);
    fd_ = -1;
  }
}

Error errno_error(std::string_view doing, const std::filesystem::path& path, int error_number) {
  Error error{
      ErrorCode::kIo,
      "Cannot " + std::string(doing) + " " + path.string() + ": " + std::generic_category().message(error_number) + ".",
      {}};
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      error.code = ErrorCode::kQuotaExceeded;
      error.mend = "Free some disk space, or remove entries with `cos rm`.";
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      error.mend = "Check who owns the directory and whether it is writable.";
      break;
    case EMFILE:
    case ENFILE:
      error.mend = "Too many files are open; close some programs or raise the limit (ulimit -n).";
      break;
    default:
      break;
  }
  return error;
}

namespace {

tl::unexpected<Error> errno_failure(std::string_view doing, const std::filesystem::path& path) {
  return tl::unexpected<Error>(errno_error(doing, path, errno));
}

std::filesystem::path path_of(const UniqueFd& fd) {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd.get()), ignored);
}

}  // namespace

Result<UniqueFd> open_file(const std::filesystem::path& path, int flags, mode_t mode) {
  while (true) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (fd >= 0) {
      return UniqueFd(fd);
    }
    if (errno != EINTR) {
      return errno_failure("open", path);
    }
  }
}

Result<UniqueFd> duplicate(const UniqueFd& fd) {
  const int copy = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) {
    return errno_failure("duplicate the descriptor of", path_of(fd));
  }
  return UniqueFd(copy);
}

Result<struct stat> stat_of(const UniqueFd& fd) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) {
    return errno_failure("look at", path_of(fd));
  }
  return status;
}

std::filesystem::path normal_path(const std::filesystem::path& path) {
  std::filesystem::path normal = path.lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

std::optional<struct stat> stat_of(const std::filesystem::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    return std::nullopt;
  }
  return status;
}

Status make_private_directory(const std::filesystem::path& path) {
  int made = ::mkdir(path.c_str(), 0700);
  if (made != 0 && errno == ENOENT && path.has_parent_path() && path.parent_path() != path) {
    COS_CHECK(make_private_directory(path.parent_path()));
    made = ::mkdir(path.c_str(), 0700);
  }
  if (made != 0 && errno != EEXIST) {
    return errno_failure("create the directory", path);
  }
  if (made == 0) {
    // Best effort, where the parent may be searched and not read: what is put into a directory that a power cut
    // takes away is lost with it.
    (void)sync_directory(path.has_parent_path() ? path.parent_path() : ".");
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    errno = ENOTDIR;
    return errno_failure("use", path);
  }
  return {};
}

Status write_at(const UniqueFd& fd, std::span<const std::uint8_t> bytes, std::uint64_t position) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(position));
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return errno_failure("write to", path_of(fd));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    position += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<std::size_t> read_at(const UniqueFd& fd, std::span<std::uint8_t> bytes, std::uint64_t position) {
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got =
        ::pread(fd.get(), bytes.data() + filled, bytes.size() - filled, static_cast<off_t>(position + filled));
    if (got < 0) {
      if (errno == EINTR) {
        continue;
      }
      return errno_failure("read", path_of(fd));
    }
    if (got == 0) {
      break;
    }
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

Result<std::string> read_small_file(const std::filesystem::path& path, std::size_t most) {
  // Opening a pipe would wait until somebody writes into it.
  COS_TRY(const UniqueFd fd, open_file(path, O_RDONLY | O_NONBLOCK));
  COS_TRY(const struct stat status, stat_of(fd));
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kIo, path.string() + " is not a regular file.");
  }
  std::string text;
  std::size_t step = 65536;
  while (text.size() <= most) {
    const std::size_t old_size = text.size();
    text.resize(old_size + step);
    COS_TRY(const std::size_t got,
            read_at(fd, {reinterpret_cast<std::uint8_t*>(text.data()) + old_size, step}, old_size));
    text.resize(old_size + got);
    if (got < step) {
      break;
    }
    step *= 2;
  }
  if (text.size() > most) {
    return fail(ErrorCode::kIo, path.string() + " is larger than " + std::to_string(most) + " bytes.");
  }
  return text;
}

Status replace_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes, mode_t mode) {
  const std::filesystem::path beside = path.string() + "." + random_hex(8) + ".new";
  COS_TRY(const UniqueFd fd, open_file(beside, O_WRONLY | O_CREAT | O_EXCL, mode));
  Status written = write_at(fd, bytes, 0);
  if (written) {
    written = sync_data(fd);
  }
  if (written && ::rename(beside.c_str(), path.c_str()) != 0) {
    written = errno_failure("replace", path);
  }
  if (!written) {
    ::unlink(beside.c_str());
    return written;
  }
  return sync_directory(path.parent_path());
}

Status sync_data(const UniqueFd& fd) {
  // A failed fsync is never retried: the kernel may have dropped the dirty pages already.
  if (::fdatasync(fd.get()) != 0) {
    return errno_failure("sync", path_of(fd));
  }
  return {};
}

Status sync_directory(const std::filesystem::path& path) {
  COS_TRY(const UniqueFd fd, open_file(path, O_RDONLY | O_DIRECTORY));
  if (::fsync(fd.get()) != 0) {
    return errno_failure("sync the directory", path);
  }
  return {};
}

std::int64_t mtime_ns(const struct stat& status) {
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

}  // namespace libcos
