// Many people against many stores.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "replay.h"

namespace cos_simulate {

struct Study {
  std::uint64_t people = 1;
  double days = 365;
  std::uint64_t seed = 1;
  bool controls = true;  // whether it is also tried without them
  std::vector<std::uint64_t> capacities{1'000'000'000,  2'000'000'000,  5'000'000'000,
                                        10'000'000'000, 20'000'000'000, 100'000'000'000};
  std::vector<Policy> policies{
      Policy::kLeastRecentlyRead, Policy::kOldestFirst,  Policy::kLfuAgeing, Policy::kGdsf,       Policy::kGdsfBytes,
      Policy::kLargestFirst,      Policy::kSizeTimesAge, Policy::kRandom,    Policy::kClairvoyant};
};

// One store size and one way of keeping it, summed over all people.
struct Result {
  std::string name;
  std::uint64_t capacity;
  Outcome outcome;
};

// For each size: without cos; each policy; then the first policy without the controls on what sites are told.
// The same whatever the number of threads. `progress`: people done, people in all.
std::vector<Result> run(const Study& study, const World& world, unsigned threads,
                        const std::function<void(std::uint64_t, std::uint64_t)>& progress);

}  // namespace cos_simulate
