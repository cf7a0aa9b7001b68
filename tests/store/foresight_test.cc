// What a change of a setting would do is told before it is made, and is what happens then.
#include <fstream>

#include "store/store_fixture.h"

namespace libcos {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20U;
const std::string kA = "https://a.test";
const std::string kB = "https://b.test";
const std::string kC = "https://c.test";

class ForesightTest : public StoreTest {
 protected:
  SettingEffect foresee(std::string_view key, std::string_view value, const Realm& realm = profile('a')) {
    const auto effect = store_.foresee(realm, key, value);
    EXPECT_TRUE(effect) << effect.error().message;
    return effect.value_or(SettingEffect{});
  }
  std::uint64_t count(std::string_view key, std::string_view value, const Realm& realm = profile('a')) {
    const SettingEffect effect = foresee(key, value, realm);
    EXPECT_TRUE(effect.count) << key;
    EXPECT_FALSE(effect.more) << key;
    return effect.count.value_or(0);
  }
  void set(std::string_view key, std::string_view value) { EXPECT_TRUE(store_.set_setting(key, value)) << key; }

  static std::string file(char name, std::size_t mib = 1) { return std::string(mib * kMiB, name); }
  void put_files(const std::string& names) {
    for (const char name : names) {
      clock_.advance(1000);
      ASSERT_TRUE(put(kA, file(name)));
    }
  }
};

TEST_F(ForesightTest, WhatASmallerBudgetWouldRemoveTheNextWriteRemoves) {
  set("budget.origin-percent", "100");
  put_files("uvwxyz");
  ASSERT_TRUE(store_.pin(hash_of(file('u')), true));
  clock_.advance(1000);
  ask(kA, hash_of(file('v')));
  const std::string ceiling = std::to_string(3 * kMiB + 1);
  const SettingEffect foreseen = foresee("budget.ceiling", ceiling);
  EXPECT_EQ(foreseen.count, 3U);
  EXPECT_EQ(foreseen.bytes, 3 * kMiB);
  EXPECT_EQ(foreseen.budget, 3 * kMiB + 1);
  EXPECT_EQ(foreseen.left, 1U);
  EXPECT_FALSE(foreseen.full);
  set("budget.ceiling", ceiling);
  EXPECT_EQ(store_.totals()->entries, 6U) << "not at once: a limit that was set by mistake can be taken back";
  ASSERT_TRUE(put(kA, "1"));
  EXPECT_EQ(store_.totals()->entries, 6U - *foreseen.count + 1);
  for (const char kept : {'u', 'v', 'z'}) {
    EXPECT_TRUE(store_.stat(hash_of(file(kept)))->has_value()) << kept;
  }
}

TEST_F(ForesightTest, ALargerBudgetRemovesNothingAndSaysWhatStaysFree) {
  put_files("x");
  const SettingEffect foreseen = foresee("budget.ceiling", "5MiB");
  EXPECT_EQ(foreseen.count, 0U);
  EXPECT_EQ(foreseen.left, 4 * kMiB);
  EXPECT_EQ(foresee("budget.percent", "95").budget, [&] {
    set("budget.percent", "95");
    return store_.totals()->budget;
  }());
}

TEST_F(ForesightTest, ABudgetThatWhatIsPinnedAndReadFillsSaysThatNothingNewFits) {
  put_files("xy");
  ASSERT_TRUE(store_.pin(hash_of(file('x')), true));
  const auto reader = store_.open_entry(hash_of(file('y')));
  ASSERT_TRUE(reader);
  const SettingEffect foreseen = foresee("budget.ceiling", "1MiB");
  EXPECT_EQ(foreseen.count, 0U);
  EXPECT_TRUE(foreseen.full);
  set("budget.ceiling", "1MiB");
  EXPECT_EQ(put(kA, "more").error().code, ErrorCode::kQuotaExceeded);
}

TEST_F(ForesightTest, SitesThatALimitOfQuestionsWouldStopAreStoppedThen) {
  set("lookup.budget", "on");
  const auto absent = [](int number) { return hash_of("absent " + std::to_string(number)); };
  for (int i = 0; i < 6; ++i) {
    ask(kB, absent(i));
  }
  ask(kC, absent(0));
  EXPECT_EQ(count("lookup.hashes", "7"), 0U);
  EXPECT_EQ(count("lookup.hashes", "6"), 1U);
  EXPECT_EQ(count("lookup.hashes", "1"), 2U);
  EXPECT_EQ(count("lookup.bits", "2"), 1U) << "a second answer costs a bit, a seventh up to three";
  set("lookup.hashes", "6");
  ASSERT_TRUE(put(kA, "own"));
  put_on_public_hash_list({hash_of("own")});
  ASSERT_TRUE(put(kA, "own", Scope::global()));
  EXPECT_EQ(why(kB, hash_of("own")), MissReason::kBudgetSpent);
  EXPECT_EQ(why(kC, hash_of("own")), MissReason::kNone);
  const SettingEffect wider = foresee("lookup.hashes", "7");
  EXPECT_EQ(wider.count, 0U);
  EXPECT_EQ(wider.freed, 1U);
  clock_.advance(25LL * 3600 * 1000);
  EXPECT_EQ(count("lookup.hashes", "1"), 0U) << "their windows are over";
}

TEST_F(ForesightTest, SitesThatALimitOfWritesWouldStopAreStoppedThen) {
  set("write.files", "10");
  for (const char* text : {"one", "two", "three"}) {
    ASSERT_TRUE(put(kA, text));
  }
  ASSERT_TRUE(put(kB, "four"));
  EXPECT_EQ(count("write.files", "4"), 0U);
  EXPECT_EQ(count("write.files", "3"), 1U);
  EXPECT_EQ(count("write.files", "1"), 2U);
  EXPECT_EQ(count("write.files", "0"), 0U) << "which is no limit";
  set("write.files", "3");
  EXPECT_EQ(put(kA, "five").error().code, ErrorCode::kQuotaExceeded);
  EXPECT_TRUE(put(kB, "five"));
  EXPECT_EQ(foresee("write.files", "4").freed, 1U);
}

TEST_F(ForesightTest, FilesOfOtherProfilesThatSharingIsAboutAreThoseThatAreFoundByItAlone) {
  const Realm other = profile('b');
  put_on_public_hash_list({hash_of("shared"), hash_of("both"), hash_of("by hand")});
  ASSERT_TRUE(put(kA, "shared", Scope::global(), other));
  ASSERT_TRUE(put(kA, "both", Scope::global(), other));
  ASSERT_TRUE(put(kA, "both", Scope::global()));
  ASSERT_TRUE(put(kA, "unlisted", Scope::global(), other));
  ASSERT_TRUE(put(kA, "own", Scope::same_site(), other));
  auto by_hand = store_.begin_write({Realm::local(), std::nullopt, hash_of("by hand"), Scope::global()});
  ASSERT_TRUE(by_hand && by_hand->append(bytes_of("by hand")) && by_hand->close());

  EXPECT_EQ(count("realms.share", "off"), 1U);
  EXPECT_EQ(count("realms.share", "off", other), 0U);
  const auto found = [&] {
    std::uint64_t files = 0;
    for (const char* text : {"shared", "both", "unlisted", "own", "by hand"}) {
      files += ask(kB, hash_of(text)) != Disclosure::kRefused ? 1U : 0U;
    }
    return files;
  };
  EXPECT_EQ(found(), 3U);
  set("realms.share", "off");
  EXPECT_EQ(found(), 2U);
  EXPECT_EQ(count("realms.share", "on"), 1U);
}

TEST_F(ForesightTest, FilesThatPagesNobodyTouchedSharedAreThoseThatTheGestureHoldsBack) {
  put_on_public_hash_list({hash_of("untouched"), hash_of("touched")});
  const auto put_touched = [&](const char* text, const Scope& scope, bool touched) {
    ASSERT_TRUE(put_request({profile('a'), origin_of(kA), hash_of(text), scope, {}, std::nullopt, touched}, text));
  };
  put_touched("untouched", Scope::global(), false);
  put_touched("listed", Scope::list({origin_of(kB)}), false);
  put_touched("own", Scope::same_site(), false);
  put_touched("touched", Scope::global(), true);
  EXPECT_EQ(count("gates.user-gesture", "on"), 2U) << "what is for nobody else is not held back";
  set("gates.user-gesture", "on");
  EXPECT_EQ(why(kB, hash_of("untouched")), MissReason::kNoUserGesture);
  EXPECT_EQ(why(kB, hash_of("listed")), MissReason::kNoUserGesture);
  EXPECT_EQ(why(kB, hash_of("touched")), MissReason::kNone);
  ASSERT_TRUE(store_.request_read({profile('a'), origin_of(kA), std::nullopt, true}, hash_of("own")));
  EXPECT_EQ(count("gates.user-gesture", "off"), 0U) << "the user has used the page since";
}

TEST_F(ForesightTest, FilesInFramesNotesAndAnswersAreCounted) {
  ASSERT_TRUE(
      put_request({profile('a'), origin_of(kA), hash_of("framed"), Scope::same_site(), {}, origin_of(kB)}, "framed"));
  ASSERT_TRUE(put(kA, "plain"));
  EXPECT_EQ(count("frames.partition", "off"), 1U);
  ask(kA, hash_of("plain"));
  EXPECT_EQ(count("history.reads", "off"), 1U);
  ASSERT_TRUE(store_.decide_site(profile('a'), store_.site_of(origin_of(kB)), SiteDecision::kBlocked));
  EXPECT_EQ(count("gates.ask", "on"), 1U);
  EXPECT_EQ(count("gates.ask", "on", profile('b')), 0U);
  EXPECT_FALSE(foresee("handover.enabled", "off").count);
}

TEST_F(ForesightTest, WhatCannotBeSetCannotBeForeseenAndForTheSameReason) {
  const auto policy = temp_.path() / "policy.json";
  std::ofstream(policy) << R"({"settings": {"budget.percent": 10}})";
  Store administered = std::move(*Store::open({directory(), clock_.function(), policy}));
  for (const auto& [key, value] :
       {std::pair("budget.percent", "20"), {"budget.percent", "0"}, {"gates.ask", "yes"}, {"none.such", "1"}}) {
    const Status made = administered.set_setting(key, value);
    const auto foreseen = administered.foresee(profile('a'), key, value);
    ASSERT_FALSE(made) << key;
    ASSERT_FALSE(foreseen) << key;
    EXPECT_EQ(foreseen.error().code, made.error().code);
    EXPECT_EQ(foreseen.error().message, made.error().message);
    EXPECT_EQ(foreseen.error().mend, made.error().mend);
  }
}

}  // namespace
}  // namespace libcos
