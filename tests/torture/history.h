// Results of operations that overlapped in time, and whether some order explains them.
#pragma once

#include <cstdint>
#include <vector>

namespace libcos::torture {

struct Operation {
  enum class Kind : std::uint8_t { kWrite, kRemove, kRead };

  Kind kind;
  std::uint8_t file;
  bool found;         // kRemove, kRead: whether there was such an entry
  std::int64_t from;  // ns: when it was called
  std::int64_t to;    // ns: when it returned
};

// The return of an operation that was called and of which no more is known: it may have taken effect or not.
inline constexpr std::int64_t kNeverReturned = INT64_MAX;

// Whether the operations on one file could have taken effect one by one, each between its call and its return, on a
// file that was absent at first. (The algorithm of Wing and Gong, with the states of Lowe.)
bool is_linearizable(const std::vector<Operation>& operations);

}  // namespace libcos::torture
