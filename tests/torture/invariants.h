// What must hold of a store whatever happened to the process that used it.
#pragma once

#include <filesystem>
#include <string>

#include "torture/scenarios.h"

namespace libcos::torture {

// Opens the store as the next process would, and looks at everything. Empty: all is well; else what is not.
std::string broken_invariant(const std::filesystem::path& directory, const Scenario& scenario, bool acknowledged);

}  // namespace libcos::torture
