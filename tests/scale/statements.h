// How much SQLite does: instructions of its virtual machine, in every connection that is opened after count_steps().
// They tell what a time cannot: whether a statement walks over rows that it does not need, on any machine under any
// load.
#pragma once

#include <cstdint>

namespace libcos::scale {

// Once in a process, before the first store is opened.
void count_steps();

struct Steps {
  std::int64_t instructions = 0;
  std::int64_t scanned = 0;  // steps forward in a full scan of a table
};

// Since the last call.
Steps take_steps();

}  // namespace libcos::scale
