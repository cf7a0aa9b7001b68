#include "rules/rate_limiter.h"

#include <gtest/gtest.h>

#include <string>

namespace libcos {
namespace {

unsigned taken(RateLimiter& limiter, const std::string& key, std::uint32_t rate, std::int64_t now, unsigned tries) {
  unsigned count = 0;
  for (unsigned i = 0; i < tries; ++i) {
    count += limiter.take(key, rate, now) ? 1U : 0U;
  }
  return count;
}

TEST(RateLimiter, LetsABurstThroughAndThenTheRate) {
  RateLimiter limiter;
  EXPECT_EQ(taken(limiter, "a", 20, 0, 1000), 200U);
  EXPECT_EQ(taken(limiter, "a", 20, 1000, 1000), 20U);
  EXPECT_EQ(taken(limiter, "a", 20, 1'000'000, 1000), 200U) << "never more than a burst";
}

TEST(RateLimiter, LimitsEachKeyByItsOwnRequestsOnly) {
  RateLimiter limiter;
  EXPECT_EQ(taken(limiter, "a", 20, 0, 1000), 200U);
  EXPECT_EQ(taken(limiter, "b", 20, 0, 1000), 200U);
}

TEST(RateLimiter, ZeroIsNoLimit) {
  RateLimiter limiter;
  EXPECT_EQ(taken(limiter, "a", 0, 0, 100'000), 100'000U);
  EXPECT_EQ(limiter.buckets(), 0U);
}

TEST(RateLimiter, IsBoundedInMemoryAndKeepsThoseInUse) {
  RateLimiter limiter;
  EXPECT_EQ(taken(limiter, "busy", 20, 0, 1000), 200U);
  for (std::size_t i = 0; i < 3 * RateLimiter::kMostBuckets; ++i) {
    limiter.take("k" + std::to_string(i), 20, 0);
    limiter.take("busy", 20, 0);
  }
  EXPECT_EQ(limiter.buckets(), RateLimiter::kMostBuckets);
  EXPECT_FALSE(limiter.take("busy", 20, 0)) << "it was not forgotten";
}

TEST(RateLimiter, AClockThatGoesBackGivesNothingAway) {
  RateLimiter limiter;
  EXPECT_EQ(taken(limiter, "a", 20, 10'000, 1000), 200U);
  EXPECT_EQ(taken(limiter, "a", 20, 0, 1000), 0U);
}

TEST(RateLimiter, AClockThatGoesBackTakesNothingAway) {
  RateLimiter limiter;
  EXPECT_EQ(taken(limiter, "a", 20, 1'000'000, 100), 100U);
  EXPECT_EQ(taken(limiter, "a", 20, 0, 1000), 100U) << "what was left";
  EXPECT_EQ(taken(limiter, "a", 20, 1000, 1000), 20U) << "and it fills as before";
}

}  // namespace
}  // namespace libcos
