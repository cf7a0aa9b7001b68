// Where this executable stands, and what was installed with it.
#pragma once

#include <filesystem>
#include <string>

#include "cos/result.h"

namespace libcos::cli {

// Errors: kIo.
Result<std::filesystem::path> own_executable();

// Where the unpacked extension stands: in a build tree, or where the package puts it. Empty: it is not there.
std::filesystem::path extension_directory(const std::filesystem::path& executable);

// `path` from the root on. Errors: kIo, where it is below the current directory and that was deleted.
Result<std::filesystem::path> absolute_path(const std::string& path);

// As a shell takes it for one word.
std::string quoted(const std::string& text);

}  // namespace libcos::cli
