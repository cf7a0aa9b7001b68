// The administrator's policy: what it says wins over the user, and what it does not say is the user's.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "store/administrator.h"
#include "store/store_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";
const std::string kB = "https://app.b.test";

class AdministratorTest : public StoreTest {
 protected:
  [[nodiscard]] std::filesystem::path policy() const { return temp_.path() / "policy.json"; }
  Result<Store> open_under(const std::string& text) {
    std::ofstream(policy()) << text;
    return Store::open({directory(), clock_.function(), policy()});
  }
  void decide(const std::string& text) {
    auto opened = open_under(text);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  [[nodiscard]] std::string value(std::string_view key) { return store_.setting(key)->value; }
};

TEST_F(AdministratorTest, WhatIsDecidedWinsOverWhatTheUserHasSet) {
  ASSERT_TRUE(store_.set_setting("budget.ceiling", "2GiB"));
  ASSERT_TRUE(store_.set_setting("write.limit", "1GiB"));
  decide(R"({"settings": {"budget.ceiling": "5MiB", "realms.share": false, "handover.links": 7,
                          "phl.url": "https://lists.example/list.txt"}})");
  EXPECT_EQ(value("budget.ceiling"), "5MiB");
  EXPECT_LE(store_.totals()->budget, 5U << 20U) << "and it is what is done";
  EXPECT_EQ(value("realms.share"), "off");
  EXPECT_EQ(value("handover.links"), "7");
  EXPECT_EQ(value("phl.url"), "https://lists.example/list.txt");
  EXPECT_EQ(value("write.limit"), "1GiB") << "the user's own";
  EXPECT_TRUE(store_.setting("budget.ceiling")->administered);
  EXPECT_FALSE(store_.setting("write.limit")->administered);
  const auto settings = store_.settings();
  EXPECT_EQ(std::count_if(settings->begin(), settings->end(), [](const Setting& one) { return one.administered; }), 4);
}

TEST_F(AdministratorTest, TheUserCannotChangeWhatIsDecidedAndHasItBackAfterwards) {
  ASSERT_TRUE(store_.set_setting("budget.ceiling", "2GiB"));
  decide(R"({"settings": {"budget.ceiling": "5MiB"}})");
  const Status refused = store_.set_setting("budget.ceiling", "3GiB");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kNotAllowed);
  EXPECT_NE(refused.error().message.find("set by your administrator"), std::string::npos);
  EXPECT_NE(refused.error().mend.find(policy().string()), std::string::npos);
  EXPECT_EQ(store_.set_setting("budget.ceiling", "nonsense").error().code, ErrorCode::kType);
  EXPECT_TRUE(store_.set_setting("write.limit", "1GiB"));
  restart();
  EXPECT_EQ(value("budget.ceiling"), "2GiB");
}

TEST_F(AdministratorTest, OnlyAllowedSitesUseTheStore) {
  ASSERT_TRUE(put(kA, "text", Scope::global()));
  ASSERT_TRUE(put(kB, "text", Scope::global()));
  decide(R"({"sites": {"allowed": ["b.test"]}})");
  EXPECT_EQ(ask(kA, hash_of("text")), Disclosure::kRefused);
  EXPECT_EQ(store_.explain_read({profile('a'), origin_of(kA)}, hash_of("text"))->reason, MissReason::kAdministrator);
  EXPECT_EQ(ask(kB, hash_of("text")), Disclosure::kStoringOrigin);
  const auto refused = put(kA, "more");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kNotAllowed);
  EXPECT_TRUE(put(kB, "more"));
  EXPECT_FALSE(store_.stat(hash_of("more"))->value().storing_origins.empty());
  EXPECT_TRUE(store_.begin_add(Realm::local(), HashAlgorithm::kSha256, Scope::same_site())) << "the user is no site";
}

TEST_F(AdministratorTest, BlockedSitesDoNotEvenWhereTheyAreAllowed) {
  ASSERT_TRUE(put(kB, "text"));
  decide(R"({"sites": {"blocked": ["app.b.test"]}})");
  EXPECT_EQ(ask(kB, hash_of("text")), Disclosure::kRefused);
  EXPECT_TRUE(put(kA, "others may"));
  decide(R"({"sites": {"allowed": ["b.test"], "blocked": ["app.b.test"]}})");
  EXPECT_FALSE(put(kB, "more"));
  EXPECT_TRUE(put("https://b.test", "more"));
  decide(R"({"sites": {"allowed": []}})");
  EXPECT_FALSE(put("https://b.test", "nobody may"));
}

TEST_F(AdministratorTest, PrivateWindowsAreUnderItToo) {
  std::ofstream(policy()) << R"({"sites": {"blocked": ["a.test"]}, "settings": {"write.limit": "1MiB"}})";
  auto store = Store::open_private({directory(), clock_.function(), policy()});
  ASSERT_TRUE(store);
  EXPECT_FALSE(store->begin_write({profile('a'), origin_of(kA), hash_of("text")}));
  const auto writer = store->begin_write({profile('a'), origin_of(kB), hash_of("text")});
  ASSERT_TRUE(writer);
  EXPECT_EQ(writer->limit(), 1U << 20U);
}

TEST_F(AdministratorTest, APolicyThatIsNotUnderstoodClosesTheStore) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"", "no JSON object"},
      {"{", "no JSON object"},
      {"[]", "no JSON object"},
      {R"({"settings": {}} trailing)", "no JSON object"},
      {R"({"setings": {}})", "'setings'"},
      {R"({"settings": []})", "'settings'"},
      {R"({"settings": {"budget.celing": 1}})", "no setting 'budget.celing'"},
      {R"({"settings": {"budget.percent": 200}})", "from 1 to 95"},
      {R"({"settings": {"budget.percent": null}})", "no text, number or switch"},
      {R"({"settings": {"budget.percent": {"a": 1}}})", "no text, number or switch"},
      {R"({"settings": {"phl.url": "http://lists.example"}})", "https://"},
      {R"({"sites": {"alowed": []}})", "'alowed'"},
      {R"({"sites": {"allowed": "b.test"}})", "no list"},
      {R"({"sites": {"blocked": ["https://b.test"]}})", "'https://b.test'"},
      {R"({"sites": {"allowed": [7]}})", "'7'"},
  };
  for (const auto& [text, words] : wrong) {
    const auto opened = open_under(text);
    ASSERT_FALSE(opened) << text;
    EXPECT_EQ(opened.error().code, ErrorCode::kNotAllowed) << text;
    EXPECT_NE(opened.error().message.find(words), std::string::npos) << text << ": " << opened.error().message;
    EXPECT_NE(opened.error().message.find(policy().string()), std::string::npos);
    EXPECT_FALSE(Store::open_private({directory(), clock_.function(), policy()})) << text;
  }
}

TEST_F(AdministratorTest, AFileThatIsThereAndCannotBeReadClosesTheStore) {
  std::filesystem::create_directory(policy());
  EXPECT_FALSE(Store::open({directory(), clock_.function(), policy()}));
  std::filesystem::remove(policy());
  std::filesystem::create_symlink(temp_.path() / "nowhere", policy());
  EXPECT_FALSE(Store::open({directory(), clock_.function(), policy()})) << "a link that leads nowhere is no absence";
}

TEST_F(AdministratorTest, WithoutAFileNothingIsDecided) {
  for (const std::filesystem::path& none :
       {policy(), temp_.path() / "no" / "such" / "place", std::filesystem::path()}) {
    auto opened = Store::open({directory(), clock_.function(), none});
    ASSERT_TRUE(opened);
    EXPECT_TRUE(opened->set_setting("budget.ceiling", "2GiB"));
  }
}

TEST_F(AdministratorTest, APolicyThatCannotBeLookedAtIsNotTakenForNone) {
  std::filesystem::create_symlink("loop", temp_.path() / "loop");
  EXPECT_FALSE(read_administrator_policy(temp_.path() / "loop" / "policy.json"));
  EXPECT_FALSE(Store::open({directory(), {}, temp_.path() / "loop" / "policy.json"}));
}

// What is accepted must be applied: each of these names a.test as blocked and was taken without a word.
TEST_F(AdministratorTest, WhatIsAcceptedIsApplied) {
  for (const char* text :
       {R"({"sites": {"blocked": ["a.test."]}})", R"({"sites": {"blocked": ["c.test"], "blocked": ["a.test"]}})",
        R"({"sites": {"blocked": ["c.test"]}, "sites": {"blocked": ["a.test"]}})",
        R"({"s\u0069tes": {"blocked": ["a.test"]}})", R"({"sites": {"bl\u006fcked": ["a.test"]}})"}) {
    const auto policy_of = [&] {
      std::ofstream(policy()) << text;
      return read_administrator_policy(policy());
    }();
    EXPECT_TRUE(!policy_of || !policy_of->lets_use("a.test")) << text;
  }
  std::ofstream(policy()) << R"({"settings": {"disk.reserve": "1GiB"}, "settings": {"realms.share": false}})";
  const auto twice = read_administrator_policy(policy());
  EXPECT_TRUE(!twice || twice->setting("realms.share") != nullptr);
}

}  // namespace
}  // namespace libcos
