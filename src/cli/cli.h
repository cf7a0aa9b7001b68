// The command line as a function, for main() and for tests that give it a store and an administrator of their own.
#pragma once

#include "cos/store.h"

namespace libcos::cli {

// Returns the exit code. `store` says which store the commands work on; a user says it by the environment only.
int run_cli(int argc, const char* const* argv, const StoreOptions& store);

}  // namespace libcos::cli
