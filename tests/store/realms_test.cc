// Nothing that one profile stores or reads shows in another, but for the listed global grant.
#include <rapidcheck.h>

#include "store/store_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";
const std::string kB = "https://b.test";
constexpr std::size_t kMiB = std::size_t{1} << 20U;

using RealmsTest = StoreTest;

std::string file(char name, std::size_t mib) { return std::string(mib * kMiB, name); }

TEST_F(RealmsTest, WhatAnotherProfileStoresMakesNoRoomAndTakesNone) {
  // The same origin in two profiles; whether it may store must be a function of what it stored in its own.
  ASSERT_TRUE(store_.set_setting("budget.ceiling", "100MiB"));
  ASSERT_TRUE(store_.set_setting("budget.origin-percent", "4"));
  ASSERT_TRUE(put(kA, file('x', 3), {}, profile('a')));
  ASSERT_TRUE(put(kB, file('x', 3), {}, profile('b'))) << "another profile's site stores the same bytes";
  ASSERT_TRUE(put(kA, file('y', 3), {}, profile('a'))) << "its own, sole-owned in its profile, made room";
  EXPECT_EQ(ask(kA, hash_of(file('x', 3)), profile('a')), Disclosure::kRefused);
  EXPECT_EQ(ask(kB, hash_of(file('x', 3)), profile('b')), Disclosure::kStoringOrigin) << "and the other kept its";
  EXPECT_EQ(read(hash_of(file('x', 3))), file('x', 3));
  expect_totals_to_be_right();
}

TEST_F(RealmsTest, BudgetsOfOneProfileAreNotSpentInAnother) {
  ASSERT_TRUE(store_.set_setting("lookup.budget", "on"));
  ASSERT_TRUE(store_.set_setting("write.files", "2"));
  for (int i = 0; i < 20; ++i) {
    ask(kB, hash_of(std::to_string(i)), profile('a'));
  }
  const auto left = [&](char realm) {
    return store_.explain_read({profile(realm), origin_of(kB)}, hash_of("next"))->lookups_left;
  };
  EXPECT_EQ(left('a'), 0U);
  EXPECT_EQ(left('b'), 15U);
  ASSERT_TRUE(put(kA, "1", {}, profile('a')));
  ASSERT_TRUE(put(kA, "2", {}, profile('a')));
  EXPECT_FALSE(put(kA, "3", {}, profile('a')));
  EXPECT_TRUE(put(kA, "3", {}, profile('b')));
}

TEST_F(RealmsTest, ClearingOneProfileLeavesTheOther) {
  ASSERT_TRUE(put(kA, "text", {}, profile('a')));
  ASSERT_TRUE(put(kA, "text", {}, profile('b')));
  ASSERT_TRUE(store_.clear_all(profile('a')));
  EXPECT_EQ(ask(kA, hash_of("text"), profile('a')), Disclosure::kRefused);
  EXPECT_EQ(ask(kA, hash_of("text"), profile('b')), Disclosure::kStoringOrigin);
}

TEST_F(RealmsTest, WhyTellsThatAnEntryIsOpenInAnotherProfileOnly) {
  ASSERT_TRUE(put(kA, "text", {}, profile('a')));
  EXPECT_EQ(why(kA, hash_of("text"), profile('b')), MissReason::kOtherRealm);
  EXPECT_EQ(why(kB, hash_of("text"), profile('b')), MissReason::kNoGrant);
}

// The supercookie from one profile to another: whatever is written in one, no question in the other has another
// answer than it would have had.
TEST_F(RealmsTest, NoWritesInOneProfileChangeAnAnswerInAnother) {
  const std::vector<std::string> origins{kA, "https://www.a.test", kB};
  EXPECT_TRUE(rc::check([&] {
    const auto answers = [&] {
      std::vector<Disclosure> all;
      for (const std::string& origin : origins) {
        for (const std::string& page : origins) {
          all.push_back(ask_as(framed(origin, page, profile('b')), hash_of("x")));
          all.push_back(ask_as(framed(origin, page, profile('b')), hash_of("y")));
        }
      }
      return all;
    };
    if (*rc::gen::arbitrary<bool>()) {
      RC_ASSERT(put(kA, "y", Scope::list({origin_of(kB)}), profile('b')).has_value());
    }
    const auto before = answers();
    for (const unsigned step : *rc::gen::container<std::vector<unsigned>>(rc::gen::inRange(0U, 18U))) {
      const Scope scope = step % 3 == 0   ? Scope::same_site()
                          : step % 3 == 1 ? Scope::list({origin_of(origins[step / 6])})
                                          : Scope::global();
      RC_ASSERT(put(origins[step / 6], step % 2 == 0 ? "x" : "y", scope, profile('a')).has_value());
    }
    RC_ASSERT(answers() == before);
    RC_ASSERT(store_.clear_all(std::nullopt).has_value());
  }));
}

}  // namespace
}  // namespace libcos
