#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace libcos::torture {

// In memory where that can be: what a killed process wrote is not lost, wherever it is, and a power cut is replayed.
class WorkDirectory {
 public:
  WorkDirectory() : path_(make()) {}
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;
  ~WorkDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  static std::filesystem::path make() {
    const std::filesystem::path memory = "/dev/shm";
    std::string name =
        (::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path()) / "cos-torture-XXXXXX";
    const char* const made = ::mkdtemp(name.data());
    return made == nullptr ? std::filesystem::path() : std::filesystem::path(made);
  }

  const std::filesystem::path path_;
};

}  // namespace libcos::torture
