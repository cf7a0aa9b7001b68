// The end of a store: for uninstalling.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "cos/result.h"

namespace libcos {

struct PurgeReport {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::vector<std::filesystem::path> kept;  // what stands in the directory and is not the store's
};

// Deletes the store in this directory, with all entries, settings and secrets, and the directory unless something else
// stands in it. No other process may have the store open, and none of this process. Links in browser profiles are not
// looked for: Store::remove_links() before this. Errors: kNotFound (no store is there) and kBusy, with nothing deleted;
// kIo.
Result<PurgeReport> purge_store(const std::filesystem::path& directory);

}  // namespace libcos
