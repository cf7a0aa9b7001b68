// What an operation costs must not depend on how much the store holds. Counted in SQLite's steps, not in time; for
// times and a million entries: scripts/torture scale.
#include <algorithm>
#include <set>
#include <utility>

#include "scale/operations.h"
#include "scale/statements.h"
#include "store/registry.h"
#include "store/store_fixture.h"

namespace libcos {
namespace {

constexpr double kMostGrowth = 1.5;

class ScaleTest : public StoreTest {
 protected:
  ScaleTest() {
    scale::count_steps();
    restart();
  }

  static double steps_of(const std::function<void()>& work) {
    (void)scale::take_steps();
    work();
    return static_cast<double>(scale::take_steps().instructions);
  }

  [[nodiscard]] Registry registry() const {
    return Registry(scale::need(sqlite::Database::open(StorePaths(directory()).database())));
  }

  // Rows of `count` more entries that `origin` stored and nobody reads.
  void add_rows(const std::string& origin, int count, const Realm& realm = profile('a')) {
    Registry rows = registry();
    auto transaction = scale::need(sqlite::WriteTransaction::begin(rows.database()));
    const Visitor visitor{
        realm, {origin_of(origin), store_.site_of(origin_of(origin))}, store_.site_of(origin_of(origin))};
    for (int i = 0; i < count; ++i) {
      const Hash hash = hash_of(origin + realm.name() + std::to_string(i));
      const std::int64_t id = scale::need(rows.insert(hash, {1, {}, {}}, 1));
      scale::need(rows.add_storing_origin(id, visitor, Scope::Kind::kSameSite, true, "", 1));
    }
    scale::need(transaction.commit());
  }
};

TEST_F(ScaleTest, NothingThatAStoreDoesWalksOverWhatItHolds) {
  constexpr std::size_t kTurns = 2;
  scale::populate(temp_.path() / "few", scale::kLeastEntries);
  scale::populate(temp_.path() / "many", scale::kLeastEntries * 3);
  scale::Subject few(temp_.path() / "few", scale::kLeastEntries);
  scale::Subject many(temp_.path() / "many", scale::kLeastEntries * 3);
  const auto left = few.operations();
  const auto right = many.operations();
  for (std::size_t i = 0; i < left.size(); ++i) {
    double small = 0;
    double large = 0;
    for (std::size_t turn = 0; turn < kTurns; ++turn) {
      small += steps_of([&] { left[i].run(turn); });
      large += steps_of([&] { right[i].run(turn); });
    }
    EXPECT_LE(large, small * kMostGrowth) << left[i].name;
    EXPECT_GT(small, 0) << left[i].name;
  }
}

TEST_F(ScaleTest, ClearingAnOriginCostsTheSameForEachOfItsEntriesHoweverManyItHas) {
  add_rows("https://few.test", 300);
  add_rows("https://many.test", 1500);
  const double few = steps_of([&] { ASSERT_TRUE(store_.clear_site("few.test", std::nullopt)); });
  const double many = steps_of([&] { ASSERT_TRUE(store_.clear_site("many.test", std::nullopt)); });
  EXPECT_EQ(store_.totals()->entries, 0U);
  EXPECT_LE(many / 1500, few / 300 * kMostGrowth);
}

TEST_F(ScaleTest, ClearingAProfileDoesNotWalkOverTheEntriesOfOthers) {
  add_rows("https://a.test", 10, profile('b'));
  const double alone = steps_of([&] { ASSERT_TRUE(store_.clear_all(profile('b'))); });
  add_rows("https://a.test", 2000, profile('a'));
  add_rows("https://a.test", 10, profile('b'));
  const double beside = steps_of([&] { ASSERT_TRUE(store_.clear_all(profile('b'))); });
  EXPECT_EQ(store_.totals()->entries, 2000U);
  EXPECT_LE(beside, alone * kMostGrowth);
}

TEST_F(ScaleTest, ForgettingAnOldAccountDoesNotWalkOverTheLookupsOfOthers) {
  Registry rows = registry();
  const auto add = [&](const std::string& site, std::int64_t when) {
    LookupAccount account;
    account.window_start = when;
    scale::need(rows.put_lookup_account(profile('a'), {site}, account));
    scale::need(rows.put_paid_lookup(profile('a'), {site}, {hash_of(site), false, when, when}));
  };
  add("https://old.test", 1);
  const double alone = steps_of([&] { ASSERT_TRUE(rows.forget_accounts_before(2)); });
  {
    auto transaction = scale::need(sqlite::WriteTransaction::begin(rows.database()));
    for (int i = 0; i < 1000; ++i) {
      add("https://site" + std::to_string(i) + ".test", 3);
    }
    add("https://old.test", 1);
    scale::need(transaction.commit());
  }
  const double beside = steps_of([&] { ASSERT_TRUE(rows.forget_accounts_before(2)); });
  EXPECT_EQ(scale::need(rows.database().integer("SELECT count(*) FROM lookup")), 1000);
  EXPECT_LE(beside, alone * kMostGrowth);
}

TEST_F(ScaleTest, ForeseeingAChangeLooksAtABoundedNumberOfRows) {
  constexpr int kMoreThanIsLookedAt = 4200;
  const std::vector<std::pair<const char*, const char*>> changes{
      {"realms.share", "off"}, {"gates.user-gesture", "on"}, {"frames.partition", "off"}, {"history.reads", "off"},
      {"gates.ask", "on"},     {"budget.ceiling", "1MiB"},   {"lookup.hashes", "1"},      {"write.files", "1"}};
  const auto fill = [&](const std::string& origin) {
    add_rows(origin, kMoreThanIsLookedAt, profile('b'));
    Registry rows = registry();
    auto transaction = scale::need(sqlite::WriteTransaction::begin(rows.database()));
    scale::need(rows.database().execute(
        "UPDATE storing_origin SET framed = 1, gesture = 0; UPDATE listing SET globally_disclosable = 1;"
        "UPDATE entry SET size = 4096; UPDATE total SET bytes = 4096 * entries;"
        "INSERT OR IGNORE INTO reader SELECT entry, realm, 'https://r.test', 1, 1, 1 FROM listing;"
        "INSERT OR IGNORE INTO site_decision SELECT realm, 's' || entry, 1, 1 FROM listing;"
        "INSERT OR IGNORE INTO write_account SELECT realm, 's' || entry, 9000000000000, 5 FROM listing;"
        "INSERT OR IGNORE INTO lookup_account SELECT realm, 's' || entry, 9000000000000, 9000000000000, 9, 9, 9, 0,"
        " 0, 0, 0, 0, 0, 0 FROM listing;"));
    scale::need(transaction.commit());
  };
  const auto cost = [&] {
    std::vector<double> steps;
    for (const auto& [key, value] : changes) {
      // Answers are a profile's own.
      const Realm seen_from = profile(key == std::string("gates.ask") ? 'b' : 'a');
      steps.push_back(steps_of([&] { EXPECT_TRUE(scale::need(store_.foresee(seen_from, key, value)).more) << key; }));
    }
    return steps;
  };
  fill("https://few.test");
  const auto few = cost();
  fill("https://many.test");
  const auto many = cost();
  for (std::size_t i = 0; i < changes.size(); ++i) {
    EXPECT_LE(many[i], few[i] * kMostGrowth) << changes[i].first;
  }
}

TEST_F(ScaleTest, ForeseeingAChangeOfWhatIsRareDoesNotWalkOverTheRest) {
  const std::vector<std::pair<const char*, const char*>> changes{
      {"realms.share", "off"}, {"gates.user-gesture", "on"}, {"frames.partition", "off"}, {"history.reads", "off"}};
  const auto cost = [&] {
    return steps_of([&] {
      for (const auto& [key, value] : changes) {
        EXPECT_EQ(scale::need(store_.foresee(profile('a'), key, value)).count, 0U) << key;
      }
    });
  };
  add_rows("https://few.test", 10);
  const double few = cost();
  add_rows("https://many.test", 2000);
  EXPECT_LE(cost(), few * kMostGrowth);
}

TEST_F(ScaleTest, AListInPagesHasEveryEntryOnceInItsOrder) {
  for (int i = 0; i < 25; ++i) {
    clock_.advance(1000);
    ASSERT_TRUE(put("https://a.test", std::string(static_cast<std::size_t>(i % 5 + 1), static_cast<char>('a' + i))));
  }
  clock_.advance(1000);
  ask("https://a.test", hash_of("d" + std::string(3, 'd')));
  for (const ListOrder order : {ListOrder::kHash, ListOrder::kRead, ListOrder::kStored, ListOrder::kSize}) {
    std::vector<EntryInfo> all;
    std::optional<ListPlace> place;
    do {
      const auto page = store_.list(order, place, 4);
      ASSERT_TRUE(page) << page.error().message;
      all.insert(all.end(), page->entries.begin(), page->entries.end());
      place = page->next;
    } while (place);
    ASSERT_EQ(all.size(), 25U);
    std::set<std::string> distinct;
    for (const EntryInfo& info : all) {
      distinct.insert(info.hash.hex());
    }
    EXPECT_EQ(distinct.size(), 25U);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [&](const EntryInfo& a, const EntryInfo& b) {
      return order == ListOrder::kHash   ? a.hash.hex() < b.hash.hex()
             : order == ListOrder::kRead ? a.last_read > b.last_read
             : order == ListOrder::kSize ? a.size > b.size
                                         : a.created_at > b.created_at;
    }));
  }
}

TEST_F(ScaleTest, AWriteMakesRoomAmongAnyNumberOfEntries) {
  // One write takes the place of thousands of small entries.
  add_rows("https://small.test", 5000);
  ASSERT_TRUE(store_.set_setting("budget.percent", "95"));
  ASSERT_TRUE(store_.set_setting("budget.origin-percent", "100"));
  ASSERT_TRUE(store_.set_setting("budget.ceiling", "1MiB"));
  ASSERT_TRUE(put("https://a.test", std::string((std::size_t{1} << 20U) - 100, 'x')));
  EXPECT_EQ(store_.totals()->entries, 101U);
}

}  // namespace
}  // namespace libcos
