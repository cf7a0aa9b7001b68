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

// As a shell takes it for one word.
std::string quoted(const std::string& text);

}  // namespace libcos::cli
