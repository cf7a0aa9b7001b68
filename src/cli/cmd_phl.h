#pragma once

#include <CLI/CLI.hpp>

#include "cli/app.h"

namespace libcos::cli {

// `cos phl build`, which has a file of its own.
void add_phl_build(CLI::App& phl, App& app);

}  // namespace libcos::cli
