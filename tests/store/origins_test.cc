// What each origin stored, for the user's eyes: origins with what they are charged for, and the entries of one.
#include <algorithm>

#include "store/sqlite.h"
#include "store/store_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";
const std::string kB = "https://b.test";

using Words = std::vector<std::string>;

class OriginsTest : public StoreTest {
 protected:
  // "https://a.test 2 70" of each: its entries and bytes. Page by page.
  Words origins(OriginOrder order, const std::optional<Realm>& realm = profile('a'), std::size_t limit = 3) {
    Words words;
    std::optional<OriginPlace> place;
    do {
      const auto page = store_.storing_origins(realm, order, place, limit);
      EXPECT_TRUE(page) << page.error().message;
      for (const OriginUsage& usage : page->origins) {
        words.push_back(usage.origin + " " + std::to_string(usage.entries) + " " + std::to_string(usage.bytes));
      }
      place = page->next;
    } while (place);
    return words;
  }
  std::vector<Hash> stored_by(const std::string& origin, ListOrder order, const Realm& realm = profile('a'),
                              std::size_t limit = 2) {
    std::vector<Hash> hashes;
    std::optional<ListPlace> place;
    do {
      const auto page = store_.list_stored_by(realm, origin_of(origin), order, place, limit);
      EXPECT_TRUE(page) << page.error().message;
      for (const EntryInfo& info : page->entries) {
        hashes.push_back(info.hash);
      }
      place = page->next;
    } while (place);
    return hashes;
  }
};

TEST_F(OriginsTest, EachIsChargedForAllThatItStoredWhoeverElseStoredIt) {
  ASSERT_TRUE(put(kA, "shared"));
  ASSERT_TRUE(put(kB, "shared"));
  ASSERT_TRUE(put(kB, "own"));
  EXPECT_EQ(origins(OriginOrder::kBytes), (Words{kB + " 2 9", kA + " 1 6"}));
}

TEST_F(OriginsTest, AnOriginThatStoresOnSeveralPagesCountsAnEntryOnce) {
  for (const char* page : {"https://p.test", "https://q.test"}) {
    ASSERT_TRUE(
        put_request({profile('a'), origin_of(kA), hash_of("text"), Scope::same_site(), {}, origin_of(page)}, "text"));
  }
  EXPECT_EQ(origins(OriginOrder::kName), Words{kA + " 1 4"});
  EXPECT_EQ(stored_by(kA, ListOrder::kRead), std::vector{hash_of("text")});
}

TEST_F(OriginsTest, PagesHoldEachOnceInTheOrderThatWasAskedFor) {
  // Many of them equal in bytes, or in entries: names decide between these.
  Words by_name;
  for (int i = 0; i < 10; ++i) {
    const std::string origin = "https://o" + std::to_string(i) + ".test";
    int bytes = 0;
    for (int entry = 0; entry <= i % 2; ++entry) {
      const int size = 10 + i % 3;
      ASSERT_TRUE(put(origin, std::string(static_cast<std::size_t>(size), static_cast<char>('a' + 2 * i + entry))));
      bytes += size;
    }
    by_name.push_back(origin + " " + std::to_string(i % 2 + 1) + " " + std::to_string(bytes));
  }
  const auto ordered_by = [&](std::size_t word) {
    Words words = by_name;
    const auto number = [&](const std::string& line) {
      std::size_t from = line.find(' ') + 1;
      return std::stoi(line.substr(word == 2 ? line.find(' ', from) : from));
    };
    std::stable_sort(words.begin(), words.end(),
                     [&](const std::string& a, const std::string& b) { return number(a) > number(b); });
    return words;
  };
  for (const std::size_t limit : {1U, 3U, 10U, 100U}) {
    EXPECT_EQ(origins(OriginOrder::kName, profile('a'), limit), by_name) << limit;
    EXPECT_EQ(origins(OriginOrder::kEntries, profile('a'), limit), ordered_by(1)) << limit;
    EXPECT_EQ(origins(OriginOrder::kBytes, profile('a'), limit), ordered_by(2)) << limit;
  }
}

TEST_F(OriginsTest, APageThatIsTheLastSaysSo) {
  ASSERT_TRUE(put(kA, "one"));
  ASSERT_TRUE(put(kB, "two"));
  EXPECT_FALSE(store_.storing_origins(std::nullopt, OriginOrder::kBytes, std::nullopt, 2)->next);
  EXPECT_TRUE(store_.storing_origins(std::nullopt, OriginOrder::kBytes, std::nullopt, 1)->next);
}

TEST_F(OriginsTest, OneRealmSeesNothingOfAnotherAndAllOfThemAreSeenTogether) {
  ASSERT_TRUE(put(kA, "mine"));
  ASSERT_TRUE(put(kA, "theirs", Scope::same_site(), profile('b')));
  ASSERT_TRUE(put(kB, "theirs too", Scope::same_site(), profile('b')));
  EXPECT_EQ(origins(OriginOrder::kName), Words{kA + " 1 4"});
  EXPECT_EQ(origins(OriginOrder::kName, profile('b')), (Words{kA + " 1 6", kB + " 1 10"}));
  EXPECT_EQ(origins(OriginOrder::kName, std::nullopt, 1), (Words{kA + " 1 4", kA + " 1 6", kB + " 1 10"}));
  EXPECT_EQ(origins(OriginOrder::kName, profile('c')), Words{});
  EXPECT_EQ(stored_by(kA, ListOrder::kRead), std::vector{hash_of("mine")});
  EXPECT_EQ(stored_by(kB, ListOrder::kRead), std::vector<Hash>{});
}

TEST_F(OriginsTest, WhoIsClearedIsNotAmongThem) {
  ASSERT_TRUE(put(kA, "one"));
  ASSERT_TRUE(put(kB, "two"));
  ASSERT_TRUE(store_.clear_site("a.test", profile('a')));
  EXPECT_EQ(origins(OriginOrder::kName), Words{kB + " 1 3"});
}

TEST_F(OriginsTest, WhatOneStoredIsListedWithoutThatOfOriginsThatAreCalledAlike) {
  ASSERT_TRUE(put(kA, "text"));
  for (const char* other : {"https://a.test:8443", "http://a.test", "https://sub.a.test", "https://a.test.example"}) {
    ASSERT_TRUE(put(other, std::string("of ") + other));
  }
  EXPECT_EQ(stored_by(kA, ListOrder::kRead), std::vector{hash_of("text")});
}

TEST_F(OriginsTest, WhatOneStoredIsListedInEachOrder) {
  // Sizes come twice, and all but one were last read at one time.
  std::vector<Hash> stored;
  for (int i = 0; i < 8; ++i) {
    const std::string text(static_cast<std::size_t>(i / 2 + 1), static_cast<char>('a' + i));
    ASSERT_TRUE(put(kA, text));
    ASSERT_TRUE(put(kB, "between " + text));
    stored.push_back(hash_of(text));
  }
  clock_.advance(1000);
  ask(kA, stored[3]);
  std::vector<Hash> newest_first(stored.rbegin(), stored.rend());
  EXPECT_EQ(stored_by(kA, ListOrder::kStored), newest_first);
  EXPECT_EQ(stored_by(kA, ListOrder::kSize), newest_first);
  const auto read = stored_by(kA, ListOrder::kRead);
  EXPECT_EQ(read.front(), stored[3]);
  EXPECT_TRUE(std::is_permutation(read.begin(), read.end(), stored.begin(), stored.end()));
  auto sorted = stored;
  std::sort(sorted.begin(), sorted.end(), [](const Hash& a, const Hash& b) { return a.hex() < b.hex(); });
  EXPECT_EQ(stored_by(kA, ListOrder::kHash), sorted);
}

TEST_F(OriginsTest, WhatIsStoredAfterThePublicSuffixListHasChangedGoesByTheNewList) {
  const std::string mine = "https://a.github.io";
  const std::string suffix = "https://github.io";
  ASSERT_TRUE(put(mine, "old"));
  auto other = sqlite::Database::open(directory() / "store.db");
  ASSERT_TRUE(other);
  // As a list without that suffix would have had it.
  ASSERT_TRUE(other->execute("UPDATE site SET serialized = '" + suffix + "' WHERE serialized = '" + mine + "'"));
  ASSERT_EQ(ask(suffix, hash_of("old")), Disclosure::kSameSite);
  ASSERT_TRUE(put(mine, "new"));
  EXPECT_EQ(ask(suffix, hash_of("new")), Disclosure::kRefused);
  EXPECT_EQ(ask(suffix, hash_of("old")), Disclosure::kRefused) << "and so does what the origin had stored before";
  EXPECT_EQ(ask(mine, hash_of("old")), Disclosure::kStoringOrigin);
  EXPECT_EQ(other->integer("SELECT count(*) FROM site WHERE serialized = '" + suffix + "'")->value_or(9), 0);
}

}  // namespace
}  // namespace libcos
