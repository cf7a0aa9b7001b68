#include "rules/budgets.h"

#include <algorithm>

namespace libcos {

std::uint64_t percent_of(std::uint64_t bytes, std::uint64_t percent) {
  return bytes / 100 * percent + bytes % 100 * percent / 100;
}

Budget budget_from(std::uint64_t capacity, std::uint64_t percent, std::uint64_t ceiling, std::uint64_t share_percent) {
  const std::uint64_t total = std::min(percent_of(capacity, percent), ceiling);
  return {total, percent_of(total, share_percent)};
}

std::uint64_t write_units(std::uint64_t size) { return 1 + size / kWriteUnitBytes; }

std::uint64_t units_in_window(std::int64_t window_start, std::uint64_t units, std::int64_t now) {
  // A window from the future is a clock that was set back: it counts. Who keeps the account lets it begin anew.
  return now - window_start >= kWriteWindowMs ? 0 : units;
}

}  // namespace libcos
