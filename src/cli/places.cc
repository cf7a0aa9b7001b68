#include "cli/places.h"

#include <string_view>
#include <system_error>

namespace libcos::cli {

namespace fs = std::filesystem;

Result<fs::path> own_executable() {
  std::error_code error;
  fs::path path = fs::read_symlink("/proc/self/exe", error);
  if (error) {
    return fail(ErrorCode::kIo, "Cannot find out where the cos executable is: " + error.message() + ".");
  }
  return path;
}

fs::path extension_directory(const fs::path& executable) {
  const fs::path prefix = executable.parent_path().parent_path();
  std::error_code error;
  for (const char* place : {"extension/chromium", "share/cos/extension/chromium"}) {
    if (fs::exists(prefix / place / "manifest.json", error)) {
      return prefix / place;
    }
  }
  return {};
}

Result<fs::path> absolute_path(const std::string& path) {
  std::error_code error;
  fs::path absolute = fs::absolute(path, error);
  if (error) {
    return fail(ErrorCode::kIo, "Cannot find out where '" + path + "' is: " + error.message() + ".",
                "Give its path from the root on.");
  }
  return absolute;
}

std::string quoted(const std::string& text) {
  constexpr std::string_view kHarmless = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+=:@%,";
  if (!text.empty() && text.find_first_not_of(kHarmless) == std::string::npos) {
    return text;
  }
  std::string word = "'";
  for (const char c : text) {
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return word + "'";
}

}  // namespace libcos::cli
