// Cross-site frames: what is stored or granted in one stays with the pages of the site that it happened on.
#include <rapidcheck.h>

#include "store/store_fixture.h"

namespace libcos {
namespace {

const std::string kTracker = "https://tracker.test";
const std::string kSibling = "https://cdn.tracker.test";
const std::string kA = "https://a.test";
const std::string kB = "https://b.test";

class FramesTest : public StoreTest {
 protected:
  Result<Published> put_framed(const std::string& origin, const std::string& page, std::string_view text,
                               const Scope& scope = Scope::same_site()) {
    return put_request({profile('a'), origin_of(origin), hash_of(text), scope, "", origin_of(page)}, text);
  }
  Disclosure ask_framed(const std::string& origin, const std::string& page, const Hash& hash) {
    return ask_as(framed(origin, page), hash);
  }
};

Scope list(const std::string& origin) { return Scope::list({origin_of(origin)}); }

TEST_F(FramesTest, WhatAFrameStoresItReadsOnThatSitesPagesAndNowhereElse) {
  ASSERT_TRUE(put_framed(kTracker, kA, "id"));
  restart();
  EXPECT_EQ(ask_framed(kTracker, kA, hash_of("id")), Disclosure::kStoringOrigin);
  EXPECT_EQ(ask_framed(kTracker, "https://www.a.test", hash_of("id")), Disclosure::kStoringOrigin);
  EXPECT_EQ(ask_framed(kSibling, kA, hash_of("id")), Disclosure::kSameSite);
  EXPECT_EQ(ask_framed(kTracker, kB, hash_of("id")), Disclosure::kRefused);
  EXPECT_EQ(why(framed(kTracker, kB), hash_of("id")), MissReason::kOtherPage);
  EXPECT_EQ(ask(kTracker, hash_of("id")), Disclosure::kRefused) << "nor does its own page learn where its frames were";
}

TEST_F(FramesTest, WhatASiteStoresOnItsOwnPagesItsFramesElsewhereDoNotRead) {
  ASSERT_TRUE(put(kTracker, "id"));
  EXPECT_EQ(ask(kTracker, hash_of("id")), Disclosure::kStoringOrigin);
  EXPECT_EQ(ask_framed(kTracker, kTracker, hash_of("id")), Disclosure::kStoringOrigin);
  EXPECT_EQ(ask_framed(kTracker, kA, hash_of("id")), Disclosure::kRefused);
}

TEST_F(FramesTest, AFrameCannotGetAroundItByListingItself) {
  ASSERT_TRUE(put_framed(kTracker, kA, "id", Scope::list({origin_of(kTracker), origin_of(kSibling)})));
  EXPECT_EQ(ask_framed(kTracker, kB, hash_of("id")), Disclosure::kRefused);
  EXPECT_EQ(ask_framed(kSibling, kB, hash_of("id")), Disclosure::kRefused);
  EXPECT_EQ(ask(kSibling, hash_of("id")), Disclosure::kRefused);
}

TEST_F(FramesTest, APageSharesWithAFrameOnItByListingIt) {
  ASSERT_TRUE(put(kA, "text", list(kTracker)));
  EXPECT_EQ(ask_framed(kTracker, kA, hash_of("text")), Disclosure::kListed);
  EXPECT_EQ(ask(kTracker, hash_of("text")), Disclosure::kListed) << "first parties share as they say";
  EXPECT_EQ(ask_framed(kTracker, kB, hash_of("text")), Disclosure::kRefused);
}

TEST_F(FramesTest, AFrameSharesWithThePageThatItIsOn) {
  ASSERT_TRUE(put_framed(kTracker, kA, "text", list(kA)));
  EXPECT_EQ(ask(kA, hash_of("text")), Disclosure::kListed);
  ASSERT_TRUE(put_framed(kTracker, kA, "other", list(kB)));
  EXPECT_EQ(ask(kB, hash_of("other")), Disclosure::kRefused) << "but not with other sites' pages";
}

TEST_F(FramesTest, StoringAgainOnAnotherPageGivesThatPagesFramesAccessAndIsChargedOnce) {
  ASSERT_TRUE(store_.set_setting("budget.ceiling", "10MiB"));
  ASSERT_TRUE(store_.set_setting("budget.origin-percent", "40"));
  const std::string text(3U << 20U, 'x');
  ASSERT_TRUE(put_framed(kTracker, kA, text));
  ASSERT_TRUE(put_framed(kTracker, kB, text)) << "4 MiB are its share: a second charge would not fit";
  EXPECT_EQ(ask_framed(kTracker, kB, hash_of(text)), Disclosure::kStoringOrigin);
  ASSERT_TRUE(put_framed(kTracker, kA, std::string(1U << 20U, 'y')));
  ASSERT_TRUE(store_.remove(hash_of(text)));
  ASSERT_TRUE(put_framed(kTracker, kA, std::string(3U << 20U, 'z'))) << "and removal gives the charge back once";
}

TEST_F(FramesTest, TheGlobalGrantReachesFramesAsItDoesPages) {
  put_on_public_hash_list({hash_of("popular")});
  ASSERT_TRUE(put_framed(kTracker, kA, "popular", Scope::global()));
  EXPECT_EQ(ask_framed(kTracker, kB, hash_of("popular")), Disclosure::kGlobal);
  EXPECT_EQ(ask(kB, hash_of("popular")), Disclosure::kGlobal);
}

TEST_F(FramesTest, WithTheOptionOffTheStepsHoldAsTheyAreWritten) {
  ASSERT_TRUE(put_framed(kTracker, kA, "id"));
  ASSERT_TRUE(store_.set_setting("frames.partition", "off"));
  EXPECT_EQ(ask_framed(kTracker, kB, hash_of("id")), Disclosure::kStoringOrigin);
  EXPECT_EQ(ask_framed(kSibling, kB, hash_of("id")), Disclosure::kSameSite);
  ASSERT_TRUE(store_.set_setting("frames.partition", "on"));
  EXPECT_EQ(ask_framed(kTracker, kB, hash_of("id")), Disclosure::kRefused);
}

// Whatever frames and pages write: a site's frames on one page tell it nothing about another page.
TEST_F(FramesTest, NoSequenceOfWritesCarriesAnythingFromOneSitesPagesToAnothers) {
  const std::vector<std::string> everyone{kTracker, kSibling, "https://friend.test"};
  EXPECT_TRUE(rc::check([&] {
    const auto steps = *rc::gen::container<std::vector<unsigned>>(rc::gen::inRange(0U, 36U));
    for (const unsigned step : steps) {
      const Scope scope = step % 3 == 0   ? Scope::same_site()
                          : step % 3 == 1 ? list(everyone[step / 9 % 3])
                                          : Scope::global();
      RC_ASSERT(put_framed(everyone[step / 3 % 3], kA, "x", scope).has_value());
    }
    for (const std::string& origin : everyone) {
      RC_ASSERT(ask_framed(origin, kB, hash_of("x")) == Disclosure::kRefused);
      RC_ASSERT(ask(origin, hash_of("x")) == Disclosure::kRefused);
    }
    RC_ASSERT(store_.remove(hash_of("x")).has_value());
  }));
}

}  // namespace
}  // namespace libcos
