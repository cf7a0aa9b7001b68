// Repair: makes a sound registry out of a damaged one. For the user, when Store::open() or Store::check_registry()
// says that the registry is damaged.
#pragma once

#include <cstdint>
#include <filesystem>

#include "cos/result.h"
#include "cos/store.h"

namespace libcos {

struct RebuildReport {
  std::uint64_t rows_kept = 0;
  // Rows that were read but say nothing without others that are lost, or that nobody could have written. How many
  // could not be read at all nobody knows.
  std::uint64_t rows_dropped = 0;
  // Of the registry's log, what had been stored for certain and can no longer be read: what was stored last may be
  // missing. What had come home from the log before is not.
  std::uint64_t log_bytes_lost = 0;
  std::filesystem::path old_registry;  // the directory to which the damaged one was moved
};

// Reads what can still be read of the registry in the store's directory into a new one, with its totals counted
// anew, and puts that in its place, atomically: a process that is killed meanwhile leaves the old one or the new one.
// The old one is kept in quarantine/. No other process may have the store open (kBusy), and none of this process.
// Errors: kBusy, kIo, kNewerStore.
Result<RebuildReport> rebuild_registry(const StoreOptions& options);

}  // namespace libcos
