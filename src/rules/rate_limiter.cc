#include "rules/rate_limiter.h"

#include <algorithm>

namespace libcos {

bool RateLimiter::take(std::string_view key, std::uint32_t rate, std::int64_t now) {
  if (rate == 0) {
    return true;
  }
  const double most = static_cast<double>(rate) * static_cast<double>(kBurstMs) / 1000;
  const std::string name(key);
  auto found = buckets_.find(name);
  if (found == buckets_.end()) {
    if (buckets_.size() >= kMostBuckets) {
      buckets_.erase(order_.front());
      order_.pop_front();
    }
    order_.push_back(name);
    found = buckets_.emplace(name, Bucket{most, now, std::prev(order_.end())}).first;
  }
  Bucket& bucket = found->second;
  order_.splice(order_.end(), order_, bucket.order);
  const double elapsed = static_cast<double>(std::max<std::int64_t>(0, now - bucket.filled_at));
  bucket.tokens = std::min(most, bucket.tokens + elapsed * rate / 1000);
  bucket.filled_at = now;
  if (bucket.tokens < 1) {
    return false;
  }
  bucket.tokens -= 1;
  return true;
}

}  // namespace libcos
