#include "rules/lookup_budget.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <map>
#include <vector>

namespace libcos {
namespace {

using enum LookupOutcome;

constexpr std::int64_t kNow = 1'800'000'000'000;
constexpr std::int64_t kHour = 3600LL * 1000;

const LookupLimits kDefaults;

LookupAccount fresh() {
  LookupAccount account;
  refill(account, kDefaults, kNow, false);
  return account;
}

// How many of `answers` the page is told before its budget is spent.
std::size_t told(const std::vector<LookupOutcome>& answers, const LookupLimits& limits = kDefaults) {
  LookupAccount account = fresh();
  std::size_t count = 0;
  for (const LookupOutcome answer : answers) {
    if (!can_pay(account, limits)) {
      break;
    }
    charge(account, answer);
    ++count;
  }
  return count;
}

std::vector<LookupOutcome> run(std::size_t count, LookupOutcome answer) { return {count, answer}; }

std::vector<LookupOutcome> operator+(std::vector<LookupOutcome> a, const std::vector<LookupOutcome>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(LookupBudget, SixteenDistinctMissesOrSmallFilesAreAllowedWhateverTheirPattern) {
  for (unsigned pattern = 0; pattern < 1U << 16U; ++pattern) {
    std::vector<LookupOutcome> answers;
    for (unsigned bit = 0; bit < 16; ++bit) {
      answers.push_back((pattern >> bit & 1U) != 0 ? kSmallHit : kMiss);
    }
    ASSERT_EQ(told(answers + run(1, kSmallHit)), 16U) << pattern;
  }
}

TEST(LookupBudget, LargeFilesThatAreFoundAreNotCounted) {
  EXPECT_EQ(told(run(108, kLargeHit)), 108U) << "an 8 billion parameter model in 108 parts";
  EXPECT_EQ(told(run(16, kSmallHit) + run(1, kLargeHit)), 16U) << "but a spent budget is spent for all";
}

TEST(LookupBudget, RealModelLoadsFitIntoAWindow) {
  EXPECT_EQ(told({kLargeHit}), 1U) << "one file";
  EXPECT_EQ(told(run(6, kSmallHit) + run(40, kLargeHit)), 46U) << "40 parts and the small files beside them";
  EXPECT_EQ(told(run(4, kMiss) + run(1, kLargeHit)), 5U) << "the one of five variants that is there";
  EXPECT_EQ(told(run(4, kMiss) + run(108, kLargeHit)), 112U) << "in 108 parts";
  EXPECT_EQ(told(run(6, kMiss) + run(40, kLargeHit)), 46U) << "the small files are the site's own";
  EXPECT_EQ(told(run(6, kSmallHit) + run(40, kLargeHit) + run(6, kMiss)), 52U)
      << "two models, one of which is not there";
}

TEST(LookupBudget, ATrackerThatReadsAnIdentifierFromLargeFilesIsStopped) {
  std::vector<LookupOutcome> identifier;
  for (unsigned i = 0; i < 64; ++i) {
    identifier.push_back(i * 2654435761U >> 31U != 0 ? kLargeHit : kMiss);
  }
  EXPECT_LE(told(identifier), 20U);
}

// The theorem that the budget stands on: of the sequences of answers that can be paid for there are at most 2^B,
// so nobody learns more than B bits, whatever was asked and however it was stored.
TEST(LookupBudget, TheChargesOfAllSequencesSatisfyKraftsInequality) {
  LookupLimits limits;
  limits.hashes = 1000;
  double sum = 0;
  const auto explore = [&](const auto& self, const LookupAccount& account, unsigned depth) -> void {
    if (depth == 0 || !can_pay(account, limits)) {
      sum += std::exp2(-account.bits);
      return;
    }
    for (const LookupOutcome answer : {kMiss, kLargeHit}) {
      LookupAccount next = account;
      charge(next, answer);
      EXPECT_LE(next.bits, limits.bits + 1e-6);
      self(self, next, depth - 1);
    }
  };
  limits.bits = 12;
  explore(explore, fresh(), 18);
  EXPECT_NEAR(sum, 1, 1e-9);
}

TEST(LookupBudget, NoAnswerIsWithheldForWhatItWouldHaveBeen) {
  EXPECT_TRUE(rc::check([] {
    LookupAccount account = fresh();
    for (const int answer : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 3))) {
      if (can_pay(account, kDefaults)) {
        for (const bool hit : {false, true}) {
          RC_ASSERT(account.bits + surprise(account, hit) <= kDefaults.bits + 1e-6);
        }
        charge(account, static_cast<LookupOutcome>(answer));
      }
    }
  }));
}

TEST(LookupBudget, AWindowIsRefilledOnlyWhenItIsOverAndTheUserIsThere) {
  LookupAccount spent = fresh();
  while (can_pay(spent, kDefaults)) {
    charge(spent, kMiss);
  }
  LookupAccount account = spent;
  refill(account, kDefaults, kNow + 23 * kHour, true);
  EXPECT_FALSE(can_pay(account, kDefaults)) << "too early";
  refill(account, kDefaults, kNow + 25 * kHour, false);
  EXPECT_FALSE(can_pay(account, kDefaults)) << "nobody has touched the page";
  refill(account, kDefaults, kNow + 25 * kHour, true);
  EXPECT_TRUE(can_pay(account, kDefaults));
  LookupLimits relaxed = kDefaults;
  relaxed.refill_needs_activation = false;
  refill(spent, relaxed, kNow + 25 * kHour, false);
  EXPECT_TRUE(can_pay(spent, relaxed));
}

TEST(LookupBudget, PatienceIsBoundedByTheMonth) {
  LookupAccount account = fresh();
  double learned = 0;
  for (int day = 0; day < 30; ++day) {
    refill(account, kDefaults, kNow + day * 24 * kHour, true);
    for (int i = 0; can_pay(account, kDefaults); ++i) {
      const double before = account.month_bits;
      charge(account, (i * 7 + day) % 3 == 0 ? kSmallHit : kMiss);
      learned += account.month_bits - before;
    }
  }
  EXPECT_LE(learned, kDefaults.month_bits + 1e-6);
  refill(account, kDefaults, kNow + 31 * 24 * kHour, true);
  EXPECT_TRUE(can_pay(account, kDefaults));
}

TEST(LookupBudget, AClockThatIsSetBackDoesNotCloseTheBudgetForYears) {
  LookupAccount account = fresh();
  while (can_pay(account, kDefaults)) {
    charge(account, kMiss);
  }
  const std::int64_t long_ago = kNow - 1000 * 24 * kHour;
  refill(account, kDefaults, long_ago, true);
  EXPECT_FALSE(can_pay(account, kDefaults));
  refill(account, kDefaults, long_ago + 25 * kHour, true);
  EXPECT_TRUE(can_pay(account, kDefaults));
}

}  // namespace
}  // namespace libcos
