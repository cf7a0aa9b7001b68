#include "rules/budgets.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace libcos {
namespace {

constexpr std::uint64_t kMiB = 1U << 20U;

TEST(Budgets, AShareIsExactDownToTheByte) {
  EXPECT_EQ(percent_of(10 * kMiB, 40), 4 * kMiB);
  EXPECT_EQ(percent_of(UINT64_MAX, 100), UINT64_MAX);
  EXPECT_EQ(percent_of(99, 1), 0U);
}

TEST(Budgets, TheCeilingBoundsLargeDisksAndThePercentageSmallOnes) {
  EXPECT_EQ(budget_from(1000 * kMiB, 60, 5000 * kMiB, 20).total, 600 * kMiB);
  EXPECT_EQ(budget_from(1000 * kMiB, 60, 100 * kMiB, 20).total, 100 * kMiB);
  EXPECT_EQ(budget_from(1000 * kMiB, 60, 100 * kMiB, 20).share, 20 * kMiB);
}

TEST(Budgets, GrowWithTheDiskAndNeverExceedIt) {
  EXPECT_TRUE(rc::check([](std::uint64_t a, std::uint64_t b) {
    const auto percent = *rc::gen::inRange<std::uint64_t>(1, 101);
    RC_ASSERT(percent_of(std::min(a, b), percent) <= percent_of(std::max(a, b), percent));
    RC_ASSERT(percent_of(a, percent) <= a);
  }));
}

TEST(WriteBudget, AFileCountsOnceAndOnceMoreForEach64MiB) {
  EXPECT_EQ(write_units(0), 1U);
  EXPECT_EQ(write_units(64 * kMiB - 1), 1U);
  EXPECT_EQ(write_units(64 * kMiB), 2U);
  EXPECT_EQ(write_units(1024 * kMiB), 17U);
}

TEST(WriteBudget, UnitsCountForADay) {
  EXPECT_EQ(units_in_window(1000, 7, 1000), 7U);
  EXPECT_EQ(units_in_window(1000, 7, 1000 + kWriteWindowMs - 1), 7U);
  EXPECT_EQ(units_in_window(1000, 7, 1000 + kWriteWindowMs), 0U);
  EXPECT_EQ(units_in_window(1000, 7, 0), 7U) << "a clock that was set back";
}

}  // namespace
}  // namespace libcos
