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

// The write budget (section 6): files are counted, large ones weighed: one unit a file, and one more for each of
// these steps.
inline constexpr std::uint64_t kWriteUnitBytes = 64ULL << 20U;
inline constexpr std::int64_t kWriteWindowMs = 24LL * 3600 * 1000;

std::uint64_t write_units(std::uint64_t size);

// What of `units` still counts at `now`, when they were used since `window_start`.
std::uint64_t units_in_window(std::int64_t window_start, std::uint64_t units, std::int64_t now);

}  // namespace libcos
