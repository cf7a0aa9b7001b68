#include "phl/search.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace libcos {
namespace {

constexpr int kInterpolations = 3;

std::uint64_t leading_bits(const ListDigest& digest) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof(bits); ++i) {
    bits = bits << 8U | digest[i];  // one load and one swap, in the end
  }
  return bits;
}

// How many of `count` evenly spread digests begin with less than `bits`.
std::size_t expected_below(std::uint64_t bits, std::size_t count) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::size_t>((static_cast<Wide>(bits) * count) >> 64U);
}

// The part [low, high) of the digests in which the wanted one is, if it is anywhere.
class Search {
 public:
  Search(std::span<const ListDigest> digests, const ListDigest& wanted)
      : digests_(digests), wanted_(wanted), bits_(leading_bits(wanted)), high_(digests.size()) {}

  std::optional<std::size_t> run() {
    std::size_t at = expected_below(bits_, digests_.size());
    for (int i = 0; i < kInterpolations && low_ < high_; ++i) {
      const std::size_t probe = at;
      const int order = look_at(probe);
      if (order == 0) {
        return probe;
      }
      const std::uint64_t there = leading_bits(digests_[probe]);
      const std::size_t distance = expected_below(order > 0 ? bits_ - there : there - bits_, digests_.size());
      at = order > 0 ? probe + 1 + distance : (probe > distance ? probe - distance - 1 : 0);
      at = std::clamp(at, low_, std::max(low_, high_ - (high_ > low_ ? 1 : 0)));
    }
    return gallop(at);
  }

 private:
  // Above zero: the wanted digest comes after this one. Narrows the part.
  int look_at(std::size_t at) {
    const int order = std::memcmp(wanted_.data(), digests_[at].data(), wanted_.size());
    if (order > 0) {
      low_ = at + 1;
    } else {
      high_ = at;
    }
    return order;
  }

  // In steps that double, until the wanted digest is between two probes; then by halves.
  std::optional<std::size_t> gallop(std::size_t at) {
    int direction = 0;
    for (std::size_t step = 1; low_ < high_; step *= 2) {
      const int order = look_at(at);
      if (order == 0) {
        return at;
      }
      if (direction != 0 && (order > 0) != (direction > 0)) {
        break;
      }
      direction = order;
      at =
          order > 0 ? (step < high_ - low_ ? low_ + step - 1 : high_ - 1) : (step < high_ - low_ ? high_ - step : low_);
      if (low_ >= high_) {
        return std::nullopt;
      }
    }
    while (low_ < high_) {
      const std::size_t middle = low_ + (high_ - low_) / 2;
      if (look_at(middle) == 0) {
        return middle;
      }
    }
    return std::nullopt;
  }

  std::span<const ListDigest> digests_;
  const ListDigest& wanted_;
  std::uint64_t bits_;
  std::size_t low_ = 0;
  std::size_t high_;
};

}  // namespace

std::optional<std::size_t> find_digest(std::span<const ListDigest> digests, const ListDigest& wanted) {
  return Search(digests, wanted).run();
}

}  // namespace libcos
