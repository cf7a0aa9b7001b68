// `cos why`: every outcome has its reason. That it foretells every read is checked by every read of every test
// (store_fixture.h).
#include <fstream>

#include "store/store_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";
const std::string kB = "https://b.test";

using ExplainTest = StoreTest;

TEST_F(ExplainTest, EveryHitNamesItsGrant) {
  put_on_public_hash_list({hash_of("popular")});
  ASSERT_TRUE(put(kA, "popular", Scope::global()));
  ASSERT_TRUE(put(kA, "named", Scope::list({origin_of(kB)})));
  const auto sentence = [&](const std::string& origin, const char* text) {
    return store_.explain_read({profile('a'), origin_of(origin)}, hash_of(text))->sentence;
  };
  EXPECT_NE(sentence(kA, "named").find("itself"), std::string::npos);
  EXPECT_NE(sentence("https://www.a.test", "named").find("same site"), std::string::npos);
  EXPECT_NE(sentence(kB, "named").find("by name"), std::string::npos);
  EXPECT_NE(sentence(kB, "popular").find("Public Hash List"), std::string::npos);
}

TEST_F(ExplainTest, EveryMissNamesItsReasonAndMostAMend) {
  EXPECT_EQ(why(kB, hash_of("absent")), MissReason::kNotStored);
  ASSERT_TRUE(put(kA, "same-site"));
  EXPECT_EQ(why(kB, hash_of("same-site")), MissReason::kNoGrant);
  ASSERT_TRUE(put(kA, "unlisted", Scope::global()));
  EXPECT_EQ(why(kB, hash_of("unlisted")), MissReason::kNotOnPublicHashList);
  EXPECT_EQ(why({profile('a'), Origin::opaque()}, hash_of("absent")), MissReason::kOpaqueOrigin);
  put_on_public_hash_list({hash_of("unlisted")});
  EXPECT_EQ(why(kB, hash_of("unlisted")), MissReason::kNone);
  ASSERT_TRUE(store_.set_setting("grease.percent", "50"));
  int suppressed = 0;
  for (int i = 0; i < 64; ++i) {
    const MissReason reason = why("https://s" + std::to_string(i) + ".test", hash_of("unlisted"));
    EXPECT_TRUE(reason == MissReason::kNone || reason == MissReason::kSuppressed);
    suppressed += reason == MissReason::kSuppressed ? 1 : 0;
  }
  EXPECT_GT(suppressed, 0);
}

TEST_F(ExplainTest, ADamagedEntryIsCalledDamaged) {
  ASSERT_TRUE(put(kA, "text"));
  std::filesystem::permissions(blob_path(hash_of("text")), std::filesystem::perms::owner_all);
  std::ofstream(blob_path(hash_of("text"))) << "TEXT";
  EXPECT_EQ(store_.verify(hash_of("text"), {}).value(), VerifyOutcome::kDamaged);
  EXPECT_EQ(why(kA, hash_of("text")), MissReason::kDamaged);
  EXPECT_EQ(ask(kA, hash_of("text")), Disclosure::kRefused);
}

TEST_F(ExplainTest, ExplainingChargesAndDatesNothing) {
  ASSERT_TRUE(store_.set_setting("lookup.budget", "on"));
  put_on_public_hash_list({hash_of("popular")});
  ASSERT_TRUE(put(kA, "popular", Scope::global()));
  const auto before = store_.stat(hash_of("popular")).value()->last_read;
  clock_.advance(1000);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(why(kB, hash_of("popular")), MissReason::kNone);
    why(kB, hash_of(std::to_string(i)));
  }
  EXPECT_EQ(store_.stat(hash_of("popular")).value()->last_read, before);
  EXPECT_EQ(store_.explain_read({profile('a'), origin_of(kB)}, hash_of("popular"))->lookups_left, 15U);
  EXPECT_EQ(store_.history(hash_of("popular"))->size(), 1U);
}

}  // namespace
}  // namespace libcos
