// Whether a browser's profiles have our extension, by what the browser wrote down about itself. Only read.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace libcos {

struct InstalledExtension {
  std::filesystem::path profile;
  std::filesystem::path directory;  // of its files; empty when the profile does not say
  std::string version;              // empty when it cannot be known
  bool enabled = true;
};

struct ProfileExtensions {
  std::vector<std::filesystem::path> profiles;
  std::size_t unreadable = 0;  // profiles that cannot tell
  std::vector<InstalledExtension> installed;
};

// Looks at all profiles below a user data directory. What was loaded with --load-extension is not written down by
// a browser, and so not found.
ProfileExtensions find_extension(const std::filesystem::path& user_data_directory);

// The version in an extension's own manifest; empty when there is none.
std::string extension_version(const std::filesystem::path& directory);

}  // namespace libcos
