// The user's options that keep cross-site disclosure back: a gesture, third-party cookies, asking.
#include "store/store_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";
const std::string kB = "https://b.test";

class OptionsTest : public StoreTest {
 protected:
  OptionsTest() { put_on_public_hash_list({hash_of("popular")}); }

  Result<Published> put_active(const std::string& origin, std::string_view text, const Scope& scope) {
    return put_request({profile('a'), origin_of(origin), hash_of(text), scope, "", std::nullopt, true}, text);
  }
  static Caller active(const std::string& origin) { return {profile('a'), origin_of(origin), std::nullopt, true}; }
  static Caller with_cookies(const std::string& origin, std::optional<bool> cookies) {
    return {profile('a'), origin_of(origin), std::nullopt, false, cookies};
  }
};

Scope list(const std::string& origin) { return Scope::list({origin_of(origin)}); }

TEST_F(OptionsTest, WithoutAGestureAWriteIsReadByItsOwnSiteOnly) {
  ASSERT_TRUE(store_.set_setting("gates.user-gesture", "on"));
  ASSERT_TRUE(put(kA, "popular", Scope::global()));
  ASSERT_TRUE(put(kA, "named", list(kB)));
  EXPECT_EQ(ask(kA, hash_of("popular")), Disclosure::kStoringOrigin);
  EXPECT_EQ(ask("https://www.a.test", hash_of("named")), Disclosure::kSameSite);
  EXPECT_EQ(ask(kB, hash_of("popular")), Disclosure::kRefused);
  EXPECT_EQ(why(kB, hash_of("popular")), MissReason::kNoUserGesture);
  EXPECT_EQ(ask(kB, hash_of("named")), Disclosure::kRefused);
}

TEST_F(OptionsTest, AGestureOnThePageSharesWhatItStoredBeforeAndLasts) {
  ASSERT_TRUE(store_.set_setting("gates.user-gesture", "on"));
  ASSERT_TRUE(put(kA, "popular", Scope::global()));
  ASSERT_TRUE(put(kA, "named", list(kB)));
  EXPECT_EQ(ask_as(active(kB), hash_of("popular")), Disclosure::kRefused) << "the reader's gesture is not the writer's";
  ask_as(active(kA), hash_of("popular"));
  restart();
  EXPECT_EQ(ask(kB, hash_of("popular")), Disclosure::kGlobal);
  EXPECT_EQ(ask(kB, hash_of("named")), Disclosure::kListed);
}

TEST_F(OptionsTest, AWriteWithAGestureIsSharedAtOnceAndASecondWithoutDoesNotTakeItBack) {
  ASSERT_TRUE(store_.set_setting("gates.user-gesture", "on"));
  ASSERT_TRUE(put_active(kA, "popular", Scope::global()));
  EXPECT_EQ(ask(kB, hash_of("popular")), Disclosure::kGlobal);
  ASSERT_TRUE(put(kA, "popular", Scope::global()));
  EXPECT_EQ(ask(kB, hash_of("popular")), Disclosure::kGlobal);
}

TEST_F(OptionsTest, AWriteWithoutAGestureDoesNotWidenWhatAnotherStoredWithOne) {
  ASSERT_TRUE(store_.set_setting("gates.user-gesture", "on"));
  ASSERT_TRUE(put_active(kA, "popular", Scope::same_site()));
  ASSERT_TRUE(put("https://c.test", "popular", Scope::global()));
  EXPECT_EQ(ask(kB, hash_of("popular")), Disclosure::kRefused);
}

TEST_F(OptionsTest, GesturesAreKeptWhileTheOptionIsOff) {
  ASSERT_TRUE(put(kA, "named", list(kB)));
  ASSERT_TRUE(put_active(kA, "popular", Scope::global()));
  EXPECT_EQ(ask(kB, hash_of("named")), Disclosure::kListed);
  ASSERT_TRUE(store_.set_setting("gates.user-gesture", "on"));
  EXPECT_EQ(ask(kB, hash_of("named")), Disclosure::kRefused);
  EXPECT_EQ(ask(kB, hash_of("popular")), Disclosure::kGlobal);
}

TEST_F(OptionsTest, CrossSiteDisclosureFollowsTheSwitchForThirdPartyCookies) {
  ASSERT_TRUE(store_.set_setting("gates.third-party-cookies", "on"));
  ASSERT_TRUE(put(kA, "popular", Scope::global()));
  ASSERT_TRUE(put(kA, "named", list(kB)));
  EXPECT_EQ(ask_as(with_cookies(kB, true), hash_of("popular")), Disclosure::kGlobal);
  EXPECT_EQ(ask_as(with_cookies(kB, true), hash_of("named")), Disclosure::kListed);
  for (const std::optional<bool> off : {std::optional(false), std::optional<bool>()}) {
    EXPECT_EQ(ask_as(with_cookies(kB, off), hash_of("popular")), Disclosure::kRefused);
    EXPECT_EQ(ask_as(with_cookies(kB, off), hash_of("named")), Disclosure::kRefused);
    EXPECT_EQ(why(with_cookies(kB, off), hash_of("named")), MissReason::kThirdPartyCookies);
    EXPECT_EQ(ask_as(with_cookies(kA, off), hash_of("popular")), Disclosure::kStoringOrigin) << "its own is its own";
  }
}

TEST_F(OptionsTest, InAskModeASiteReadsAcrossSitesOnlyWhenTheUserSaidYes) {
  ASSERT_TRUE(store_.set_setting("gates.ask", "on"));
  ASSERT_TRUE(put(kA, "popular", Scope::global()));
  EXPECT_EQ(ask(kB, hash_of("popular")), Disclosure::kRefused);
  EXPECT_TRUE(store_.site_decisions()->empty()) << "no gesture, no question";
  EXPECT_EQ(ask_as(active("https://www.b.test"), hash_of("absent")), Disclosure::kRefused);
  ASSERT_EQ(store_.site_decisions()->size(), 1U) << "asked whether or not there is anything to find";
  EXPECT_EQ(store_.site_decisions()->front().site, "https://b.test");
  EXPECT_EQ(store_.site_decisions()->front().decision, SiteDecision::kAsked);
  EXPECT_EQ(why(kB, hash_of("popular")), MissReason::kAskUndecided);

  const Site b = store_.site_of(origin_of(kB));
  ASSERT_TRUE(store_.decide_site(profile('a'), b, SiteDecision::kAllowed));
  restart();
  EXPECT_EQ(ask(kB, hash_of("popular")), Disclosure::kGlobal);
  EXPECT_EQ(ask(kB, hash_of("popular"), profile('b')), Disclosure::kRefused) << "the answer holds in its profile";

  ASSERT_TRUE(store_.decide_site(profile('a'), b, SiteDecision::kBlocked));
  EXPECT_EQ(ask_as(active(kB), hash_of("popular")), Disclosure::kRefused);
  EXPECT_EQ(why(kB, hash_of("popular")), MissReason::kAskBlocked);
  EXPECT_EQ(store_.site_decisions()->front().decision, SiteDecision::kBlocked) << "asking again changes nothing";
  EXPECT_EQ(ask(kA, hash_of("popular")), Disclosure::kStoringOrigin);
}

TEST_F(OptionsTest, AYesLetsASiteFindWhatItWasToldToBeMissingForWantOfIt) {
  ASSERT_TRUE(store_.set_setting("lookup.budget", "on"));
  ASSERT_TRUE(store_.set_setting("lookup.hashes", "2"));
  ASSERT_TRUE(store_.set_setting("gates.ask", "on"));
  ASSERT_TRUE(put(kA, "popular", Scope::global()));
  const Site b = store_.site_of(origin_of(kB));
  ask(kB, hash_of("absent"));
  ask(kB, hash_of("popular"));
  clock_.advance(1000);
  ASSERT_TRUE(store_.decide_site(profile('a'), b, SiteDecision::kAllowed));
  EXPECT_EQ(ask(kB, hash_of("popular")), Disclosure::kGlobal);
  restart();
  EXPECT_EQ(ask(kB, hash_of("popular")), Disclosure::kGlobal);
}

TEST_F(OptionsTest, AYesThatWasSaidBeforeGivesASiteNoMoreAnswers) {
  ASSERT_TRUE(store_.set_setting("lookup.budget", "on"));
  ASSERT_TRUE(store_.set_setting("lookup.hashes", "1"));
  ASSERT_TRUE(put(kA, "popular", Scope::global()));
  const Site b = store_.site_of(origin_of(kB));
  const auto spends = [&] {
    ask(kB, hash_of("absent"));
    EXPECT_EQ(why(kB, hash_of("popular")), MissReason::kBudgetSpent);
    clock_.advance(1000);
  };
  spends();
  ASSERT_TRUE(store_.decide_site(profile('a'), b, SiteDecision::kAllowed));
  EXPECT_EQ(why(kB, hash_of("popular")), MissReason::kBudgetSpent) << "outside ask mode it is no answer to anything";
  ASSERT_TRUE(store_.set_setting("gates.ask", "on"));
  ASSERT_TRUE(store_.decide_site(profile('a'), b, SiteDecision::kAllowed));
  EXPECT_EQ(why(kB, hash_of("popular")), MissReason::kBudgetSpent);
}

TEST_F(OptionsTest, WhatASiteMayLearnInAMonthIsBoundedHoweverOftenItIsAllowed) {
  ASSERT_TRUE(store_.set_setting("lookup.budget", "on"));
  ASSERT_TRUE(store_.set_setting("lookup.month-bits", "2"));
  ASSERT_TRUE(store_.set_setting("gates.ask", "on"));
  ASSERT_TRUE(put(kA, "popular", Scope::global()));
  const Site b = store_.site_of(origin_of(kB));
  for (int i = 0; i < 4; ++i) {
    ask(kB, hash_of("absent " + std::to_string(i)));
    clock_.advance(1000);
    ASSERT_TRUE(store_.decide_site(profile('a'), b, SiteDecision::kAsked));
    ASSERT_TRUE(store_.decide_site(profile('a'), b, SiteDecision::kAllowed));
  }
  EXPECT_EQ(why(kB, hash_of("popular")), MissReason::kBudgetSpent);
}

}  // namespace
}  // namespace libcos
