// Bytes in a file that goes with its owner.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/files.h"
#include "fuzz/support.h"

namespace libcos::fuzz {

class TemporaryFile {
 public:
  explicit TemporaryFile(std::span<const std::uint8_t> bytes)
      : name_((std::filesystem::temp_directory_path() / "cos-fuzz-XXXXXX").string()), fd_(::mkstemp(name_.data())) {
    require(fd_.valid() && write_at(fd_, bytes, 0).has_value(), "there is room for a file");
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { ::unlink(name_.c_str()); }

  [[nodiscard]] std::filesystem::path path() const { return name_; }
  // At its beginning until somebody reads or writes by it.
  [[nodiscard]] int descriptor() const { return fd_.get(); }

 private:
  std::string name_;
  UniqueFd fd_;
};

}  // namespace libcos::fuzz
