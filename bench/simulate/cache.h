// A store of bounded size, and the order in which it gives files up.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "draw.h"

namespace cos_simulate {

enum class Policy {
  kLeastRecentlyRead,
  kOldestFirst,  // by when it was stored
  kLfuAgeing,    // LFU-DA: reads, aged by what was evicted last
  kGdsf,         // GreedyDual-Size-Frequency with cost 1: reads per byte, aged
  kGdsfBytes,    // the same with the packets of a download as its cost: 2 + bytes / 536
  kLargestFirst,
  kSizeTimesAge,  // of 32 files at random that of the most byte-seconds since its last read
  kRandom,
  kClairvoyant,  // Belady: whose next read is the farthest
};

inline constexpr std::array<std::pair<Policy, std::string_view>, 9> kPolicies{{
    {Policy::kLeastRecentlyRead, "lru"},
    {Policy::kOldestFirst, "fifo"},
    {Policy::kLfuAgeing, "lfu-da"},
    {Policy::kGdsf, "gdsf"},
    {Policy::kGdsfBytes, "gdsf-bytes"},
    {Policy::kLargestFirst, "size"},
    {Policy::kSizeTimesAge, "size-age"},
    {Policy::kRandom, "random"},
    {Policy::kClairvoyant, "clairvoyant"},
}};

class Cache {
 public:
  // `files`: how many different ones there are.
  Cache(Policy policy, std::uint64_t capacity, std::uint32_t files);

  [[nodiscard]] bool holds(std::uint32_t file) const { return slots_[file].held; }
  // Once for each request, whether or not it hits: a read, or the storing of what was downloaded. `next`: when the
  // file is asked for next, in the same unit as `now`.
  void read(std::uint32_t file, std::uint64_t now, std::uint64_t next);
  void store(std::uint32_t file, std::uint64_t bytes, std::uint64_t now, std::uint64_t next);

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t most_bytes() const { return most_bytes_; }
  [[nodiscard]] std::uint64_t evicted() const { return evicted_; }

 private:
  struct Slot {
    std::uint64_t bytes = 0;
    std::uint64_t last = 0;
    double key = 0;
    std::uint32_t reads = 0;
    std::uint32_t place = 0;  // in held_
    bool held = false;
  };

  [[nodiscard]] double key_of(const Slot& slot, std::uint64_t now, std::uint64_t next) const;
  [[nodiscard]] bool is_ordered() const { return policy_ != Policy::kRandom && policy_ != Policy::kSizeTimesAge; }
  [[nodiscard]] std::uint32_t victim(std::uint64_t now);
  void evict(std::uint32_t file);

  const Policy policy_;
  const std::uint64_t capacity_;
  std::vector<Slot> slots_;
  std::set<std::pair<double, std::uint32_t>> order_;  // the least key goes first
  std::vector<std::uint32_t> held_;                   // for those that draw
  std::uint64_t bytes_ = 0;
  std::uint64_t most_bytes_ = 0;
  std::uint64_t evicted_ = 0;
  double age_ = 0;  // the key of what was evicted last
  Draw draw_{1};
};

}  // namespace cos_simulate
