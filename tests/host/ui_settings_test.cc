// What the settings page asks of the host about settings and sites, and what changing them would do (docs/protocol.md).
#include <string>

#include "host/ui_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";
const std::string kB = "https://b.test";

class UserSettingsTest : public UserCommandsTest {};

TEST_F(UserSettingsTest, ANumberSaysWhatItMayBeAndASwitchDoesNot) {
  const json reply = ask("settings");
  std::map<std::string, json> settings;
  for (const json& setting : reply.at("settings")) {
    settings[setting.at("key").get<std::string>()] = setting;
  }
  EXPECT_EQ(settings.at("grease.percent").at("least"), "0");
  EXPECT_EQ(settings.at("grease.percent").at("most"), "50");
  EXPECT_EQ(settings.at("budget.ceiling").at("least"), "1MiB");
  EXPECT_FALSE(settings.at("gates.ask").contains("most"));
  EXPECT_FALSE(settings.at("phl.url").contains("most"));
}

TEST_F(UserSettingsTest, ASettingThatIsChangedIsTheStores) {
  const json reply = ask("set", {{"key", "gates.ask"}, {"value", "on"}});
  ASSERT_EQ(refusal(reply), "");
  EXPECT_EQ(reply.at("setting").at("value"), "on");
  EXPECT_EQ(store().setting("gates.ask")->value, "on");
  const json all = ask("settings").at("settings");
  EXPECT_TRUE(std::any_of(all.begin(), all.end(), [](const json& setting) {
    return setting.at("key") == "gates.ask" && setting.at("value") == "on" && setting.at("default") == "off";
  }));
}

TEST_F(UserSettingsTest, ASettingThatIsRefusedSaysWhatIsAccepted) {
  const json reply = ask("set", {{"key", "grease.percent"}, {"value", "90"}});
  EXPECT_EQ(refusal(reply), "TypeError");
  EXPECT_NE(reply.at("error").at("message").get<std::string>().find("50"), std::string::npos) << reply;
  EXPECT_EQ(store().setting("grease.percent")->value, store().setting("grease.percent")->fallback);
  EXPECT_EQ(refusal(ask("set", {{"key", "no.such"}, {"value", "1"}})), "TypeError");
  EXPECT_EQ(refusal(ask("set", {{"key", "gates.ask"}, {"value", true}})), "TypeError");
}

TEST_F(UserSettingsTest, ADecisionAboutASiteHoldsForThisProfileAlone) {
  EXPECT_EQ(refusal(ask("decide", {{"site", "www.a.test"}, {"decision", "allowed"}})), "");
  const json sites = ask("sites").at("sites");
  ASSERT_EQ(sites.size(), 1U);
  EXPECT_EQ(sites[0].at("site"), kA);
  EXPECT_EQ(sites[0].at("decision"), "allowed");
  NativeHost other(home_.environment());
  ASSERT_EQ(refusal(other.hello('b')), "");
  EXPECT_TRUE(other.ask({{"cmd", "ui.sites"}}).at("sites").empty());
  EXPECT_EQ(refusal(ask("decide", {{"site", kA}, {"decision", "asked"}})), "");
  EXPECT_TRUE(ask("sites").at("sites").empty());
  EXPECT_EQ(refusal(ask("decide", {{"site", kA}, {"decision", "yes"}})), "TypeError");
  EXPECT_EQ(refusal(ask("decide", {{"site", "not a site"}, {"decision", "allowed"}})), "TypeError");
}

TEST_F(UserSettingsTest, OneSiteIsAskedAboutAloneByOriginOrHost) {
  const json unknown = ask("site", {{"site", "https://www.a.test:8443/some/page?x#y"}});
  ASSERT_EQ(refusal(unknown), "");
  EXPECT_EQ(unknown.at("ask"), false);
  EXPECT_EQ(unknown.at("site"), kA);
  EXPECT_EQ(unknown.at("decision"), nullptr);
  EXPECT_EQ(refusal(ask("set", {{"key", "gates.ask"}, {"value", "on"}})), "");
  for (const char* decision : {"allowed", "blocked"}) {
    EXPECT_EQ(refusal(ask("decide", {{"site", kA}, {"decision", decision}})), "");
    EXPECT_EQ(ask("site", {{"site", "a.test"}}).at("decision"), decision);
  }
  EXPECT_EQ(ask("site", {{"site", "a.test"}}).at("ask"), true);
  EXPECT_EQ(refusal(ask("decide", {{"site", kA}, {"decision", "asked"}})), "");
  EXPECT_EQ(ask("site", {{"site", kA}}).at("decision"), nullptr) << "what was said is forgotten";
  NativeHost other(home_.environment());
  const json hello = other.hello('b');
  EXPECT_EQ(hello.at("ask"), true) << "the setting is the machine's";
  EXPECT_EQ(refusal(ask("decide", {{"site", kA}, {"decision", "allowed"}})), "");
  EXPECT_EQ(other.ask({{"cmd", "ui.site"}, {"site", kA}}).at("decision"), nullptr) << "the answer is the profile's";
  for (const char* none : {"", "not a site", "null://", "data:text/plain,x"}) {
    EXPECT_EQ(refusal(ask("site", {{"site", none}})), "TypeError") << none;
  }
}

TEST_F(UserSettingsTest, TheEffectOfAChangeIsToldAndTheChangeIsNotMade) {
  store_text(host_, kA, std::string(700'000, 'x'));
  store_text(host_, kB, std::string(700'000, 'y'));
  const auto effect = [&](const std::string& key, const std::string& value) {
    const json reply = ask("effect", {{"changes", json::array({{{"key", key}, {"value", value}}})}});
    EXPECT_EQ(refusal(reply), "");
    return reply.at("effects").at(0);
  };
  const json smaller = effect("budget.ceiling", "1MiB");
  EXPECT_EQ(smaller.at("count"), 1);
  EXPECT_EQ(smaller.at("bytes"), 700'000);
  EXPECT_EQ(smaller.at("budget"), 1 << 20);
  EXPECT_EQ(smaller.at("left"), (1 << 20) - 700'000);
  const json larger = effect("budget.ceiling", "2MiB");
  EXPECT_EQ(larger.at("count"), 0);
  EXPECT_EQ(larger.at("left"), (1 << 21) - 1'400'000);
  EXPECT_EQ(effect("write.files", "1").at("count"), 2);
  EXPECT_EQ(effect("write.files", "1000").at("count"), 0);
  EXPECT_FALSE(effect("handover.enabled", "off").contains("count")) << "there is nothing to count";
  EXPECT_EQ(entries(), 2U);
  EXPECT_EQ(store().setting("budget.ceiling")->value, store().setting("budget.ceiling")->fallback);
}

TEST_F(UserSettingsTest, SeveralChangesAreForeseenInOneQuestionInTheirOrder) {
  EXPECT_EQ(refusal(ask("decide", {{"site", kA}, {"decision", "allowed"}})), "");
  const json effects = ask("effect", {{"changes", json::array({{{"key", "history.reads"}, {"value", "off"}},
                                                               {{"key", "gates.ask"}, {"value", "on"}}})}})
                           .at("effects");
  ASSERT_EQ(effects.size(), 2U);
  EXPECT_EQ(effects[0].at("key"), "history.reads");
  EXPECT_EQ(effects[1].at("key"), "gates.ask");
  EXPECT_EQ(effects[1].at("count"), 1);
}

TEST_F(UserSettingsTest, AChangeThatWouldBeRefusedIsForeseenToBeInTheSameWords) {
  for (const auto& [key, value] : {std::pair("grease.percent", "90"), {"budget.ceiling", "much"}, {"no.such", "1"}}) {
    const json made = ask("set", {{"key", key}, {"value", value}});
    const json foreseen = ask("effect", {{"changes", json::array({{{"key", key}, {"value", value}}})}});
    EXPECT_EQ(refusal(foreseen), "TypeError");
    EXPECT_EQ(foreseen.at("error"), made.at("error"));
  }
  for (const json& half : {json::object(), json{{"changes", "budget.ceiling"}}, json{{"changes", json::array({1})}},
                           json{{"changes", json::array({{{"key", "gates.ask"}}})}},
                           json{{"changes", std::vector<json>(100, {{"key", "gates.ask"}, {"value", "on"}})}}}) {
    EXPECT_EQ(refusal(ask("effect", half)), "TypeError") << half;
  }
}

}  // namespace
}  // namespace libcos
