#include "phl/search.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace libcos {
namespace {

// After so many interpolations, half a million evenly spread digests leave some twenty between guess and goal:
// walking there is quicker than halving, which no processor can predict. Who chose the digests makes us halve.
constexpr int kInterpolations = 2;
constexpr int kSteps = 96;

std::uint64_t leading_bits(const ListDigest& digest) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, digest.data(), sizeof(bits));
  return std::endian::native == std::endian::little ? __builtin_bswap64(bits) : bits;
}

// How many of `count` evenly spread digests begin with less than `bits`.
std::size_t expected_below(std::uint64_t bits, std::size_t count) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::size_t>((static_cast<Wide>(bits) * count) >> 64U);
}

std::optional<std::size_t> halve(std::span<const ListDigest> digests, std::size_t low, std::size_t high,
                                 const ListDigest& wanted) {
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const int order = std::memcmp(wanted.data(), digests[middle].data(), wanted.size());
    if (order == 0) {
      return middle;
    }
    (order > 0 ? low : high) = order > 0 ? middle + 1 : middle;
  }
  return std::nullopt;
}

// The digest at `at` begins as the wanted one does, which nearly always makes it the one.
std::optional<std::size_t> among_alike(std::span<const ListDigest> digests, std::size_t low, std::size_t at,
                                       std::size_t high, const ListDigest& wanted) {
  return digests[at] == wanted ? std::optional(at) : halve(digests, low, high, wanted);
}

}  // namespace

std::optional<std::size_t> find_digest(std::span<const ListDigest> digests, const ListDigest& wanted) {
  const std::uint64_t bits = leading_bits(wanted);
  // The wanted one is in [low, high), if it is anywhere.
  std::size_t low = 0;
  std::size_t high = digests.size();
  std::size_t at = expected_below(bits, digests.size());
  for (int i = 0; i < kInterpolations && low < high; ++i) {
    const std::uint64_t there = leading_bits(digests[at]);
    if (there == bits) {
      return among_alike(digests, low, at, high, wanted);
    }
    if (there < bits) {
      low = at + 1;
      at = std::min(low + expected_below(bits - there, digests.size()), std::max(high, std::size_t{1}) - 1);
    } else {
      high = at;
      const std::size_t distance = expected_below(there - bits, digests.size()) + 1;
      at = high - low > distance ? high - distance : low;
    }
  }
  for (int i = 0; i < kSteps && low < high; ++i) {
    const std::uint64_t there = leading_bits(digests[at]);
    if (there == bits) {
      return among_alike(digests, low, at, high, wanted);
    }
    if (there < bits) {
      low = at + 1;
      ++at;
    } else {
      high = at;
      at = std::max(at, low + 1) - 1;
    }
  }
  return halve(digests, low, high, wanted);
}

}  // namespace libcos
