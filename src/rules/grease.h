// GREASE (specification, section 6): now and then a read that only the global grant could disclose misses, so
// that a miss never proves absence.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "cos/hash.h"
#include "cos/origin.h"

namespace libcos {

// An entry of this size or more is never suppressed: fetching it again would cost too much.
inline constexpr std::uint64_t kGreaseExemptSize = std::uint64_t{500} * 1024U;

// What the decision is made from. Nothing else enters it: asking again, from a sibling origin, another frame or
// another tab is the same question and gets the same answer until the epoch ends. A fresh roll for each read could
// be averaged away.
struct GreaseQuestion {
  std::string_view realm;
  const Site& top_level;
  const Hash& hash;
  std::int64_t epoch;
};

// Whether the question falls among the `percent` that are suppressed, by HMAC-SHA-256 under `secret`. Asked about
// entries that are not there, too, so that every refusal does the same work.
bool grease_suppresses(std::span<const std::uint8_t> secret, const GreaseQuestion& question, unsigned percent);

}  // namespace libcos
