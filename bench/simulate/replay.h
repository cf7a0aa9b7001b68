// One person's requests against one store, by the store's own rules of who is told what.
#pragma once

#include <cstdint>

#include "cache.h"
#include "world.h"

namespace cos_simulate {

struct Rules {
  bool lookup_budget = true;  // with the defaults of libcos
  bool grease = true;
  // Each site keeps its own copy of everything, as browsers do without cos.
  bool partitioned = false;
};

// Sums of whole numbers: the order in which they are added makes no difference.
struct Outcome {
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;  // asked for
  std::uint64_t hits = 0;
  std::uint64_t hit_bytes = 0;
  std::uint64_t firsts = 0;      // a site's first request for a file
  std::uint64_t first_hits = 0;  // of these, found: what only a shared store can do
  std::uint64_t first_hit_bytes = 0;
  std::uint64_t refused = 0;  // there, listed, and not told for want of budget
  std::uint64_t refused_bytes = 0;
  std::uint64_t suppressed = 0;  // there, listed, and hidden by GREASE
  std::uint64_t evicted = 0;
  std::uint64_t most_bytes = 0;  // that one store held at a time

  [[nodiscard]] std::uint64_t downloaded() const { return bytes - hit_bytes; }
  Outcome& operator+=(const Outcome& other);
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome replay(const Trace& trace, Policy policy, std::uint64_t capacity, const Rules& rules);

}  // namespace cos_simulate
