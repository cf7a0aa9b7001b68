// Random numbers that are the same on every machine: the standard library's distributions are not.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace cos_simulate {

// SplitMix64 (Steele, Lea, Flood, 2014).
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}
  // From a seed and the numbers of what is drawn for: the order in which things are drawn does not matter.
  Draw(std::uint64_t seed, std::initializer_list<std::uint64_t> subject);

  std::uint64_t next();
  double uniform();  // [0, 1)
  double normal();
  std::uint32_t below(std::uint32_t bound);  // [0, bound)
  std::uint32_t geometric(double mean);      // 1, 2, …

 private:
  std::uint64_t state_;
};

// Ranks 0, 1, … with probabilities in proportion to 1 / (rank + 1)^skew.
class Zipf {
 public:
  Zipf(std::uint32_t count, double skew);
  [[nodiscard]] std::uint32_t operator()(Draw& draw) const;
  // Among the first `count` ranks.
  [[nodiscard]] std::uint32_t operator()(Draw& draw, std::uint32_t count) const;

 private:
  std::vector<double> cumulated_;
};

}  // namespace cos_simulate
