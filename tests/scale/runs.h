// The three things that cos_scale does. Each returns the exit code of the program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace libcos::scale {

struct Options {
  std::size_t entries = 1'000'000;
  std::size_t minutes = 5;
  std::size_t gib = 8;
  std::filesystem::path directory = std::filesystem::temp_directory_path();
  bool json = false;
};

// The process whose memory `scale` measures.
int run_lookups(const std::filesystem::path& directory, std::size_t entries);
int run_scale(const Options& options);
int run_soak(const Options& options);
int run_large(const Options& options);

// What /proc says of a process; 0 where it says nothing.
struct Holdings {
  std::uint64_t resident = 0;  // bytes
  std::uint64_t peak = 0;      // bytes, the most that were resident at a time
  std::size_t descriptors = 0;
};
Holdings holdings_of(int pid);

// A new directory below `parent`, which goes with the object.
class WorkDirectory {
 public:
  explicit WorkDirectory(const std::filesystem::path& parent);
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;
  ~WorkDirectory();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace libcos::scale
