// A store like one that a person has after a while: files of real sizes, many of them with names.
#pragma once

#include <cstddef>
#include <filesystem>

#include "cos/realm.h"

namespace libcos::scale {

// For pictures and for measuring what lists them. The files are holes below their first bytes: they take no room, and
// their bytes do not have the hashes that the registry says.
void populate_library(const std::filesystem::path& directory, std::size_t entries, const Realm& realm);

}  // namespace libcos::scale
