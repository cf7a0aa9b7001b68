// What happened lately, for the user's eyes: noted, counted, bounded, switched off, erased.
#include <algorithm>
#include <tuple>

#include "store/schema.h"
#include "store/sqlite.h"
#include "store/store_fixture.h"
#include "support/bit_rot.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";
const std::string kB = "https://b.test";
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = 24 * 60 * kMinuteMs;

class ActivityTest : public StoreTest {
 protected:
  std::vector<ActivityLine> lines(const std::optional<Realm>& realm = std::nullopt) {
    const auto page = store_.activity(realm, std::nullopt, 100'000);
    EXPECT_TRUE(page) << page.error().message;
    return page ? page->lines : std::vector<ActivityLine>{};
  }
  // "found https://b.test" of each line, newest first.
  std::vector<std::string> told(const std::optional<Realm>& realm = std::nullopt) {
    std::vector<std::string> words;
    for (const ActivityLine& line : lines(realm)) {
      words.push_back(std::string(activity_kind_name(line.kind)) + " " + line.origin);
    }
    return words;
  }
  std::int64_t rows() const {
    auto database = sqlite::Database::open(directory() / "store.db");
    return database->integer("SELECT count(*) FROM activity").value().value_or(-1);
  }
  void fill(std::size_t count, ActivityKind kind, std::int64_t at, const std::string& origin = "'https://old.test'") {
    auto database = sqlite::Database::open(directory() / "store.db");
    ASSERT_TRUE(
        database->run("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)"
                      " INSERT INTO activity (realm, at, what, origin, top_level, algorithm, digest, size, count, day)"
                      " SELECT (SELECT min(id) FROM realm), ?2 + i, ?3, " +
                          origin + ", '', 2, randomblob(32), 0, 1, 0 FROM n",
                      count, at, static_cast<std::int64_t>(kind)));
  }
};

using Words = std::vector<std::string>;

TEST_F(ActivityTest, WhatIsStoredFoundAndRefusedIsToldNewestFirst) {
  ASSERT_TRUE(put(kA, "text", Scope::list({origin_of(kB)})));
  clock_.advance(1000);
  ask(kB, hash_of("text"));
  clock_.advance(1000);
  ask("https://c.test", hash_of("text"));
  EXPECT_EQ(told(), (Words{"refused https://c.test", "found " + kB, "stored " + kA}));
  const auto all = lines();
  EXPECT_EQ(all[1].hash, hash_of("text"));
  EXPECT_EQ(all[1].size, 4U);
  EXPECT_EQ(all[1].at, *clock_.now - 1000);
  EXPECT_EQ(all[1].realm, profile('a').name());
}

TEST_F(ActivityTest, WhatIsAbsentIsToldAsWhatIsRefused) {
  ASSERT_TRUE(put(kA, "text"));
  ask(kB, hash_of("text"));
  ask(kB, hash_of("nothing"));
  std::vector<std::tuple<ActivityKind, std::uint64_t, std::uint64_t, std::string>> refused;
  for (const ActivityLine& line : lines()) {
    if (line.origin == kB) {
      refused.emplace_back(line.kind, line.size, line.count, line.top_level);
    }
  }
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused[0], refused[1]);
  EXPECT_EQ(std::get<0>(refused[0]), ActivityKind::kRefused);
}

TEST_F(ActivityTest, WhatHappensAgainOnADayIsOneLineWithItsCountAndLastTime) {
  ASSERT_TRUE(put(kA, "text"));
  for (int turn = 0; turn < 3; ++turn) {
    clock_.advance(kMinuteMs);
    ask(kA, hash_of("text"));
    ASSERT_TRUE(store_.settle());  // whether or not it was written down in between
    ask(kA, hash_of("text"));
  }
  auto all = lines();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].count, 6U);
  EXPECT_EQ(all[0].at, *clock_.now);
  clock_.advance(kDayMs);
  ask(kA, hash_of("text"));
  all = lines();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].count, 1U);
}

TEST_F(ActivityTest, AFrameIsToldWithThePageThatItIsOn) {
  ASSERT_TRUE(put(kA, "text"));
  ask_as(framed(kA, "https://www.page.test"), hash_of("text"));
  ask_as(framed(kA, "https://www.a.test"), hash_of("text"));
  std::vector<std::string> pages;
  for (const ActivityLine& line : lines()) {
    pages.push_back(line.top_level);
  }
  std::sort(pages.begin(), pages.end());
  EXPECT_EQ(pages, (Words{"", "", "https://page.test"})) << "its own site's page is no other's";
}

TEST_F(ActivityTest, ARoomThatWasMadeIsToldInEveryProfileThatHadTheFile) {
  ASSERT_TRUE(put(kA, "text"));
  ASSERT_TRUE(put(kB, "text", Scope::same_site(), profile('b')));
  ASSERT_TRUE(store_.evict_to(0, true));
  EXPECT_EQ(lines().size(), 2U) << "nothing went";
  ASSERT_TRUE(store_.evict_to(0, false));
  EXPECT_EQ(told(profile('a')).size(), 2U);
  EXPECT_EQ(told(profile('b')), (Words{"evicted ", "stored " + kB}));
}

TEST_F(ActivityTest, AWriteTellsWhatWentForIt) {
  ASSERT_TRUE(store_.set_setting("budget.percent", "95"));
  ASSERT_TRUE(store_.set_setting("budget.origin-percent", "100"));
  ASSERT_TRUE(store_.set_setting("budget.ceiling", "1MiB"));
  ASSERT_TRUE(put(kA, std::string(600'000, 'x')));
  clock_.advance(1000);
  ASSERT_TRUE(put(kB, std::string(600'000, 'y')));
  auto words = told();
  std::sort(words.begin(), words.end());
  EXPECT_EQ(words, (Words{"evicted ", "stored " + kA, "stored " + kB}));
}

TEST_F(ActivityTest, ADamagedFileIsToldOnce) {
  ASSERT_TRUE(put(kA, "text"));
  const auto first = store_.open_entry(hash_of("text"));
  const auto second = store_.open_entry(hash_of("text"));
  ASSERT_TRUE(first && second);
  ASSERT_TRUE(flip_bit(blob_path(hash_of("text")), 1));
  std::vector<std::uint8_t> bytes(4);
  for (const auto* reader : {&first, &second}) {
    EXPECT_EQ((*reader)->read(0, bytes).error().code, ErrorCode::kCorrupt);
  }
  auto all = lines();
  std::erase_if(all, [](const ActivityLine& line) { return line.kind != ActivityKind::kDamaged; });
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].count, 1U);
  EXPECT_EQ(all[0].size, 4U);
}

TEST_F(ActivityTest, WhatTheUserAddsByHandIsNoSites) {
  auto writer = store_.begin_add(Realm::local(), HashAlgorithm::kSha256, Scope::same_site());
  ASSERT_TRUE(writer && writer->append(bytes_of("text")) && writer->close());
  ASSERT_EQ(told(), (Words{"stored "}));
  EXPECT_EQ(lines()[0].realm, "local");
  EXPECT_EQ(lines()[0].hash, hash_of("text"));
  EXPECT_TRUE(lines(profile('a')).empty());
}

TEST_F(ActivityTest, AReadWritesNothingBeforeItsAnswer) {
  ASSERT_TRUE(put(kA, "text"));
  ASSERT_TRUE(store_.settle());
  ASSERT_EQ(rows(), 1);
  for (int turn = 0; turn < 5; ++turn) {
    clock_.advance(10 * kMinuteMs);
    ask(kA, hash_of("text"));
    ask(kB, hash_of("text"));
  }
  EXPECT_EQ(rows(), 1);
  ASSERT_TRUE(store_.settle());
  EXPECT_EQ(rows(), 3);
}

TEST_F(ActivityTest, WhatWasNotedIsThereAfterARestart) {
  ASSERT_TRUE(put(kA, "text"));
  ask(kB, hash_of("text"));
  restart();
  EXPECT_EQ(lines().size(), 2U);
}

TEST_F(ActivityTest, WhileAnotherHoldsTheDatabaseReadsAreAnsweredAndTheirLinesWait) {
  ASSERT_TRUE(put(kA, "text"));
  auto other = sqlite::Database::open(directory() / "store.db");
  {
    auto held = sqlite::WriteTransaction::begin(*other);
    ASSERT_TRUE(held);
    EXPECT_EQ(ask(kA, hash_of("text")), Disclosure::kStoringOrigin);
    EXPECT_EQ(store_.settle().error().code, ErrorCode::kBusy);
    EXPECT_TRUE(store_.activity(std::nullopt, std::nullopt, 10)) << "what is there can be seen";
  }
  EXPECT_EQ(lines().size(), 2U);
}

TEST_F(ActivityTest, PagesOfItHoldEachLineOnce) {
  for (int i = 0; i < 25; ++i) {
    clock_.advance(i % 3 == 0 ? 1000 : 0);
    ask(kA, hash_of(std::to_string(i)));
  }
  std::vector<Hash> seen;
  std::optional<ActivityPlace> place;
  do {
    const auto page = store_.activity(profile('a'), place, 4);
    ASSERT_TRUE(page && page->lines.size() <= 4);
    for (const ActivityLine& line : page->lines) {
      seen.push_back(line.hash);
    }
    place = page->next;
  } while (place);
  EXPECT_EQ(seen.size(), 25U);
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::unique(seen.begin(), seen.end()), seen.end());
}

TEST_F(ActivityTest, AfterTheLastLineThereIsNoPage) {
  for (int i = 0; i < 4; ++i) {
    ask(kA, hash_of(std::to_string(i)));
  }
  EXPECT_TRUE(store_.activity(profile('a'), std::nullopt, 3)->next);
  EXPECT_FALSE(store_.activity(profile('a'), std::nullopt, 4)->next);
}

TEST_F(ActivityTest, LinesGoAfterNinetyDays) {
  ask(kA, hash_of("old"));
  ASSERT_TRUE(store_.settle());
  clock_.advance(91 * kDayMs);
  ask(kA, hash_of("new"));
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_EQ(lines()[0].hash, hash_of("new"));
}

TEST_F(ActivityTest, OfMoreThanTenThousandTheOldestGo) {
  ASSERT_TRUE(put(kA, "text"));
  ASSERT_TRUE(store_.settle());
  fill(10'010, ActivityKind::kFound, *clock_.now - kDayMs);
  clock_.advance(1000);
  ask(kA, hash_of("text"));
  EXPECT_EQ(lines().size(), 10'000U);
  EXPECT_EQ(rows(), 10'000);
  EXPECT_EQ(lines()[0].origin, kA);
  EXPECT_EQ(lines().back().at, *clock_.now - 1000 - kDayMs + 13) << "the oldest of those that are left";
}

TEST_F(ActivityTest, WhatIsAskedInVainDoesNotPushOutWhatWasStored) {
  ASSERT_TRUE(put(kA, "text"));
  ASSERT_TRUE(store_.settle());
  fill(9'999, ActivityKind::kRefused, *clock_.now);
  clock_.advance(kDayMs);
  for (int i = 0; i < 2000; ++i) {
    ask(kB, hash_of(std::to_string(i)));
    ask("https://c.test", hash_of("c" + std::to_string(i)));
  }
  ask(kA, hash_of("text"));
  const auto words = told();
  EXPECT_LE(words.size(), 5'002U);
  EXPECT_NE(std::find(words.begin(), words.end(), "stored " + kA), words.end());
  EXPECT_NE(std::find(words.begin(), words.end(), "found " + kA), words.end()) << "one page leaves room for others";
}

TEST_F(ActivityTest, ASiteThatFindsMuchDoesNotPushOutWhatOthersDidBefore) {
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(put(kA, "text " + std::to_string(i)));
  }
  ASSERT_TRUE(store_.settle());
  clock_.advance(kDayMs);
  fill(9'990, ActivityKind::kFound, *clock_.now, "'https://h' || (i % 100) || '.many-hosts.test'");
  clock_.advance(kDayMs);
  ask(kB, hash_of("text 1"));
  const auto words = told();
  EXPECT_EQ(words.size(), 10'000U);
  EXPECT_EQ(std::count(words.begin(), words.end(), "stored " + kA), 20);
}

TEST_F(ActivityTest, ASiteOfManyHostsLeavesAsMuchRoomAsOneOfOne) {
  for (int i = 0; i < 2000; ++i) {
    ask("https://host" + std::to_string(i % 8) + ".b.test", hash_of(std::to_string(i)));
  }
  ask(kA, hash_of("text"));
  const auto words = told();
  EXPECT_EQ(words.size(), 257U);
  EXPECT_NE(std::find(words.begin(), words.end(), "refused " + kA), words.end());
}

TEST_F(ActivityTest, SwitchedOffNothingIsNotedAndWhatIsThereStays) {
  ASSERT_TRUE(put(kA, "text"));
  ASSERT_TRUE(store_.set_setting("history.activity", "off"));
  ASSERT_TRUE(put(kA, "more"));
  ask(kA, hash_of("text"));
  ask(kB, hash_of("text"));
  ASSERT_TRUE(flip_bit(blob_path(hash_of("more")), 1));
  EXPECT_EQ(store_.verify(hash_of("more"), {}).value(), VerifyOutcome::kDamaged);
  ASSERT_TRUE(store_.evict_to(0, false));
  EXPECT_EQ(told(), (Words{"stored " + kA}));
}

TEST_F(ActivityTest, ErasingTakesAllOrThoseOfAProfile) {
  ASSERT_TRUE(put(kA, "text"));
  ASSERT_TRUE(put(kB, "other", Scope::same_site(), profile('b')));
  ASSERT_TRUE(store_.forget_activity(profile('b')));
  EXPECT_EQ(told(), (Words{"stored " + kA}));
  ASSERT_TRUE(store_.forget_activity(std::nullopt));
  EXPECT_TRUE(lines().empty());
  EXPECT_EQ(store_.history(hash_of("text"))->size(), 1U) << "of the entry itself nothing is forgotten";
}

TEST_F(ActivityTest, WhatAnotherProcessHasNotWrittenYetIsErasedToo) {
  ASSERT_TRUE(put(kA, "text"));
  ask(kB, hash_of("text"));
  clock_.advance(1);
  Store other = open_again();
  ASSERT_TRUE(other.clear_site("b.test", std::nullopt));
  clock_.advance(1);
  ask("https://c.test", hash_of("text"));
  for (const std::string& words : told()) {
    EXPECT_EQ(words.find(kB), std::string::npos) << words;
  }
  EXPECT_EQ(told().front(), "refused https://c.test") << "what happens later is told";
}

TEST_F(ActivityTest, WhatIsErasedInAProfileIsErasedInNoOther) {
  ask(kA, hash_of("text"), profile('b'));
  clock_.advance(1);
  Store other = open_again();
  ASSERT_TRUE(other.forget_activity(profile('a')));
  EXPECT_EQ(told(profile('b')), (Words{"refused " + kA}));
}

TEST_F(ActivityTest, ClearingASiteTakesItsLinesAndThoseOfFramesOnItsPages) {
  ASSERT_TRUE(put("https://www.a.test:8443", "own"));
  ASSERT_TRUE(put("https://nota.test", "other"));
  ask_as(framed(kB, kA), hash_of("framed"));
  ask(kB, hash_of("by itself"));
  ASSERT_TRUE(store_.clear_site("a.test", std::nullopt));
  auto words = told();
  std::sort(words.begin(), words.end());
  EXPECT_EQ(words, (Words{"refused " + kB, "stored https://nota.test"}));
}

TEST_F(ActivityTest, ClearingInAProfileLeavesTheLinesOfOthers) {
  ask(kA, hash_of("1"));
  ask(kA, hash_of("2"), profile('b'));
  ASSERT_TRUE(store_.clear_site("a.test", profile('a')));
  EXPECT_TRUE(lines(profile('a')).empty());
  EXPECT_EQ(lines(profile('b')).size(), 1U);
  ASSERT_TRUE(store_.clear_all(profile('b')));
  EXPECT_TRUE(lines().empty());
}

TEST_F(ActivityTest, ClearingAnOriginTakesItsLinesAlone) {
  ask(kA, hash_of("1"));
  ask("https://www.a.test", hash_of("1"));
  ASSERT_TRUE(store_.clear_origin(origin_of(kA), std::nullopt));
  EXPECT_EQ(told(), (Words{"refused https://www.a.test"}));
}

TEST_F(ActivityTest, ClearingEverythingLeavesNoNameInTheDatabase) {
  ASSERT_TRUE(put("https://tell-tale.test", "text"));
  ask("https://tell-tale.test", hash_of("text"));
  ASSERT_EQ(lines().size(), 2U);
  ASSERT_TRUE(store_.clear_all(std::nullopt));
  EXPECT_TRUE(lines().empty());
  EXPECT_EQ(rows(), 0);
}

TEST_F(ActivityTest, AFileThatIsDeletedByHandLeavesItsLines) {
  ASSERT_TRUE(put(kA, "text"));
  ASSERT_TRUE(store_.remove(hash_of("text")));
  EXPECT_EQ(told(), (Words{"stored " + kA}));
}

TEST_F(ActivityTest, OfAPrivateWindowNothingIsNoted) {
  auto opened = Store::open_private({directory(), clock_.function()});
  ASSERT_TRUE(opened);
  auto writer = opened->begin_write({profile('c'), origin_of(kA), hash_of("text")});
  ASSERT_TRUE(writer && writer->append(bytes_of("text")) && writer->close());
  ASSERT_TRUE(opened->request_read({profile('c'), origin_of(kA)}, hash_of("text")));
  ASSERT_TRUE(opened->request_read({profile('c'), origin_of(kB)}, hash_of("text")));
  EXPECT_TRUE(opened->activity(std::nullopt, std::nullopt, 10)->lines.empty());
  EXPECT_TRUE(opened->forget_activity(std::nullopt));
  EXPECT_TRUE(lines().empty());
}

}  // namespace
}  // namespace libcos
