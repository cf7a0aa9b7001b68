// What must hold of any simulation, whatever the assumptions.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "study.h"

namespace cos_simulate {
namespace {

Assumptions assumptions() {
  std::ifstream file(COS_ASSUMPTIONS);
  Assumptions all = Assumptions::from_json({std::istreambuf_iterator<char>(file), {}});
  all.sites = 300;
  return all;
}

// All files of one size, all of them for everybody: what an eviction order does is then all that differs.
Assumptions equal_sizes() {
  Assumptions all = assumptions();
  for (Sort& sort : all.sorts) {
    sort.median_bytes = 1'000'000;
    sort.spread = 0;
    sort.listed = sort.count;
  }
  return all;
}

constexpr std::uint64_t kFewFiles = 60'000'000;
constexpr Rules kNoControls{.lookup_budget = false, .grease = false};

TEST(SimulateTest, NoOrderSavesMoreThanTheClairvoyantWhenAllSizesAreEqual) {
  const Trace trace = World(equal_sizes(), 1).year_of(0, 60);
  const Outcome best = replay(trace, Policy::kClairvoyant, kFewFiles, kNoControls);
  for (const auto& [policy, name] : kPolicies) {
    const Outcome outcome = replay(trace, policy, kFewFiles, kNoControls);
    EXPECT_LE(outcome.hit_bytes, best.hit_bytes) << name;
    EXPECT_GT(outcome.evicted, 0U) << name;
    EXPECT_EQ(outcome.bytes, best.bytes) << name;
  }
}

TEST(SimulateTest, ALargerStoreHitsNoLessWhenTheLeastRecentlyReadGoesFirst) {
  const Trace trace = World(equal_sizes(), 1).year_of(0, 60);
  Outcome before;
  for (const std::uint64_t files : {10U, 20U, 40U, 80U, 160U, 320U}) {
    const Outcome outcome = replay(trace, Policy::kLeastRecentlyRead, files * 1'000'000, kNoControls);
    EXPECT_GT(outcome.hits, before.hits);
    before = outcome;
  }
}

TEST(SimulateTest, NoStoreEverHoldsMoreThanItMay) {
  const Trace trace = World(assumptions(), 1).year_of(0, 60);
  for (const auto& [policy, name] : kPolicies) {
    for (const std::uint64_t capacity : {20'000'000U, 500'000'000U}) {
      const Outcome outcome = replay(trace, policy, capacity, {});
      EXPECT_LE(outcome.most_bytes, capacity) << name;
      EXPECT_GT(outcome.most_bytes, capacity / 2) << name;
    }
  }
}

TEST(SimulateTest, WithoutCosNoSiteFindsWhatAnotherLoaded) {
  const Trace trace = World(assumptions(), 1).year_of(0, 30);
  EXPECT_EQ(replay(trace, Policy::kLeastRecentlyRead, 1'000'000'000'000, {.partitioned = true}).first_hits, 0U);
  EXPECT_GT(replay(trace, Policy::kLeastRecentlyRead, 1'000'000'000'000, {}).first_hits, 0U);
}

TEST(SimulateTest, TheControlsCostHitsAndSaveNone) {
  const Trace trace = World(assumptions(), 1).year_of(0, 60);
  const auto hits = [&](const Rules& rules) {
    return replay(trace, Policy::kLeastRecentlyRead, 1'000'000'000'000, rules).hits;
  };
  EXPECT_LT(hits({.grease = false}), hits(kNoControls));
  EXPECT_LT(hits({.lookup_budget = false}), hits(kNoControls));
}

TEST(SimulateTest, ASeedGivesTheSamePeopleHoweverManyThreadsThereAre) {
  Study study{.people = 3, .days = 10, .capacities = {200'000'000}};
  const auto outcome = [&](std::uint64_t seed, unsigned threads) {
    return run(study, World(assumptions(), seed), threads, [](std::uint64_t, std::uint64_t) {}).at(1).outcome;
  };
  EXPECT_EQ(outcome(1, 1), outcome(1, 3));
  EXPECT_NE(outcome(1, 1), outcome(2, 1));
}

}  // namespace
}  // namespace cos_simulate
