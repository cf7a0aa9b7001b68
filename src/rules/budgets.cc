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

}  // namespace libcos
