// What the extension's own pages ask of the host (docs/protocol.md, "For the user").
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "host/file_kind.h"
#include "host/ui_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";
const std::string kB = "https://b.test";

TEST_F(UserCommandsTest, NoneIsAnsweredBeforeHello) {
  NativeHost fresh(home_.environment());
  for (const char* command : {"ui.entries", "ui.remove", "ui.clear", "ui.set"}) {
    EXPECT_EQ(refusal(fresh.ask({{"cmd", command}})), "ProtocolError") << command;
  }
}

TEST_F(UserCommandsTest, AnUnknownOneIsAProtocolError) {
  EXPECT_EQ(refusal(ask("everything")), "ProtocolError");
  EXPECT_EQ(refusal(ask("")), "ProtocolError");
}

TEST_F(UserCommandsTest, AListShowsWhatSitesStoredAndWhoMayReadIt) {
  store_text(host_, kA, "own");
  store_text(host_, kB, "a longer one, for a list", json::array({kA}));
  const json rows = ask("entries", {{"order", "size"}}).at("entries");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].at("storedBy"), json::array({kB}));
  EXPECT_EQ(rows[0].at("readableBy"), "listed");
  EXPECT_EQ(rows[0].at("kind"), "text");
  EXPECT_EQ(rows[1].at("hash"), json_of(hash_of("own")));
  EXPECT_EQ(rows[1].at("size"), 3);
  EXPECT_EQ(rows[1].at("readableBy"), "site");
}

TEST_F(UserCommandsTest, PagesOfAListHoldEachEntryOnceInTheOrderThatWasAskedFor) {
  std::vector<std::string> by_size;
  for (std::size_t size = 25; size > 0; --size) {
    const std::string text(size, 'x');
    store_text(host_, kA, text);
    by_size.push_back(hash_of(text).hex());
  }
  EXPECT_EQ(walk({{"order", "size"}, {"limit", 7}}), by_size);
  auto stored = walk({{"order", "stored"}, {"limit", 1}});
  EXPECT_EQ(stored.front(), by_size.back());
  EXPECT_EQ(stored.size(), by_size.size());
}

TEST_F(UserCommandsTest, ASearchFindsByHashAndBySite) {
  store_text(host_, "https://models.a.test", "one");
  store_text(host_, kB, "two");
  const std::string one = hash_of("one").hex();
  EXPECT_EQ(walk({{"search", "MODELS.a"}}), std::vector{one});
  EXPECT_EQ(walk({{"search", one.substr(0, 6)}}), std::vector{one});
  EXPECT_EQ(walk({{"search", one}}), std::vector{one});
  EXPECT_EQ(walk({{"search", "c.test"}}), std::vector<std::string>{});
}

TEST_F(UserCommandsTest, ASearchWalksOnPageByPageUntilAllIsFound) {
  for (int i = 0; i < 120; ++i) {
    store_text(host_, i % 3 == 0 ? kA : kB, "text " + std::to_string(i));
  }
  EXPECT_EQ(walk({{"search", "a.test"}, {"limit", 10}}).size(), 40U);
}

TEST_F(UserCommandsTest, WhatOneOriginStoredIsListedAloneAndSearchedAlone) {
  store_text(host_, kA, "one");
  store_text(host_, kA, "three");
  for (const char* alike : {"https://a.test:8443", "http://a.test", "https://sub.a.test", "https://a.test.example"}) {
    store_text(host_, alike, std::string("of ") + alike);
  }
  NativeHost other(home_.environment());
  ASSERT_EQ(refusal(other.hello('b')), "");
  store_text(other, kA, "in another profile");
  const std::vector<std::string> by_size{hash_of("three").hex(), hash_of("one").hex()};
  EXPECT_EQ(walk({{"origin", kA}, {"order", "size"}}), by_size);
  EXPECT_EQ(walk({{"origin", kA}, {"order", "size"}, {"limit", 1}}), by_size);
  EXPECT_EQ(walk({{"origin", kA}, {"search", "a.test"}, {"order", "size"}}), by_size);
  EXPECT_EQ(walk({{"origin", kA}, {"search", hash_of("one").hex()}}), std::vector{hash_of("one").hex()});
  EXPECT_EQ(walk({{"origin", kB}}), std::vector<std::string>{});
  EXPECT_EQ(refusal(ask("entries", {{"origin", "a.test"}})), "TypeError");
  EXPECT_EQ(refusal(ask("entries", {{"origin", 7}})), "TypeError");
}

TEST_F(UserCommandsTest, TheSitesOfThisProfileAloneAreListedInPagesWithWhatTheyStored) {
  store_text(host_, kA, "one");
  store_text(host_, kA, "two");
  store_text(host_, kB, "a long text");
  NativeHost other(home_.environment());
  ASSERT_EQ(refusal(other.hello('b')), "");
  store_text(other, "https://secret.test", "something");
  store_text(other, kB, "and more");
  const json a{{"origin", kA}, {"entries", 2}, {"bytes", 6}};
  const json b{{"origin", kB}, {"entries", 1}, {"bytes", 11}};
  EXPECT_EQ(ask("origins").at("origins"), json::array({b, a}));
  EXPECT_EQ(ask("origins", {{"order", "entries"}}).at("origins"), json::array({a, b}));
  EXPECT_EQ(ask("origins", {{"order", "name"}}).at("origins"), json::array({a, b}));
  const json first = ask("origins", {{"limit", 1}});
  EXPECT_EQ(first.at("origins"), json::array({b}));
  const json rest = ask("origins", {{"limit", 1}, {"after", first.at("next")}});
  EXPECT_EQ(rest.at("origins"), json::array({a}));
  EXPECT_FALSE(rest.contains("next"));
  for (const json& place : {json("here"), json{{"key", 1}}, json{{"origin", kA}}, json{{"key", -1}, {"origin", kA}}}) {
    EXPECT_EQ(refusal(ask("origins", {{"after", place}})), "TypeError") << place;
  }
}

TEST_F(UserCommandsTest, AnEntrySaysWhoStoredItWhoReadItAndWhen) {
  put_on_public_hash_list(hash_of("shared"));
  store_text(host_, kA, "shared", "*");
  EXPECT_TRUE(is_found(host_, kA, hash_of("shared")));
  const json reply = entry("shared");
  ASSERT_EQ(refusal(reply), "");
  const json& about = reply.at("entry");
  EXPECT_EQ(about.at("readableBy"), "all");
  EXPECT_EQ(about.at("storing")[0].at("origin"), kA);
  EXPECT_TRUE(about.at("onHashList").get<bool>());
  const auto& history = about.at("history");
  EXPECT_TRUE(std::any_of(history.begin(), history.end(),
                          [](const json& event) { return event.at("event") == "stored" && event.at("origin") == kA; }));
}

TEST_F(UserCommandsTest, EachSiteThatReadWhatAnotherStoredSavedADownloadOnce) {
  put_on_public_hash_list(hash_of("shared"));
  ASSERT_TRUE(store().set_setting("grease.percent", "0"));
  NativeHost host(home_.environment());
  ASSERT_EQ(refusal(host.hello()), "");
  store_text(host, kA, "shared", "*");
  const auto use = [&] {
    const json row = host.ask({{"cmd", "ui.entries"}}).at("entries").at(0);
    return std::pair(row.at("sites").get<int>(), row.at("saved").get<int>());
  };
  EXPECT_EQ(use(), std::pair(1, 0));
  EXPECT_TRUE(is_found(host, kA, hash_of("shared")));
  EXPECT_EQ(use(), std::pair(1, 0)) << "it had the file";
  EXPECT_TRUE(is_found(host, kB, hash_of("shared")));
  EXPECT_TRUE(is_found(host, kB, hash_of("shared")));
  EXPECT_TRUE(is_found(host, "https://www.b.test", hash_of("shared")));
  EXPECT_EQ(use(), std::pair(2, 6)) << "one site, whatever its hosts and however often";
}

TEST_F(UserCommandsTest, AnEntryThatIsNotThereIsNotFound) {
  EXPECT_EQ(refusal(entry("nothing")), "NotFoundError");
  EXPECT_EQ(refusal(ask("pin", {{"hash", json_of(hash_of("nothing"))}, {"pinned", true}})), "NotFoundError");
  EXPECT_FALSE(ask("remove", {{"hash", json_of(hash_of("nothing"))}}).at("removed").get<bool>());
}

TEST_F(UserCommandsTest, WhatAnotherProfileDidIsCountedAndNotNamed) {
  store_text(host_, kA, "both", json::array({"https://friend.test"}));
  NativeHost other(home_.environment());
  ASSERT_EQ(refusal(other.hello('b')), "");
  store_text(other, "https://secret.test", "both", json::array({"https://secret-friend.test"}));
  EXPECT_TRUE(is_found(other, "https://secret.test", hash_of("both")));
  const json reply = entry("both");
  EXPECT_EQ(reply.at("entry").at("storedHere"), 1);
  EXPECT_EQ(reply.at("entry").at("storedElsewhere"), 1);
  EXPECT_EQ(reply.at("entry").at("listedCount"), 2);
  EXPECT_EQ(reply.dump().find("secret"), std::string::npos) << reply;
  EXPECT_EQ(ask("entries").dump().find("secret"), std::string::npos);
  EXPECT_EQ(walk({{"search", "secret"}}), std::vector<std::string>{});
}

TEST_F(UserCommandsTest, AnErrorSaysOfWhatKindItIsToTheUserAndNotToPages) {
  const auto code = [](const json& reply) { return reply.at("error").value("code", ""); };
  EXPECT_EQ(code(entry("nothing")), "not-found");
  EXPECT_EQ(code(ask("set", {{"key", "grease.percent"}, {"value", "90"}})), "type");
  EXPECT_EQ(code(ask("list.update")), "type");
  EXPECT_EQ(code(host_.ask({{"cmd", "find"}, {"caller", caller(kA)}, {"hash", "none"}})), "");
  EXPECT_EQ(code(host_.ask({{"cmd", "find"}, {"caller", caller("null")}, {"hash", json_of(hash_of("x"))}})), "");
}

TEST_F(UserCommandsTest, ARemovedEntryIsGoneForPages) {
  store_text(host_, kA, "text");
  EXPECT_TRUE(ask("remove", {{"hash", json_of(hash_of("text"))}}).at("removed").get<bool>());
  EXPECT_FALSE(is_found(host_, kA, hash_of("text")));
  EXPECT_EQ(entries(), 0U);
}

TEST_F(UserCommandsTest, APinHoldsUntilItIsTakenAway) {
  store_text(host_, kA, "text");
  const json hash = json_of(hash_of("text"));
  EXPECT_EQ(refusal(ask("pin", {{"hash", hash}, {"pinned", true}})), "");
  EXPECT_TRUE(store().stat(hash_of("text")).value()->pinned);
  EXPECT_EQ(refusal(ask("pin", {{"hash", hash}, {"pinned", false}})), "");
  EXPECT_FALSE(store().stat(hash_of("text")).value()->pinned);
  EXPECT_EQ(refusal(ask("pin", {{"hash", hash}})), "TypeError") << "neither yes nor no";
}

TEST_F(UserCommandsTest, VerifyingTellsAnIntactFileFromADamagedOne) {
  store_text(host_, kA, "text");
  const json request{{"hash", json_of(hash_of("text"))}};
  EXPECT_EQ(ask("verify", request).at("outcome"), "intact");
  const auto blob = StorePaths(home_.store()).blob(hash_of("text"));
  std::filesystem::permissions(blob, std::filesystem::perms::owner_all);
  std::ofstream(blob) << "tex!";
  EXPECT_EQ(ask("verify", request).at("outcome"), "damaged");
  EXPECT_TRUE(entry("text").at("entry").at("damaged").get<bool>());
}

TEST_F(UserCommandsTest, ClearingASiteForgetsItInThisProfileOrInAll) {
  store_text(host_, kA, "one");
  NativeHost other(home_.environment());
  ASSERT_EQ(refusal(other.hello('b')), "");
  store_text(other, kA, "two");
  EXPECT_EQ(ask("clear", {{"what", "site"}, {"site", "a.test"}, {"where", "profile"}}).at("removed"), 1);
  EXPECT_FALSE(is_found(host_, kA, hash_of("one")));
  EXPECT_TRUE(is_found(other, kA, hash_of("two")));
  EXPECT_EQ(ask("clear", {{"what", "site"}, {"site", "a.test"}, {"where", "machine"}}).at("removed"), 1);
  EXPECT_EQ(entries(), 0U);
}

TEST_F(UserCommandsTest, ClearingEverythingOfAProfileLeavesTheOthers) {
  store_text(host_, kA, "one");
  NativeHost other(home_.environment());
  ASSERT_EQ(refusal(other.hello('b')), "");
  store_text(other, kB, "two");
  EXPECT_EQ(refusal(ask("clear", {{"what", "all"}, {"where", "profile"}})), "");
  EXPECT_EQ(entries(), 1U);
  EXPECT_EQ(refusal(ask("clear", {{"what", "all"}, {"where", "machine"}})), "");
  EXPECT_EQ(entries(), 0U);
}

TEST_F(UserCommandsTest, ARequestToClearThatDoesNotSayWhatClearsNothing) {
  store_text(host_, kA, "text");
  for (const json& half :
       {json::object(), json{{"what", "all"}}, json{{"where", "machine"}}, json{{"what", "site"}, {"where", "machine"}},
        json{{"what", "site"}, {"site", ""}, {"where", "machine"}}, json{{"what", "ALL"}, {"where", "machine"}},
        json{{"what", "all"}, {"where", 1}}}) {
    EXPECT_EQ(refusal(ask("clear", half)), "TypeError") << half;
  }
  EXPECT_EQ(entries(), 1U);
}

TEST_F(UserCommandsTest, TotalsAreTheKindsTogether) {
  store_text(host_, kA, "plain text");
  store_text(host_, kA, std::string("\0asm\1\0\0\0", 8));
  const json totals = ask("totals");
  ASSERT_EQ(refusal(totals), "");
  EXPECT_EQ(totals.at("entries"), 2);
  EXPECT_EQ(totals.at("bytes"), 18);
  const json kinds = json::array({{{"kind", "text"}, {"bytes", 10}}, {{"kind", "wasm"}, {"bytes", 8}}});
  EXPECT_EQ(totals.at("kinds"), kinds);
}

TEST_F(UserCommandsTest, WhatAModelHubListsIsAModelIfNothingElseTells) {
  const std::string part = "\1\2\3";
  const std::string page = "<!doctype html>";
  std::string list = "// VERSION: test\n// ===BEGIN SHA-256===\n" + hash_of("x").hex() +
                     "\n// ===END SHA-256===\n// ===BEGIN SHA-256 HUGGING-FACE===\n";
  for (const std::string& text : {part, page}) {
    list += hash_of(text).hex() + "\n";
  }
  ASSERT_TRUE(store().install_hash_list(list + "// ===END SHA-256 HUGGING-FACE===\n"));
  NativeHost host(home_.environment());
  ASSERT_EQ(refusal(host.hello()), "");
  for (const std::string& text : {part, page}) {
    store_text(host, kA, text);
  }
  const auto kind = [&](const std::string& text) {
    return host.ask({{"cmd", "ui.entry"}, {"hash", json_of(hash_of(text))}}).at("entry").at("kind");
  };
  EXPECT_EQ(kind(part), "model");
  EXPECT_EQ(kind(page), "text");
}

TEST_F(UserCommandsTest, TheHashListSaysWhichItIs) {
  put_on_public_hash_list(hash_of("x"));
  NativeHost fresh(home_.environment());
  ASSERT_EQ(refusal(fresh.hello()), "");
  const json reply = fresh.ask({{"cmd", "ui.list"}});
  EXPECT_EQ(reply.at("version"), "test");
  EXPECT_TRUE(reply.at("installed").get<bool>());
  EXPECT_GT(reply.at("digests").get<int>(), 0);
}

TEST_F(UserCommandsTest, WhatHappenedInThisProfileIsToldWithWhatTheFilesAre) {
  put_on_public_hash_list(hash_of("shared"));
  ASSERT_TRUE(store().set_setting("grease.percent", "0"));
  NativeHost host(home_.environment());
  ASSERT_EQ(refusal(host.hello()), "");
  store_text(host, kA, "shared", "*");
  EXPECT_TRUE(is_found(host, kB, hash_of("shared")));
  EXPECT_FALSE(is_found(host, kB, hash_of("nothing")));
  NativeHost other(home_.environment());
  ASSERT_EQ(refusal(other.hello('b')), "");
  store_text(other, "https://secret.test", "shared");
  const json reply = host.ask({{"cmd", "ui.activity"}});
  ASSERT_EQ(refusal(reply), "");
  EXPECT_EQ(reply.dump().find("secret"), std::string::npos) << reply;
  EXPECT_FALSE(reply.contains("next"));
  std::map<std::string, json> by_event;
  for (const json& line : reply.at("lines")) {
    by_event[line.at("event").get<std::string>()] = line;
  }
  ASSERT_EQ(by_event.size(), 3U) << reply;
  EXPECT_EQ(by_event.at("stored").at("origin"), kA);
  EXPECT_EQ(by_event.at("found").at("origin"), kB);
  EXPECT_EQ(by_event.at("found").at("kind"), "text");
  EXPECT_EQ(by_event.at("found").at("size"), 6);
  EXPECT_EQ(by_event.at("found").at("count"), 1);
  EXPECT_EQ(by_event.at("refused").at("hash"), json_of(hash_of("nothing")));
  EXPECT_FALSE(by_event.at("refused").contains("kind"));
}

TEST_F(UserCommandsTest, WhatHappenedIsToldInPagesAndErasedInThisProfileAlone) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(is_found(host_, kA, hash_of(std::to_string(i))));
  }
  NativeHost other(home_.environment());
  ASSERT_EQ(refusal(other.hello('b')), "");
  EXPECT_FALSE(is_found(other, kA, hash_of("0")));
  const json first = ask("activity", {{"limit", 3}});
  EXPECT_EQ(first.at("lines").size(), 3U);
  const json rest = ask("activity", {{"limit", 3}, {"before", first.at("next")}});
  EXPECT_EQ(rest.at("lines").size(), 2U);
  EXPECT_FALSE(rest.contains("next"));
  EXPECT_EQ(refusal(ask("activity", {{"before", "yesterday"}})), "TypeError");
  EXPECT_EQ(refusal(ask("activity", {{"before", {{"at", 1}}}})), "TypeError");
  EXPECT_EQ(refusal(ask("activity.forget")), "");
  EXPECT_TRUE(ask("activity").at("lines").empty());
  EXPECT_EQ(other.ask({{"cmd", "ui.activity"}}).at("lines").size(), 1U);
}

TEST_F(UserCommandsTest, APrivateWindowSeesAndChangesItsOwnStoreAlone) {
  store_text(host_, kA, "kept");
  const auto before = listing(home_.store() / "blobs");
  NativeHost hidden(home_.environment());
  ASSERT_EQ(refusal(hidden.hello_in_private()), "");
  EXPECT_TRUE(hidden.ask({{"cmd", "ui.entries"}}).at("entries").empty());
  store_text(hidden, kA, "private");
  EXPECT_EQ(hidden.ask({{"cmd", "ui.totals"}}).at("entries"), 1);
  EXPECT_TRUE(hidden.ask({{"cmd", "ui.activity"}}).at("lines").empty());
  EXPECT_EQ(refusal(hidden.ask({{"cmd", "ui.set"}, {"key", "gates.ask"}, {"value", "on"}})), "");
  EXPECT_EQ(refusal(hidden.ask({{"cmd", "ui.clear"}, {"what", "all"}, {"where", "machine"}})), "");
  EXPECT_TRUE(hidden.ask({{"cmd", "ui.entries"}}).at("entries").empty());
  EXPECT_EQ(store().setting("gates.ask")->value, "off");
  EXPECT_EQ(listing(home_.store() / "blobs"), before);
}

TEST_F(UserCommandsTest, WhyTellsTheReasonThatAPageIsNotToldAndCostsThePageNothing) {
  store_text(host_, kA, "own");
  const json hash = json_of(hash_of("own"));
  const auto why = [&](const std::string& origin) {
    json reply = ask("why", {{"hash", hash}, {"caller", {{"origin", origin}, {"topLevelOrigin", origin}}}});
    reply.erase("id");  // each question has its own
    return reply;
  };
  EXPECT_EQ(why(kA).at("found"), true);
  const json miss = why(kB);
  EXPECT_EQ(miss.at("found"), false);
  EXPECT_EQ(miss.at("reason"), miss_reason_name(MissReason::kNoGrant));
  EXPECT_NE(miss.at("sentence"), "");
  EXPECT_EQ(miss.at("name"), "") << "the list has none for it";
  EXPECT_EQ(why(kB), miss) << "asked as often as one likes";
  EXPECT_EQ(refusal(ask("why", {{"hash", hash}, {"caller", {{"origin", "null"}}}})), "NotAllowedError");
}

TEST_F(UserCommandsTest, MalformedRequestsAreRefused) {
  for (const char* command : {"entry", "remove", "pin", "verify"}) {
    EXPECT_EQ(refusal(ask(command)), "TypeError") << command;
    EXPECT_EQ(refusal(ask(command, {{"hash", "SHA-256"}})), "TypeError") << command;
    EXPECT_EQ(refusal(ask(command, {{"hash", {{"algorithm", "SHA-256"}, {"value", "../../etc"}}}})), "TypeError");
  }
  EXPECT_EQ(refusal(ask("entries", {{"after", 7}})), "TypeError");
  EXPECT_EQ(refusal(ask("entries", {{"after", {{"hash", json_of(hash_of("x"))}, {"id", "1"}, {"key", 2}}}})),
            "TypeError");
  EXPECT_EQ(refusal(ask("entries", {{"search", std::string(1000, 'a')}})), "TypeError");
}

TEST(FileKindTest, AFilesFirstBytesTellItsKind) {
  using namespace std::string_view_literals;
  const std::vector<std::pair<std::string_view, std::string_view>> kinds{
      {"GGUF\3\0\0\0"sv, "model"},
      {"\x40\0\0\0\0\0\0\0{\"__metadata__\""sv, "model"},
      {"\x08\x07\x12\x07pytorch"sv, "model"},
      {"\0asm\1\0\0\0"sv, "wasm"},
      {"\x89PNG\r\n"sv, "image"},
      {"RIFF\0\0\0\0WEBPVP8"sv, "image"},
      {"RIFF\0\0\0\0WAVEfmt"sv, "media"},
      {"wOF2\0\1"sv, "font"},
      {"\x1f\x8b\x08"sv, "archive"},
      {"/* a script */\n"sv, "text"},
      {"\1\2\3"sv, "other"},
      {""sv, "other"},
  };
  for (const auto& [bytes, kind] : kinds) {
    EXPECT_EQ(file_kind(bytes_of(bytes)), kind) << bytes;
  }
}

}  // namespace
}  // namespace libcos
