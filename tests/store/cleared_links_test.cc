// What becomes of hand-over links when a user clears a profile, a site or an origin.
#include <functional>
#include <vector>

#include "store/links_fixture.h"

namespace libcos {
namespace {

const std::string kFrame = "https://frame.test";
const Site kFramingPage{"https://page.test"};

class ClearedLinksTest : public LinksTest {
 protected:
  void store_for_everybody() {
    ASSERT_TRUE(put(kA, "text", Scope::global()));
    put_on_public_hash_list({hash_of("text")});
  }
  // The frame on somebody else's page reads what another site has stored …
  void frame_reads() {
    ASSERT_EQ(ask_as(framed(kFrame, kFramingPage.serialized), hash_of("text")), Disclosure::kGlobal);
  }
  // … or stores what another site keeps as well.
  void frame_stores() {
    ASSERT_TRUE(put_request(
        {profile('a'), origin_of(kFrame), hash_of("text"), Scope::same_site(), "", origin_of(kFramingPage.serialized)},
        "text"));
    ASSERT_TRUE(put(kA, "text"));
  }
  std::filesystem::path link_on_page(const std::string& name) {
    const auto path = marked(name);
    EXPECT_TRUE(store_.hand_over(profile('a'), kFramingPage, hash_of("text"), path));
    return path;
  }
};

TEST_F(ClearedLinksTest, ClearingAProfileRemovesItsLinksToWhatAnotherKeeps) {
  ASSERT_TRUE(put(kA, "text", Scope::same_site(), profile('a')));
  ASSERT_TRUE(put(kA, "text", Scope::same_site(), profile('b')));
  const auto path = marked("1");
  const auto theirs = marked("2");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  ASSERT_TRUE(store_.hand_over(profile('b'), kPage, hash_of("text"), theirs));
  ASSERT_TRUE(store_.clear_all(profile('a')));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(std::filesystem::exists(theirs));
}

// Else its first read afterwards would be as quick as a second one, and tell it that it has been here before.
TEST_F(ClearedLinksTest, ClearingASiteRemovesTheLinksOfItsPagesToWhatOthersStored) {
  const std::string reader = "https://www.b.test";
  const Site page{"https://b.test"};
  ASSERT_TRUE(put(kA, "text", Scope::list({origin_of(reader)})));
  int made = 0;
  for (const auto& clear : std::vector<std::function<bool()>>{
           [&] { return store_.clear_site("b.test", std::nullopt).has_value(); },
           [&] { return store_.clear_origin(origin_of(reader), profile('a')).has_value(); }}) {
    const auto path = marked(std::to_string(made++));
    const auto theirs = marked(std::to_string(made++));
    ASSERT_TRUE(store_.hand_over(profile('a'), page, hash_of("text"), path));
    ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), theirs));
    ASSERT_TRUE(clear());
    EXPECT_EQ(store_.current_link(profile('a'), page, hash_of("text")).value(), std::nullopt);
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_TRUE(std::filesystem::exists(theirs));
  }
}

// A link lies at the page's place. Else the frame's first read afterwards would tell it that it has been there before.
TEST_F(ClearedLinksTest, ClearingASiteRemovesTheLinksThatItsFramesReadThrough) {
  store_for_everybody();
  int made = 0;
  for (const auto& clear : std::vector<std::function<bool()>>{
           [&] { return store_.clear_site("frame.test", std::nullopt).has_value(); },
           [&] { return store_.clear_origin(origin_of(kFrame), profile('a')).has_value(); }}) {
    frame_reads();
    const auto path = link_on_page(std::to_string(made++));
    ASSERT_TRUE(clear());
    EXPECT_EQ(store_.current_link(profile('a'), kFramingPage, hash_of("text")).value(), std::nullopt);
    EXPECT_FALSE(std::filesystem::exists(path));
  }
}

TEST_F(ClearedLinksTest, ClearingASiteRemovesTheLinksToWhatItsFramesStored) {
  frame_stores();
  const auto path = link_on_page("1");
  ASSERT_TRUE(store_.clear_site("frame.test", std::nullopt));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ClearedLinksTest, ALinkOfAClearedFrameThatCannotGoIsToldOfAndGoesWithALaterStart) {
  frame_stores();
  const auto path = link_on_page("1");
  const auto in_the_way = path.parent_path() / ".cos-1";
  std::filesystem::create_directory(in_the_way);
  EXPECT_FALSE(store_.clear_site("frame.test", std::nullopt));
  std::filesystem::remove(in_the_way);
  std::filesystem::create_hard_link(blob_path(hash_of("text")), path);  // as if it had not gone either
  EXPECT_EQ(store_.current_link(profile('a'), kFramingPage, hash_of("text")).value(), std::nullopt);
  restart();
  ASSERT_TRUE(store_.sweep_links());
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ClearedLinksTest, AnotherProcessThatClearsASiteKnowsAtOnceWhatItsFramesReadThroughLinks) {
  store_for_everybody();
  frame_reads();
  const auto path = link_on_page("1");
  ASSERT_TRUE(open_again().clear_site("frame.test", std::nullopt));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ClearedLinksTest, WhereNobodyKnowsWhoReadWhatClearingASiteRemovesAllLinks) {
  ASSERT_TRUE(store_.set_setting("history.reads", "off"));
  ASSERT_TRUE(put(kA, "text"));
  const auto path = marked("1");
  ASSERT_TRUE(store_.hand_over(profile('a'), kPage, hash_of("text"), path));
  ASSERT_TRUE(store_.clear_site("frame.test", profile('a')));
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace libcos
