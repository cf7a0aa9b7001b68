#include <rapidcheck.h>

#include <set>

#include "store/registry.h"
#include "store/store_fixture.h"

namespace libcos {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20U;

// A store with a budget of 10 MiB, and a share of 4 MiB for each origin.
class BudgetTest : public StoreTest {
 protected:
  BudgetTest() {
    EXPECT_TRUE(store_.set_setting("budget.ceiling", "10MiB"));
    EXPECT_TRUE(store_.set_setting("budget.origin-percent", "40"));
  }

  static std::string file(char name, std::size_t mib) { return std::string(mib * kMiB, name); }

  // Each a moment after the last, so that the order of reading is known.
  Result<Published> put_file(const std::string& origin, char name, std::size_t mib) {
    clock_.advance(1000);
    return put(origin, file(name, mib));
  }
  bool has(char name, std::size_t mib) { return store_.stat(hash_of(file(name, mib)))->has_value(); }
};

TEST_F(BudgetTest, TheTotalCountsBytesOnceAndEveryStorerIsChargedInFull) {
  ASSERT_TRUE(put_file("https://a.test", 'x', 3));
  ASSERT_TRUE(put_file("https://b.test", 'x', 3));
  EXPECT_EQ(store_.totals()->bytes, 3 * kMiB);
  const auto second = put_file("https://b.test", 'y', 2);
  ASSERT_FALSE(second) << "b is charged 3 MiB for what a stored, too";
  EXPECT_EQ(second.error().code, ErrorCode::kQuotaExceeded);
  EXPECT_TRUE(has('x', 3)) << "and what others stored does not make room for it";
  expect_totals_to_be_right();
}

TEST_F(BudgetTest, AnOriginOverItsShareEvictsItsOwnSoleEntriesOldestReadFirst) {
  ASSERT_TRUE(put_file("https://a.test", 'x', 2));
  ASSERT_TRUE(put_file("https://a.test", 'y', 2));
  ASSERT_TRUE(put_file("https://b.test", 'z', 2));
  clock_.advance(1000);
  ask("https://a.test", hash_of(file('x', 2)));
  ASSERT_TRUE(put_file("https://a.test", 'w', 2));
  EXPECT_TRUE(has('x', 2)) << "read last";
  EXPECT_FALSE(has('y', 2));
  EXPECT_TRUE(has('z', 2));
  expect_totals_to_be_right();
}

TEST_F(BudgetTest, AWriteThatCannotSucceedCostsNothing) {
  ASSERT_TRUE(put_file("https://a.test", 'x', 3));
  EXPECT_EQ(put_file("https://a.test", 'y', 5).error().code, ErrorCode::kQuotaExceeded) << "over the share alone";
  EXPECT_EQ(put_file("https://c.test", 'z', 11).error().code, ErrorCode::kQuotaExceeded) << "over the whole budget";
  EXPECT_TRUE(has('x', 3));
  EXPECT_EQ(incoming_files(), 0U);
}

TEST_F(BudgetTest, TheGlobalLimitEvictsTheLeastRecentlyReadOfAnyone) {
  ASSERT_TRUE(put_file("https://a.test", 'x', 4));
  ASSERT_TRUE(put_file("https://b.test", 'y', 4));
  clock_.advance(1000);
  ask("https://a.test", hash_of(file('x', 4)));
  ASSERT_TRUE(put_file("https://c.test", 'z', 4));
  EXPECT_TRUE(has('x', 4));
  EXPECT_FALSE(has('y', 4));
  EXPECT_TRUE(has('z', 4));
}

TEST_F(BudgetTest, PinnedEntriesAndEntriesBeingReadStay) {
  ASSERT_TRUE(put_file("https://a.test", 'x', 4));
  ASSERT_TRUE(put_file("https://b.test", 'y', 4));
  ASSERT_TRUE(store_.pin(hash_of(file('x', 4)), true));
  const auto reader = store_.open_entry(hash_of(file('y', 4)));
  ASSERT_TRUE(reader);
  EXPECT_EQ(put_file("https://c.test", 'z', 4).error().code, ErrorCode::kQuotaExceeded);
  ASSERT_TRUE(store_.pin(hash_of(file('x', 4)), false));
  EXPECT_TRUE(put_file("https://c.test", 'z', 4));
  EXPECT_FALSE(has('x', 4));
  EXPECT_TRUE(has('y', 4));
}

TEST_F(BudgetTest, RewritingTheSameBytesCostsNothing) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(put_file("https://a.test", 'x', 4));
  }
  EXPECT_EQ(store_.totals()->bytes, 4 * kMiB);
}

// Else a page could tell by a full store that somebody else has the bytes.
TEST_F(BudgetTest, BytesThatAreThereAlreadyNeedNoRoomAgain) {
  ASSERT_TRUE(put_file("https://a.test", 'x', 4));
  ASSERT_TRUE(put_file("https://b.test", 'y', 4));
  ASSERT_TRUE(put_file("https://c.test", 'x', 4));
  EXPECT_TRUE(has('y', 4)) << "nothing had to go";
  expect_totals_to_be_right();
}

TEST_F(BudgetTest, AllSessionsTogetherStayWithinTheBudget) {
  std::vector<Writer> writers;
  for (int i = 0; i < 2; ++i) {
    writers.push_back(std::move(*store_.begin_write({profile('a'), origin_of("https://a.test"), hash_of("x")})));
    ASSERT_TRUE(writers.back().append(bytes_of(file('x', 4))));
  }
  writers.push_back(std::move(*store_.begin_write({profile('a'), origin_of("https://b.test"), hash_of("x")})));
  EXPECT_EQ(writers.back().append(bytes_of(file('x', 4))).error().code, ErrorCode::kQuotaExceeded);
  writers.front().abort();
  EXPECT_TRUE(writers.back().append(bytes_of(file('x', 4))));
}

TEST_F(BudgetTest, SharesCountPerRealm) {
  clock_.advance(1000);
  ASSERT_TRUE(put("https://a.test", file('x', 4), Scope::same_site(), profile('a')));
  ASSERT_TRUE(put("https://a.test", file('y', 4), Scope::same_site(), profile('b')));
  EXPECT_TRUE(has('x', 4)) << "what a site stores in one profile does not count in another";
}

// What an origin is charged is a function of its own writes: splitting the cost of an entry among its storers, or
// leaving out what others stored first, would tell what others stored.
TEST_F(BudgetTest, AnOriginsChargeIsAFunctionOfItsOwnWritesAlone) {
  ASSERT_TRUE(store_.set_setting("budget.ceiling", "1GiB"));
  const Origin mine = origin_of("https://a.test");
  const auto charge = [&] {
    Registry registry(sqlite::Database::open(directory() / "store.db").value());
    return registry.usage(profile('a'), mine)->bytes;
  };
  EXPECT_TRUE(rc::check([&] {
    std::set<unsigned> own;
    std::uint64_t expected = 0;
    for (const unsigned step : *rc::gen::container<std::vector<unsigned>>(rc::gen::inRange(0U, 96U))) {
      const unsigned size = step % 6;
      const std::string text(size + 1, 'x');
      const unsigned who = step / 6 % 4;
      if (who == 0) {
        expected += own.insert(size).second ? size + 1 : 0;
      }
      const std::string writer = who == 1 ? "https://www.a.test" : who == 2 ? "https://b.test" : "https://a.test";
      RC_ASSERT(put(writer, text, Scope::same_site(), profile(who == 3 ? 'b' : 'a')).has_value());
      if (step % 31 == 0) {
        restart();
      }
      RC_ASSERT(charge() == expected);
    }
    RC_ASSERT(store_.clear_origin(mine, profile('a')).has_value());
    RC_ASSERT(charge() == 0U);
    RC_ASSERT(store_.clear_all(std::nullopt).has_value());
  }));
}

}  // namespace
}  // namespace libcos
