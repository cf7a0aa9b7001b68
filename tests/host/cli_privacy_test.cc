// The commands that explain, forget and keep: why, history, clear, evict, pin, sites.
#include "host/cli_fixture.h"

namespace libcos {
namespace {

const std::string kProfile(32, 'a');

class CliPrivacyTest : public CliTest {
 protected:
  void put(const std::string& origin, const std::string& text, const Scope& scope = Scope::same_site()) const {
    Store opened = store();
    auto writer = opened.begin_write({profile('a'), origin_of(origin), hash_of(text), scope});
    ASSERT_TRUE(writer && writer->append(bytes_of(text)) && writer->close());
  }
  [[nodiscard]] json why(const std::string& text, const std::string& origin, int code,
                         const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"why", hash_of(text).hex(), "--origin", origin};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const json all = json_of(arguments, code);
    EXPECT_EQ(all.size(), 1U);
    return all.at(0);
  }
  [[nodiscard]] bool has(const std::string& text) const { return code_of({"stat", hash_of(text).hex()}) == 0; }
};

Scope list(const std::string& origin) { return Scope::list({origin_of(origin)}); }

TEST_F(CliPrivacyTest, WhyNamesTheGrantOfAHit) {
  put("https://a.test", "text", list("https://b.test"));
  EXPECT_EQ(why("text", "https://a.test", 0).at("grant"), "storing origin");
  EXPECT_EQ(why("text", "www.a.test", 0).at("grant"), "same site") << "https:// may be left out";
  EXPECT_EQ(why("text", "https://b.test", 0).at("grant"), "listed");
}

TEST_F(CliPrivacyTest, WhyNamesTheReasonOfAMissAndAMend) {
  put("https://a.test", "text");
  put("https://a.test", "unlisted", Scope::global());
  EXPECT_EQ(why("absent", "https://b.test", 3).at("reason"), "not-stored");
  const json hidden = why("text", "https://b.test", 3);
  EXPECT_EQ(hidden.at("reason"), "no-grant");
  EXPECT_FALSE(hidden.at("mend").get<std::string>().empty());
  EXPECT_EQ(why("unlisted", "https://b.test", 3).at("reason"), "not-on-public-hash-list");
  EXPECT_EQ(why("text", "https://a.test", 3, {"--top-level", "https://b.test"}).at("reason"), "other-page");
  const Finished words = cos({"why", hash_of("text").hex(), "--origin", "https://b.test"});
  EXPECT_EQ(words.code, 3);
  EXPECT_TRUE(mentions(words.out, "miss  in profile aaaaaaaa")) << words.out;
  EXPECT_TRUE(mentions(words.out, "none of them shared it"));
}

TEST_F(CliPrivacyTest, WhyAnswersForAStoreThatNoBrowserHasUsed) {
  EXPECT_EQ(why("absent", "https://b.test", 3).at("reason"), "not-stored");
  EXPECT_EQ(code_of({"why", hash_of("x").hex(), "--origin", "not an origin"}), 2);
  EXPECT_EQ(code_of({"why", hash_of("x").hex()}), 2) << "who asks must be said";
}

TEST_F(CliPrivacyTest, HistoryTellsWhoStoredAndWhoAddedIt) {
  add("text");
  put("https://a.test", "text", list("https://b.test"));
  const json events = json_of({"history", hash_of("text").hex()});
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].at("event"), "added");
  EXPECT_EQ(events[1].at("event"), "stored");
  EXPECT_EQ(events[1].at("origin"), "https://a.test");
  EXPECT_EQ(events[1].at("detail"), "list");
  EXPECT_TRUE(mentions(cos({"history", hash_of("text").hex()}).out, "you, by hand"));
  EXPECT_EQ(code_of({"history", kUnknown}), 3);
}

TEST_F(CliPrivacyTest, ActivityTellsWhatHappenedAndIsErased) {
  EXPECT_TRUE(mentions(cos({"activity"}).out, "Nothing has happened yet"));
  put("https://a.test", "text");
  add("by hand");
  {
    Store opened = store();
    for (int turn = 0; turn < 2; ++turn) {
      ASSERT_TRUE(opened.request_read({profile('a'), origin_of("https://b.test")}, hash_of("text")));
    }
  }
  const json all = json_of({"activity"});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].at("event"), "refused");
  EXPECT_EQ(all[0].at("origin"), "https://b.test");
  EXPECT_EQ(all[0].at("count"), 2);
  EXPECT_EQ(all[0].at("value"), hash_of("text").hex());
  EXPECT_EQ(json_of({"activity", "--limit", "1"}).size(), 1U);
  EXPECT_EQ(json_of({"activity", "--profile", "aaaa"}).size(), 2U);
  const std::string words = cos({"activity", "--limit", "2"}).out;
  EXPECT_TRUE(mentions(words, "refused 2 times")) << words;
  EXPECT_TRUE(mentions(words, "you, by hand")) << words;
  EXPECT_TRUE(mentions(words, "There is more")) << words;
  EXPECT_EQ(code_of({"clear", "b.test"}), 0);
  EXPECT_EQ(json_of({"activity"}).size(), 2U);
  EXPECT_EQ(code_of({"activity", "--erase"}), 0);
  EXPECT_TRUE(json_of({"activity"}).empty());
  EXPECT_EQ(code_of({"config", "set", "history.activity", "off"}), 0);
  EXPECT_TRUE(mentions(cos({"activity"}).out, "Nothing is noted now"));
  EXPECT_EQ(code_of({"activity", "--profile", "bbbb"}), 3);
}

TEST_F(CliPrivacyTest, ClearForgetsASiteAndSaysWhatStays) {
  put("https://www.a.test", "own");
  put("https://www.a.test", "shared");
  put("https://b.test", "shared");
  const json report = json_of({"clear", "a.test"});
  EXPECT_EQ(report.at("entriesRemoved"), 1);
  EXPECT_EQ(report.at("entriesKept"), 1);
  EXPECT_EQ(report.at("bytesFreed"), 3);
  EXPECT_FALSE(has("own"));
  EXPECT_EQ(why("shared", "https://a.test", 3).at("reason"), "no-grant");
}

TEST_F(CliPrivacyTest, ClearTakesOneOriginOrOneProfile) {
  put("https://a.test", "one");
  put("https://www.a.test", "two");
  EXPECT_EQ(json_of({"clear", "--origin", "https://a.test"}).at("entriesRemoved"), 1);
  EXPECT_TRUE(has("two"));
  EXPECT_EQ(code_of({"clear", "a.test", "--profile", "bbbb"}), 3) << "an unknown profile";
  EXPECT_EQ(json_of({"clear", "a.test", "--profile", "aaaa"}).at("entriesRemoved"), 1);
}

TEST_F(CliPrivacyTest, ClearTakesAllThatIsNamedOrNothing) {
  put("https://a.test", "text");
  for (const char* no_host : {"bad/host", "https://b.test", "b.test:8443", ""}) {
    EXPECT_EQ(code_of({"clear", "a.test", no_host}), 2) << no_host;
    EXPECT_TRUE(has("text")) << no_host;
  }
  EXPECT_EQ(code_of({"clear", "--origin", "a.test", "--origin", "bad host"}), 2);
  EXPECT_TRUE(has("text"));
  EXPECT_EQ(json_of({"clear", "a.test", "b.test"}).at("entriesRemoved"), 1);
}

TEST_F(CliPrivacyTest, ClearTellsWhatWasClearedBeforeSomethingFailed) {
  put("https://stubborn.test", "stubborn");
  {
    // As in a damaged index, which finds rows that are not there to be deleted.
    auto database = sqlite::Database::open(home_.store() / "store.db");
    ASSERT_TRUE(database && database->execute("CREATE TRIGGER stubborn BEFORE DELETE ON storing_origin"
                                              " WHEN OLD.entry = 1 BEGIN SELECT RAISE(IGNORE); END"));
  }
  put("https://a.test", "one");
  const Finished told = cos({"clear", "a.test", "stubborn.test"});
  EXPECT_EQ(told.code, 4);
  EXPECT_TRUE(mentions(told.out, "1 entries deleted")) << told.out;
  EXPECT_TRUE(mentions(told.err, "cannot be cleared")) << told.err;

  put("https://a.test", "two");
  const json cleared = json_of({"clear", "a.test", "stubborn.test"}, 4);
  EXPECT_EQ(cleared.at("entriesRemoved"), 1);
  EXPECT_TRUE(mentions(cleared.at("error").at("message").get<std::string>(), "cannot be cleared"));
}

TEST_F(CliPrivacyTest, ClearingEverythingWantsToBeConfirmed) {
  add("text");
  EXPECT_EQ(code_of({"clear"}), 2);
  EXPECT_EQ(code_of({"clear", "--all"}), 1);
  EXPECT_TRUE(has("text"));
  EXPECT_EQ(json_of({"clear", "--all", "--yes"}).at("entriesRemoved"), 1);
  EXPECT_FALSE(has("text"));
}

TEST_F(CliPrivacyTest, EvictShowsWhatItWouldTakeAndTakesIt) {
  add("first");
  add("second");
  const json planned = json_of({"evict", "--to", "6", "--dry-run"});
  EXPECT_EQ(planned.at("evicted").size(), 1U);
  EXPECT_EQ(planned.at("left"), 6);
  EXPECT_TRUE(has("first"));
  EXPECT_TRUE(has("second"));
  EXPECT_EQ(json_of({"evict", "--free", "1"}).at("evicted").size(), 1U);
  EXPECT_EQ(json_of({"evict"}).at("evicted").size(), 0U) << "the budget is not exceeded";
  EXPECT_EQ(code_of({"evict", "--to", "some"}), 2);
  EXPECT_EQ(code_of({"evict", "--to", "1", "--free", "1"}), 2);
}

TEST_F(CliPrivacyTest, WhatIsPinnedIsNotEvictedUntilItIsUnpinned) {
  add("text");
  EXPECT_EQ(code_of({"pin", hash_of("text").hex().substr(0, 8)}), 0);
  EXPECT_EQ(json_of({"stat", hash_of("text").hex()}).at("pinned"), true);
  EXPECT_TRUE(mentions(cos({"evict", "--to", "0"}).out, "pinned or being read"));
  EXPECT_TRUE(has("text"));
  EXPECT_EQ(code_of({"pin", kUnknown}), 3);
  EXPECT_EQ(code_of({"unpin", hash_of("text").hex()}), 0);
  EXPECT_EQ(json_of({"evict", "--to", "0"}).at("evicted").size(), 1U);
}

TEST_F(CliPrivacyTest, SitesAreAllowedBlockedAndForgotten) {
  EXPECT_EQ(code_of({"sites", "allow", "b.test"}), 3) << "no profile yet";
  put("https://a.test", "named", list("https://b.test"));
  EXPECT_EQ(code_of({"config", "set", "gates.ask", "on"}), 0);
  EXPECT_EQ(why("named", "https://b.test", 3).at("reason"), "ask-undecided");
  const json allowed = json_of({"sites", "allow", "www.b.test"});
  EXPECT_EQ(allowed.at("sites").at(0).at("site"), "https://b.test") << "a decision is about a site";
  EXPECT_EQ(why("named", "https://b.test", 0).at("grant"), "listed");
  EXPECT_EQ(code_of({"sites", "block", "b.test"}), 0);
  EXPECT_EQ(why("named", "https://b.test", 3).at("reason"), "ask-blocked");
  EXPECT_TRUE(json_of({"sites", "forget", "b.test"}).at("sites").empty());
}

}  // namespace
}  // namespace libcos
