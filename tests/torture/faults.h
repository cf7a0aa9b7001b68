// Breaks system calls of this process that change files below one directory: the process dies at the n-th of them, or
// the call fails. The calls are replaced in the executable itself (faults.cc), so SQLite's are counted as libcos's own
// are.
#pragma once

#include <atomic>
#include <filesystem>
#include <string_view>

#include "torture/journal.h"

namespace libcos::torture {

enum class Fault {
  kNone,        // only count
  kDieBefore,   // SIGKILL instead of the call
  kDieAfter,    // SIGKILL when it is done
  kDieHalfway,  // SIGKILL when half of a write is done; as kDieBefore for other calls
  kFail,        // the call fails, this once
  kFailOn,      // this call and all after it fail
  kShort,       // a write writes half, this once; other calls are left alone
};

// What is to happen. Lives in memory that a forked process shares with its parent.
struct Plan {
  Fault fault = Fault::kNone;
  int at = 0;     // which call, from 1
  int error = 0;  // errno of a failing call
  std::atomic<int> calls = 0;
  std::atomic<bool> struck = false;
};

// From now on calls below `directory` that succeed are noted. Calls of one thread at a time.
void record(const std::filesystem::path& directory, Journal& journal);

// From now on calls below `directory` count. Only one plan at a time; `plan` must outlive it.
void arm(const std::filesystem::path& directory, Plan& plan);
void disarm();

std::string_view name_of(Fault fault);

}  // namespace libcos::torture
