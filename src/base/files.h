// File descriptors and the durable file operations that the store is made of. Every function retries EINTR
// and short transfers, and names the path in its errors.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cos/result.h"

namespace libcos {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  [[nodiscard]] int release();
  void reset();

 private:
  int fd_ = -1;
};

// An Error for `errno`, with a mend for the ones a user can do something about (disk full, permissions).
Error errno_error(std::string_view doing, const std::filesystem::path& path, int error_number);

Result<UniqueFd> open_file(const std::filesystem::path& path, int flags, mode_t mode = 0);
Result<UniqueFd> duplicate(const UniqueFd& fd);
Result<struct stat> stat_of(const UniqueFd& fd);
std::optional<struct stat> stat_of(const std::filesystem::path& path);  // does not follow a final symlink

// The same place, by its text: without `.`, `..` and a slash at its end, after which its last part would have no name.
std::filesystem::path normal_path(const std::filesystem::path& path);

// Creates the directory and its parents with mode 0700, durably; an existing directory stays as it is.
Status make_private_directory(const std::filesystem::path& path);

Status write_at(const UniqueFd& fd, std::span<const std::uint8_t> bytes, std::uint64_t position);
// Reads until `bytes` is full or the file ends; returns how many.
Result<std::size_t> read_at(const UniqueFd& fd, std::span<std::uint8_t> bytes, std::uint64_t position);
Result<std::string> read_small_file(const std::filesystem::path& path, std::size_t most);
// Writes beside `path`, syncs, and renames over it: readers see the old file or the new one.
Status replace_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes, mode_t mode = 0600);

Status sync_data(const UniqueFd& fd);
Status sync_directory(const std::filesystem::path& path);

// Modification time in nanoseconds.
std::int64_t mtime_ns(const struct stat& status);

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace libcos
