// Changes bytes of files as a bad disk does: without a trace in their dates.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <filesystem>

namespace libcos {

// Turns one bit round; whether that could be done. Size, dates and mode stay.
inline bool flip_bit(const std::filesystem::path& path, std::uint64_t byte, unsigned bit = 0) {
  struct stat before {};
  if (::stat(path.c_str(), &before) != 0 || byte >= static_cast<std::uint64_t>(before.st_size)) {
    return false;
  }
  (void)::chmod(path.c_str(), 0644);
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  unsigned char value = 0;
  bool done = ::pread(file, &value, 1, static_cast<off_t>(byte)) == 1;
  value = static_cast<unsigned char>(value ^ (1U << bit));
  done = done && ::pwrite(file, &value, 1, static_cast<off_t>(byte)) == 1;
  const std::array<timespec, 2> times{before.st_atim, before.st_mtim};
  done = ::futimens(file, times.data()) == 0 && ::fchmod(file, before.st_mode & 07777U) == 0 && done;
  (void)::close(file);
  return done;
}

}  // namespace libcos
