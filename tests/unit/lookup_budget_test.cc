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
    if (!can_pay(account, LookupKind::kNew, limits)) {
      break;
    }
    charge(account, LookupKind::kNew, answer);
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
    if (depth == 0 || !can_pay(account, LookupKind::kNew, limits)) {
      sum += std::exp2(-account.bits);
      return;
    }
    for (const LookupOutcome answer : {kMiss, kLargeHit}) {
      LookupAccount next = account;
      charge(next, LookupKind::kNew, answer);
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
      if (can_pay(account, LookupKind::kNew, kDefaults)) {
        for (const bool hit : {false, true}) {
          RC_ASSERT(account.bits + surprise(account, LookupKind::kNew, hit) <= kDefaults.bits + 1e-6);
        }
        charge(account, LookupKind::kNew, static_cast<LookupOutcome>(answer));
      }
    }
  }));
}

TEST(LookupBudget, LookingAgainAtWhatWasMissingCostsLittleAsLongAsItIsMissing) {
  LookupAccount account = fresh();
  for (int i = 0; i < 256; ++i) {
    ASSERT_TRUE(can_pay(account, LookupKind::kRecheck, kDefaults)) << i;
    charge(account, LookupKind::kRecheck, kMiss);
  }
  EXPECT_NEAR(account.bits, std::log2(257), 1e-9);
  EXPECT_EQ(account.counted, 0U);
  const double before = account.bits;
  charge(account, LookupKind::kRecheck, kSmallHit);
  EXPECT_GT(account.bits - before, 8) << "and what is there all of a sudden is a surprise";
  EXPECT_EQ(account.counted, 1U);
  charge(account, LookupKind::kRecheck, kLargeHit);
  EXPECT_EQ(account.counted, 1U) << "a large file that is found is not counted here either";
}

// New hashes and hashes that are looked at again, in any order: together they tell no more than the bits.
TEST(LookupBudget, BothKindsOfLookupShareTheBitsOfAWindow) {
  EXPECT_TRUE(rc::check([] {
    LookupAccount account = fresh();
    for (const unsigned step : *rc::gen::container<std::vector<unsigned>>(rc::gen::inRange(0U, 6U))) {
      const auto kind = step % 2 == 0 ? LookupKind::kNew : LookupKind::kRecheck;
      RC_ASSERT(std::abs(std::exp2(-surprise(account, kind, false)) + std::exp2(-surprise(account, kind, true)) - 1) <
                1e-9);
      if (can_pay(account, kind, kDefaults)) {
        charge(account, kind, static_cast<LookupOutcome>(step / 2));
      }
      RC_ASSERT(account.bits <= kDefaults.bits + 1e-6);
    }
  }));
}

TEST(LookupBudget, AWindowIsRefilledOnlyWhenItIsOverAndTheUserIsThere) {
  LookupAccount spent = fresh();
  while (can_pay(spent, LookupKind::kNew, kDefaults)) {
    charge(spent, LookupKind::kNew, kMiss);
  }
  LookupAccount account = spent;
  refill(account, kDefaults, kNow + 23 * kHour, true);
  EXPECT_FALSE(can_pay(account, LookupKind::kNew, kDefaults)) << "too early";
  refill(account, kDefaults, kNow + 25 * kHour, false);
  EXPECT_FALSE(can_pay(account, LookupKind::kNew, kDefaults)) << "nobody has touched the page";
  refill(account, kDefaults, kNow + 25 * kHour, true);
  EXPECT_TRUE(can_pay(account, LookupKind::kNew, kDefaults));
  LookupLimits relaxed = kDefaults;
  relaxed.refill_needs_activation = false;
  refill(spent, relaxed, kNow + 25 * kHour, false);
  EXPECT_TRUE(can_pay(spent, LookupKind::kNew, relaxed));
}

TEST(LookupBudget, PatienceIsBoundedByTheMonth) {
  LookupAccount account = fresh();
  double learned = 0;
  for (int day = 0; day < 30; ++day) {
    refill(account, kDefaults, kNow + day * 24 * kHour, true);
    for (int i = 0; can_pay(account, LookupKind::kNew, kDefaults); ++i) {
      const double before = account.bits;
      charge(account, LookupKind::kNew, (i * 7 + day) % 3 == 0 ? kSmallHit : kMiss);
      learned += account.bits - before;
    }
  }
  EXPECT_LE(learned, kDefaults.month_bits + 1e-6);
  refill(account, kDefaults, kNow + 31 * 24 * kHour, true);
  EXPECT_TRUE(can_pay(account, LookupKind::kNew, kDefaults));
}

TEST(LookupBudget, AWindowAndAMonthAreOverToTheMillisecond) {
  LookupAccount account = fresh();
  charge(account, LookupKind::kNew, kMiss);
  refill(account, kDefaults, kNow + kDefaults.window_ms - 1, true);
  EXPECT_EQ(account.counted, 1U);
  refill(account, kDefaults, kNow + kDefaults.window_ms, true);
  EXPECT_EQ(account.counted, 0U);
  refill(account, kDefaults, kNow + kLookupMonthMs - 1, true);
  EXPECT_EQ(account.month_bits, 1);
  refill(account, kDefaults, kNow + kLookupMonthMs, true);
  EXPECT_EQ(account.month_bits, 0);
}

TEST(LookupBudget, InANewWindowNothingForetellsTheFirstAnswersButTheMonthsBitsStayCharged) {
  LookupAccount account = fresh();
  for (const LookupOutcome answer : {kMiss, kMiss, kSmallHit, kSmallHit, kMiss}) {
    charge(account, LookupKind::kNew, answer);
  }
  charge(account, LookupKind::kRecheck, kMiss);
  LookupAccount expected = fresh();
  expected.window_start = kNow + kHour;
  expected.month_bits = account.bits;
  expected.rechecked = {1, 0};
  begin_window(account, kNow + kHour);
  EXPECT_EQ(account, expected);
}

TEST(LookupBudget, WhatWasLookedAtAgainForetellsNothingInTheNextMonth) {
  LookupAccount account = fresh();
  for (int i = 0; i < 15; ++i) {
    charge(account, LookupKind::kRecheck, kMiss);
  }
  EXPECT_NEAR(surprise(account, LookupKind::kRecheck, true), std::log2(17), 1e-9);
  refill(account, kDefaults, kNow + kLookupMonthMs, true);
  EXPECT_EQ(surprise(account, LookupKind::kRecheck, true), 1);
}

TEST(LookupBudget, AClockThatIsSetBackDoesNotCloseTheBudgetForYears) {
  LookupAccount account = fresh();
  while (can_pay(account, LookupKind::kNew, kDefaults)) {
    charge(account, LookupKind::kNew, kMiss);
  }
  const std::int64_t long_ago = kNow - 1000 * 24 * kHour;
  refill(account, kDefaults, long_ago, true);
  EXPECT_FALSE(can_pay(account, LookupKind::kNew, kDefaults));
  refill(account, kDefaults, long_ago + 25 * kHour, true);
  EXPECT_TRUE(can_pay(account, LookupKind::kNew, kDefaults));
}

TEST(LookupBudget, AClockThatIsSetBackDoesNotCloseTheMonthForYears) {
  LookupAccount account = fresh();
  account.month_bits = kDefaults.month_bits;
  const std::int64_t long_ago = kNow - 1000 * 24 * kHour;
  refill(account, kDefaults, long_ago, true);
  EXPECT_FALSE(can_pay(account, LookupKind::kNew, kDefaults));
  refill(account, kDefaults, long_ago + kLookupMonthMs, true);
  EXPECT_TRUE(can_pay(account, LookupKind::kNew, kDefaults));
}

}  // namespace
}  // namespace libcos
