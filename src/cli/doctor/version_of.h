// Which cos an executable is.
#pragma once

#include <filesystem>
#include <string>

namespace libcos::cli {

// What `PROGRAM --version` says, as "0.1.0"; empty when it says something else, or nothing soon.
std::string version_of(const std::filesystem::path& program);

}  // namespace libcos::cli
