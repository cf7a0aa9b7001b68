// Who may read, with the state that lasts: every rule through the store, most with a restart in the middle.
#include <rapidcheck.h>

#include <set>

#include "store/store_fixture.h"

namespace libcos {
namespace {

using DisclosureStoreTest = StoreTest;

const std::string kA = "https://a.test";
const std::string kSibling = "https://www.a.test:8443";
const std::string kB = "https://b.test";
const std::string kC = "https://c.test";

Scope list(const std::string& origin) { return Scope::list({origin_of(origin)}); }

TEST_F(DisclosureStoreTest, AStoringOriginReadsWhatItStored) {
  ASSERT_TRUE(put(kA, "text"));
  EXPECT_EQ(ask(kA, hash_of("text")), Disclosure::kStoringOrigin);
  restart();
  EXPECT_EQ(ask(kA, hash_of("text")), Disclosure::kStoringOrigin);
  EXPECT_EQ(read(hash_of("text")), "text");
}

TEST_F(DisclosureStoreTest, ASameSiteOriginReadsWhateverTheGrants) {
  ASSERT_TRUE(put(kA, "text"));
  EXPECT_EQ(ask(kSibling, hash_of("text")), Disclosure::kSameSite);
  EXPECT_EQ(ask("http://www.a.test", hash_of("text")), Disclosure::kRefused) << "another scheme is another site";
}

TEST_F(DisclosureStoreTest, AListedOriginReadsAndAnUnlistedDoesNot) {
  ASSERT_TRUE(put(kA, "text", list(kB)));
  EXPECT_EQ(ask(kB, hash_of("text")), Disclosure::kListed);
  EXPECT_EQ(ask("https://www.b.test", hash_of("text")), Disclosure::kRefused) << "a list names origins, not sites";
  EXPECT_EQ(ask(kC, hash_of("text")), Disclosure::kRefused);
  restart();
  EXPECT_EQ(ask(kB, hash_of("text")), Disclosure::kListed);
}

TEST_F(DisclosureStoreTest, AStarEntryIsFoundAcrossSitesOnlyWhenItIsListed) {
  ASSERT_TRUE(put(kA, "listed", Scope::global()));
  ASSERT_TRUE(put(kA, "unlisted", Scope::global()));
  EXPECT_EQ(ask(kB, hash_of("listed")), Disclosure::kRefused);
  put_on_public_hash_list({hash_of("listed")});
  EXPECT_EQ(ask(kB, hash_of("listed")), Disclosure::kGlobal);
  EXPECT_EQ(ask(kB, hash_of("unlisted")), Disclosure::kRefused);
  EXPECT_EQ(ask(kA, hash_of("unlisted")), Disclosure::kStoringOrigin);
}

TEST_F(DisclosureStoreTest, AListedOriginKeepsAccessAfterAStarWriteOfAnUnlistedHash) {
  ASSERT_TRUE(put(kA, "text", list(kB)));
  ASSERT_TRUE(put(kA, "text", Scope::global()));
  EXPECT_EQ(ask(kB, hash_of("text")), Disclosure::kListed);
  EXPECT_EQ(ask(kC, hash_of("text")), Disclosure::kRefused);
}

TEST_F(DisclosureStoreTest, AnyWriterOfTheBytesMayWidenAndNobodyNarrows) {
  ASSERT_TRUE(put(kA, "text", list(kB)));
  const auto second = put(kC, "text", list("https://d.test"));
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->already_stored);
  for (const std::string& origin : {kA, kB, kC, std::string("https://d.test")}) {
    EXPECT_NE(ask(origin, hash_of("text")), Disclosure::kRefused) << origin;
  }
  EXPECT_EQ(blob_files(), 1U);
}

TEST_F(DisclosureStoreTest, AFailedWriteGrantsNothing) {
  ASSERT_TRUE(put(kA, "text"));
  EXPECT_EQ(put_as(kB, hash_of("text"), "other").error().code, ErrorCode::kData);
  EXPECT_EQ(ask(kB, hash_of("text")), Disclosure::kRefused);
  EXPECT_EQ(ask(kA, hash_of("text")), Disclosure::kStoringOrigin);
}

TEST_F(DisclosureStoreTest, AnOpaqueOriginNeitherStoresNorReads) {
  EXPECT_EQ(store_.begin_write({profile('a'), Origin::opaque(), hash_of("x")}).error().code, ErrorCode::kNotAllowed);
  ASSERT_TRUE(put(kA, "text", Scope::global()));
  put_on_public_hash_list({hash_of("text")});
  EXPECT_FALSE(store_.request_read({profile('a'), Origin::opaque()}, hash_of("text"))->has_value());
}

TEST_F(DisclosureStoreTest, ASiteThatStoredInOneProfileIsAStrangerInTheNext) {
  ASSERT_TRUE(put(kA, "text", list(kB), profile('a')));
  for (const std::string& origin : {kA, kSibling, kB}) {
    EXPECT_NE(ask(origin, hash_of("text"), profile('a')), Disclosure::kRefused) << origin;
    EXPECT_EQ(ask(origin, hash_of("text"), profile('b')), Disclosure::kRefused) << origin;
  }
}

TEST_F(DisclosureStoreTest, OnlyAListedStarEntryCrossesRealmsAndASettingForbidsThat) {
  ASSERT_TRUE(put(kA, "listed", Scope::global(), profile('a')));
  ASSERT_TRUE(put(kA, "unlisted", Scope::global(), profile('a')));
  put_on_public_hash_list({hash_of("listed")});
  EXPECT_EQ(ask(kA, hash_of("listed"), profile('b')), Disclosure::kGlobal) << "its own origin is a stranger here";
  EXPECT_EQ(ask(kB, hash_of("listed"), profile('b')), Disclosure::kGlobal);
  EXPECT_EQ(ask(kA, hash_of("unlisted"), profile('b')), Disclosure::kRefused);
  ASSERT_TRUE(store_.set_setting("realms.share", "off"));
  EXPECT_EQ(ask(kB, hash_of("listed"), profile('b')), Disclosure::kRefused);
  EXPECT_EQ(ask(kB, hash_of("listed"), profile('a')), Disclosure::kGlobal);
}

TEST_F(DisclosureStoreTest, ASecondRealmsWriteSuppliesAllBytesAndKeepsOneCopy) {
  ASSERT_TRUE(put(kA, "text", Scope::same_site(), profile('a')));
  ASSERT_FALSE(put_as(kA, hash_of("text"), "tex", Scope::same_site(), profile('b')));
  EXPECT_EQ(ask(kA, hash_of("text"), profile('b')), Disclosure::kRefused);
  ASSERT_TRUE(put(kA, "text", Scope::same_site(), profile('b')));
  EXPECT_EQ(ask(kA, hash_of("text"), profile('b')), Disclosure::kStoringOrigin);
  EXPECT_EQ(blob_files(), 1U);
  EXPECT_EQ(store_.totals()->bytes, 4U);
}

TEST_F(DisclosureStoreTest, AFileAddedByHandIsReadInEveryProfileByWhomTheUserNamed) {
  auto writer = store_.begin_add(Realm::local(), HashAlgorithm::kSha256, list(kB));
  ASSERT_TRUE(writer && writer->append(bytes_of("by hand")));
  const auto published = writer->close();
  ASSERT_TRUE(published) << published.error().message;
  EXPECT_EQ(published->hash, hash_of("by hand"));
  EXPECT_EQ(ask(kB, published->hash, profile('a')), Disclosure::kListed);
  EXPECT_EQ(ask(kB, published->hash, profile('b')), Disclosure::kListed);
  EXPECT_EQ(ask(kC, published->hash, profile('b')), Disclosure::kRefused);
  const auto info = store_.stat(published->hash);
  EXPECT_TRUE((*info)->manual);
  EXPECT_TRUE((*info)->storing_origins.empty());
}

TEST_F(DisclosureStoreTest, AFullListDropsWhatDoesNotFitAndTheWriteSucceeds) {
  std::vector<Origin> hundred;
  for (int i = 0; i < 100; ++i) {
    hundred.push_back(origin_of("https://s" + std::to_string(i) + ".test"));
  }
  ASSERT_TRUE(put(kA, "text", Scope::list(hundred)));
  const auto published = put(kA, "text", Scope::list({hundred.front(), origin_of(kB)}));
  ASSERT_TRUE(published);
  ASSERT_EQ(published->dropped.size(), 1U);
  EXPECT_EQ(published->dropped.front().serialize(), kB);
  EXPECT_EQ(ask(kB, hash_of("text")), Disclosure::kRefused);
  EXPECT_EQ(ask("https://s99.test", hash_of("text")), Disclosure::kListed);
}

// A downgrade is impossible by any sequence of writes, restarts and reads.
TEST_F(DisclosureStoreTest, WhatAnOriginCouldReadOnceItCanAlwaysRead) {
  put_on_public_hash_list({hash_of("x")});
  const std::vector<std::string> origins{kA, kSibling, kB, kC, "https://d.test"};
  EXPECT_TRUE(rc::check([&] {
    std::set<std::pair<std::string, char>> could;
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 60));
    for (const int step : steps) {
      const std::string& writer = origins[static_cast<std::size_t>(step) % origins.size()];
      const char realm = step % 7 < 4 ? 'a' : 'b';
      const int kind = step % 3;
      const Scope scope = kind == 0   ? Scope::same_site()
                          : kind == 1 ? Scope::global()
                                      : list(origins[static_cast<std::size_t>(step / 12)]);
      RC_ASSERT(put(writer, "x", scope, profile(realm)).has_value());
      if (step % 11 == 0) {
        restart();
      }
      for (const std::string& origin : origins) {
        for (const char in : {'a', 'b'}) {
          if (ask(origin, hash_of("x"), profile(in)) != Disclosure::kRefused) {
            could.insert({origin, in});
          } else {
            RC_ASSERT(!could.contains({origin, in}));
          }
        }
      }
    }
    RC_ASSERT(store_.remove(hash_of("x")).has_value());
  }));
}

}  // namespace
}  // namespace libcos
