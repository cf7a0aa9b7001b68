// Rate limits (specification, section 6): against abuse, not for privacy. A token bucket for each key, in a bounded
// number of buckets.
//
// Whether a request is let through depends on the requests of its own key alone, never on what the store holds:
// a refusal says nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace libcos {

// Not thread-safe.
class RateLimiter {
 public:
  static constexpr std::size_t kMostBuckets = 4096;
  // A bucket holds what `rate` gives in this time.
  static constexpr std::int64_t kBurstMs = 10'000;

  // Takes one token of `key` at `now` (milliseconds of a clock that never goes back). `rate`: tokens a second;
  // 0: no limit.
  bool take(std::string_view key, std::uint32_t rate, std::int64_t now);

  [[nodiscard]] std::size_t buckets() const { return buckets_.size(); }

 private:
  struct Bucket {
    double tokens;
    std::int64_t filled_at;
    std::list<std::string>::iterator order;
  };

  std::unordered_map<std::string, Bucket> buckets_;
  // Least recently used first. A bucket that fell out had the longest time to fill up: forgetting it gives away
  // least. With more keys in use at once than there are buckets nobody is limited by their own requests alone any
  // more; the memory stays bounded.
  std::list<std::string> order_;
};

}  // namespace libcos
