// The arithmetic of storage limits (specification, section 10).
#pragma once

#include <cstdint>

namespace libcos {

struct Budget {
  std::uint64_t total;  // bytes that the store may hold
  std::uint64_t share;  // bytes that one storing origin may be charged
};

// `percent` of `bytes`, rounded down, without overflow.
std::uint64_t percent_of(std::uint64_t bytes, std::uint64_t percent);

// From the disk's total capacity, never from its free space: that would tell pages what else is stored.
Budget budget_from(std::uint64_t capacity, std::uint64_t percent, std::uint64_t ceiling, std::uint64_t share_percent);

}  // namespace libcos
