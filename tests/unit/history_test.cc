// The judge of concurrent histories must itself be right.
#include "torture/history.h"

#include <gtest/gtest.h>

namespace libcos::torture {
namespace {

using Kind = Operation::Kind;

TEST(HistoryTest, OneAfterTheOtherMustAgree) {
  EXPECT_TRUE(is_linearizable({}));
  EXPECT_TRUE(
      is_linearizable({{Kind::kRead, 0, false, 1, 2}, {Kind::kWrite, 0, false, 3, 4}, {Kind::kRead, 0, true, 5, 6}}));
  EXPECT_FALSE(is_linearizable({{Kind::kWrite, 0, false, 1, 2}, {Kind::kRead, 0, false, 3, 4}}));
  EXPECT_FALSE(is_linearizable({{Kind::kRead, 0, true, 1, 2}}));
  EXPECT_FALSE(is_linearizable({{Kind::kWrite, 0, false, 1, 2}, {Kind::kRemove, 0, false, 3, 4}}));
}

TEST(HistoryTest, WhatOverlapsMayHaveHappenedInAnyOrder) {
  EXPECT_TRUE(
      is_linearizable({{Kind::kWrite, 0, false, 1, 10}, {Kind::kRead, 0, false, 2, 3}, {Kind::kRead, 0, true, 4, 5}}));
  EXPECT_FALSE(
      is_linearizable({{Kind::kWrite, 0, false, 1, 10}, {Kind::kRead, 0, true, 2, 3}, {Kind::kRead, 0, false, 4, 5}}))
      << "what was there once is there until it is removed";
}

TEST(HistoryTest, WhatNeverReturnedMayHaveHappenedOrNot) {
  const Operation write{Kind::kWrite, 0, false, 1, kNeverReturned};
  EXPECT_TRUE(is_linearizable({write, {Kind::kRead, 0, true, 3, 4}}));
  EXPECT_TRUE(is_linearizable({write, {Kind::kRead, 0, false, 3, 4}}));
}

TEST(HistoryTest, OfTwoThatRemoveOneFindsIt) {
  const Operation write{Kind::kWrite, 0, false, 1, 2};
  EXPECT_TRUE(is_linearizable({write, {Kind::kRemove, 0, true, 3, 9}, {Kind::kRemove, 0, false, 3, 9}}));
  EXPECT_FALSE(is_linearizable({write, {Kind::kRemove, 0, true, 3, 9}, {Kind::kRemove, 0, true, 3, 9}}));
}

}  // namespace
}  // namespace libcos::torture
