// Finding the marked file that the extension has just written into its origin private file system, on disk,
// below the profile of the browser that started us. Nothing else in a profile is ever opened for writing,
// and only files of exactly the marker's size are read.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

#include "cos/result.h"

namespace libcos {

class ProfileFiles {
 public:
  // Errors: kUnavailable when no such file can be found.
  Result<std::filesystem::path> find_marked(std::string_view marker);

 private:
  std::mutex mutex_;
  std::filesystem::path last_directory_;  // where the last one was: the next is likely beside it
};

// "cos-handover-marker-v1:" and 64 hex digits.
std::string marker_text(std::string_view marker);

}  // namespace libcos
