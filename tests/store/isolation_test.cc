// What one site, page or profile does shows to no other: not in what is found, not in what may be stored, not in what
// is lost, and not in what is quick.
#include <filesystem>
#include <fstream>

#include "store/store_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";
const std::string kB = "https://b.test";
constexpr std::size_t kMiB = std::size_t{1} << 20U;

// Each test is done twice, once with what others do and once without: both must end alike.
class IsolationTest : public StoreTest, public testing::WithParamInterface<bool> {
 protected:
  [[nodiscard]] static bool others_act() { return GetParam(); }

  void allow_an_origin_4_mib() {
    ASSERT_TRUE(store_.set_setting("budget.ceiling", "100MiB"));
    ASSERT_TRUE(store_.set_setting("budget.origin-percent", "4"));
  }
  // A page of the profile reads through a link, as pages do.
  void read_through_link(const Realm& realm, const std::string& site, const std::string& text) {
    const auto path = temp_.path() / "profile" / (hash_of(text).hex().substr(0, 8) + realm.name());
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << "marker";
    ASSERT_TRUE(store_.hand_over(realm, Site{site}, hash_of(text), path));
  }
  static std::vector<Origin> origins(int count) {
    std::vector<Origin> all;
    for (int i = 0; i < count; ++i) {
      all.push_back(origin_of("https://o" + std::to_string(i) + ".test"));
    }
    return all;
  }
};

TEST_P(IsolationTest, AListOfAHundredDoesNotTellWhetherAnotherSiteStoredTheBytesWithAList) {
  if (others_act()) {
    ASSERT_TRUE(put("https://victim.test", "text", Scope::list({origin_of("https://partner.test")})));
  }
  std::vector<Origin> hundred = origins(99);
  hundred.push_back(origin_of("https://probe.test"));
  ASSERT_TRUE(put(kA, "text", Scope::list(hundred)));
  EXPECT_EQ(ask("https://probe.test", hash_of("text")), Disclosure::kListed);
}

TEST_P(IsolationTest, AListThatAFrameFilledOnOnePageDoesNotShowToItsFrameOnAnother) {
  const std::string tracker = "https://t.test";
  const std::string reader = "https://x.test";
  const auto put_framed = [&](const std::string& page, const Scope& scope) {
    return put_request({profile('a'), origin_of(tracker), hash_of("text"), scope, "", origin_of(page)}, "text");
  };
  if (others_act()) {
    ASSERT_TRUE(put_framed(kA, Scope::list(origins(100))));
  }
  ASSERT_TRUE(put_framed(kB, Scope::list({origin_of(reader)})));
  EXPECT_EQ(ask_as(framed(reader, kB), hash_of("text")), Disclosure::kListed);
}

TEST_P(IsolationTest, WhatAnotherProfileStoredDoesNotShowInAnOriginsShare) {
  allow_an_origin_4_mib();
  const std::string held(3 * kMiB, 'x');
  ASSERT_TRUE(put(kA, held));
  if (others_act()) {
    ASSERT_TRUE(put(kB, held, Scope::same_site(), profile('b')));
  }
  // The site is reading it, so it makes no room.
  read_through_link(profile('a'), kA, held);
  EXPECT_FALSE(put(kA, std::string(3 * kMiB, 'y')));
}

TEST_P(IsolationTest, WhatAnotherProfileReadsDoesNotShowInAnOriginsShare) {
  allow_an_origin_4_mib();
  const std::string held(3 * kMiB, 'x');
  ASSERT_TRUE(put(kA, held, Scope::global()));
  put_on_public_hash_list({hash_of(held)});
  if (others_act()) {
    ASSERT_EQ(ask(kB, hash_of(held), profile('b')), Disclosure::kGlobal);
    read_through_link(profile('b'), kB, held);
  }
  EXPECT_TRUE(put(kA, std::string(3 * kMiB, 'y')));
}

TEST_P(IsolationTest, WhoReadAnOriginsFilesDoesNotShowInWhichOfThemItLoses) {
  allow_an_origin_4_mib();
  const std::string first(2 * kMiB - 1, '1');
  const std::string second(2 * kMiB - 1, '2');
  ASSERT_TRUE(put(kA, first, Scope::global()));
  put_on_public_hash_list({hash_of(first)});
  clock_.advance(120'000);
  ASSERT_TRUE(put(kA, second));
  clock_.advance(120'000);
  if (others_act()) {
    ASSERT_EQ(ask(kB, hash_of(first)), Disclosure::kGlobal);
    ASSERT_EQ(ask(kB, hash_of(first), profile('b')), Disclosure::kGlobal);
  }
  clock_.advance(120'000);
  ASSERT_TRUE(put(kA, std::string(2 * kMiB - 1, '3')));
  EXPECT_EQ(ask(kA, hash_of(first)), Disclosure::kRefused);
  EXPECT_EQ(ask(kA, hash_of(second)), Disclosure::kStoringOrigin);
}

TEST_P(IsolationTest, WhatOtherSitesReadDoesNotMakeASitesNextReadSlower) {
  ASSERT_TRUE(store_.set_setting("handover.links", "64"));
  std::vector<std::string> texts;
  for (int i = 0; i < 8; ++i) {
    texts.push_back("text " + std::to_string(i));
    ASSERT_TRUE(put(kA, texts.back()));
    clock_.advance(1000);
    read_through_link(profile('a'), kA, texts.back());
  }
  if (others_act()) {
    for (int i = 0; i < 20; ++i) {
      const std::string text = "other " + std::to_string(i);
      ASSERT_TRUE(put(kB, text));
      clock_.advance(1000);
      read_through_link(profile('a'), kB, text);
    }
  }
  for (const std::string& text : texts) {
    EXPECT_NE(store_.current_link(profile('a'), Site{kA}, hash_of(text)).value(), std::nullopt) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Others, IsolationTest, testing::Bool(),
                         [](const auto& which) { return which.param ? "WhenOthersAct" : "WhenNobodyDoes"; });

}  // namespace
}  // namespace libcos
