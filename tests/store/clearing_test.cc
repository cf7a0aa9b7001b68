#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "store/sqlite.h"
#include "store/store_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";
const std::string kSub = "https://www.a.test:8443";
const std::string kB = "https://b.test";

class ClearingTest : public StoreTest {
 protected:
  Hash add_by_hand(std::string_view text, const Scope& scope = Scope::global()) {
    auto writer = store_.begin_add(Realm::local(), HashAlgorithm::kSha256, scope);
    EXPECT_TRUE(writer && writer->append(bytes_of(text)));
    return writer->close()->hash;
  }
  bool has(std::string_view text) { return store_.stat(hash_of(text))->has_value(); }
};

Scope list(const std::string& origin) { return Scope::list({origin_of(origin)}); }

TEST_F(ClearingTest, ASiteIsTakenOutOfStoringOriginsListsAndProvenance) {
  ASSERT_TRUE(put(kA, "own"));
  ASSERT_TRUE(put(kSub, "below"));
  ASSERT_TRUE(put(kA, "shared"));
  ASSERT_TRUE(put(kB, "shared", list(kA)));
  ask(kA, hash_of("shared"));
  const auto report = store_.clear_site("a.test", std::nullopt);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->entries_removed, 2U);
  EXPECT_EQ(report->bytes_freed, 8U);
  EXPECT_FALSE(has("own"));
  EXPECT_FALSE(has("below"));
  EXPECT_EQ(ask(kA, hash_of("shared")), Disclosure::kRefused);
  EXPECT_EQ(ask(kB, hash_of("shared")), Disclosure::kStoringOrigin);
  const auto events = store_.history(hash_of("shared"));
  ASSERT_TRUE(events);
  for (const HistoryEvent& event : *events) {
    EXPECT_EQ(event.origin, kB);
  }
  EXPECT_EQ(blob_files(), 1U);
  expect_totals_to_be_right();
  restart();
  EXPECT_EQ(ask(kA, hash_of("shared")), Disclosure::kRefused);
}

TEST_F(ClearingTest, AHostIsMatchedByItsLabels) {
  ASSERT_TRUE(put("https://nota.test", "1"));
  ASSERT_TRUE(put("https://a.test.example", "2"));
  ASSERT_TRUE(put(kSub, "3"));
  ASSERT_TRUE(store_.clear_site("a.test", std::nullopt));
  EXPECT_TRUE(has("1"));
  EXPECT_TRUE(has("2"));
  EXPECT_FALSE(has("3"));
  EXPECT_EQ(store_.clear_site("https://a.test", std::nullopt).error().code, ErrorCode::kType);
}

TEST_F(ClearingTest, AnOriginIsClearedWithoutItsSite) {
  ASSERT_TRUE(put(kA, "own"));
  ASSERT_TRUE(put(kSub, "below"));
  ASSERT_TRUE(store_.clear_origin(origin_of(kA), std::nullopt));
  EXPECT_FALSE(has("own"));
  EXPECT_TRUE(has("below"));
}

TEST_F(ClearingTest, AManualEntryIsNotDeletedForWantOfAStoringOrigin) {
  const Hash hash = add_by_hand("text");
  ASSERT_TRUE(put(kA, "text"));
  const auto report = store_.clear_site("a.test", std::nullopt);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->entries_kept, 1U);
  EXPECT_EQ(read(hash), "text");
}

TEST_F(ClearingTest, AHostIsFoundHoweverShortItIsAndWhateverFollowsIt) {
  const std::vector<std::pair<std::string, std::string>> hosts{
      {"https://x.co", "x.co"},
      {"https://www.x.co:8443", "x.co"},
      {"https://sub.example.com:44", "example.com"},
      {"https://example.com", "example.com"},
      {"http://127.0.0.1:8080", "127.0.0.1"},
      {"http://localhost:3000", "localhost"},
      {"https://server2.intranet17:90", "intranet17"},
      {"http://[::1]:99", "[::1]"},
  };
  for (const auto& [origin, host] : hosts) {
    ASSERT_TRUE(put(origin, "text")) << origin;
    ASSERT_TRUE(put_request({profile('a'), origin_of(kB), hash_of("framed"), {}, "", origin_of(origin)}, "framed"));
    ASSERT_TRUE(put(kB, "other"));
    ask(origin, hash_of("text"));
    ASSERT_TRUE(store_.clear_site(host, std::nullopt)) << host;
    EXPECT_FALSE(has("text")) << host;
    EXPECT_FALSE(has("framed")) << host;
    EXPECT_TRUE(has("other")) << host;
  }
}

TEST_F(ClearingTest, NothingOfAnotherHostThatEndsAlikeGoes) {
  ASSERT_TRUE(put("https://myexample.com", "text"));
  ASSERT_TRUE(put("https://example.com.test", "more"));
  ASSERT_TRUE(store_.clear_site("example.com", std::nullopt));
  EXPECT_TRUE(has("text"));
  EXPECT_TRUE(has("more"));
}

TEST_F(ClearingTest, ClearingAPageForgetsWhatFramesStoredOnIt) {
  ASSERT_TRUE(put_request({profile('a'), origin_of(kB), hash_of("text"), {}, "", origin_of(kA)}, "text"));
  ASSERT_TRUE(store_.clear_site("a.test", std::nullopt));
  EXPECT_FALSE(has("text"));
}

// As in a damaged index, which finds rows that are not there to be deleted.
TEST_F(ClearingTest, WhereNothingCanBeForgottenClearingEndsWithAnError) {
  ASSERT_TRUE(put("https://a.test", "text"));
  auto database = sqlite::Database::open(directory() / "store.db");
  ASSERT_TRUE(database && database->execute("CREATE TRIGGER stubborn BEFORE DELETE ON storing_origin BEGIN"
                                            " SELECT RAISE(IGNORE); END"));
  EXPECT_EQ(store_.clear_site("a.test", std::nullopt).error().code, ErrorCode::kCorrupt);
}

TEST_F(ClearingTest, ASitesBudgetIsForgottenWithIt) {
  ASSERT_TRUE(store_.set_setting("lookup.budget", "on"));
  for (int i = 0; i < 20; ++i) {
    ask(kA, hash_of(std::to_string(i)));
  }
  const auto left = [&] { return store_.explain_read({profile('a'), origin_of(kA)}, hash_of("next"))->lookups_left; };
  EXPECT_EQ(left(), 0U);
  ASSERT_TRUE(store_.clear_site("a.test", std::nullopt));
  EXPECT_EQ(left(), 15U);
}

TEST_F(ClearingTest, ClearingAllLeavesNothing) {
  add_by_hand("by hand");
  ASSERT_TRUE(put(kA, "text"));
  ASSERT_TRUE(store_.pin(hash_of("text"), true));
  const auto report = store_.clear_all(std::nullopt);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->entries_removed, 2U);
  EXPECT_EQ(store_.totals()->entries, 0U);
  EXPECT_EQ(blob_files(), 0U);
}

TEST_F(ClearingTest, ManyEntriesAreClearedInSteps) {
  for (int i = 0; i < 600; ++i) {
    ASSERT_TRUE(put(kA, std::to_string(i)));
  }
  ASSERT_TRUE(put(kB, "7"));
  const auto report = store_.clear_site("a.test", std::nullopt);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->entries_removed, 599U);
  EXPECT_EQ(report->entries_kept, 1U);
  EXPECT_EQ(blob_files(), 1U);
}

TEST_F(ClearingTest, EvictionTakesTheLeastRecentlyReadAndNothingPinned) {
  for (const char* text : {"one", "two", "three"}) {
    clock_.advance(1000);
    ASSERT_TRUE(put(kA, text));
  }
  clock_.advance(1000);
  ask(kA, hash_of("one"));
  ASSERT_TRUE(store_.pin(hash_of("two"), true));
  const auto planned = store_.evict_to(6, true);
  ASSERT_TRUE(planned);
  ASSERT_EQ(planned->size(), 1U);
  EXPECT_EQ(planned->front().hash, hash_of("three"));
  EXPECT_TRUE(has("three")) << "a dry run removes nothing";
  ASSERT_TRUE(store_.evict_to(6, false));
  EXPECT_FALSE(has("three"));
  EXPECT_TRUE(has("one"));
  EXPECT_EQ(store_.evict_to(0, false)->size(), 1U) << "only the pinned one is left";
  EXPECT_TRUE(has("two"));
  EXPECT_EQ(blob_files(), 1U);
}

TEST_F(ClearingTest, HistoryTellsWhoStoredAndWhoRead) {
  ASSERT_TRUE(put(kA, "text", list(kB)));
  clock_.advance(1000);
  ask(kB, hash_of("text"));
  clock_.advance(1000);
  ask(kB, hash_of("text"));
  restart();
  const auto events = store_.history(hash_of("text"));
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ(events->front().kind, HistoryEvent::Kind::kStored);
  EXPECT_EQ(events->front().origin, kA);
  EXPECT_EQ(events->front().detail, "list");
  EXPECT_EQ(events->back().kind, HistoryEvent::Kind::kRead);
  EXPECT_EQ(events->back().origin, kB);
  EXPECT_EQ(events->back().detail, "listed");
  EXPECT_EQ(events->back().at, events->front().at + 2000);
}

TEST_F(ClearingTest, ReadersAreNotKeptWhenTheUserDoesNotWantIt) {
  ASSERT_TRUE(store_.set_setting("history.reads", "off"));
  ASSERT_TRUE(put(kA, "text"));
  ask(kA, hash_of("text"));
  EXPECT_EQ(store_.history(hash_of("text"))->size(), 1U);
}

TEST_F(ClearingTest, OfManyReadersTheLastAreKept) {
  std::vector<Origin> readers;
  for (int i = 0; i < 100; ++i) {
    readers.push_back(origin_of("https://r" + std::to_string(i) + ".test"));
  }
  ASSERT_TRUE(put(kA, "text", Scope::list(readers)));
  for (const Origin& reader : readers) {
    clock_.advance(1000);
    ask(reader.serialize(), hash_of("text"));
    if (reader == readers.at(49)) {
      ASSERT_TRUE(store_.history(hash_of("text")));  // writes what is pending
    }
  }
  const auto events = store_.history(hash_of("text"));
  ASSERT_TRUE(events);
  EXPECT_EQ(events->size(), 65U);
  EXPECT_EQ(events->back().origin, "https://r99.test");
}

// However a host is written -------------------------------------------------------------------------

TEST_F(ClearingTest, ASiteIsClearedHoweverItsHostIsWritten) {
  for (const char* host : {"A.test", "a.test.", "a.TEST"}) {
    ASSERT_TRUE(put(kA, "text"));
    EXPECT_EQ(store_.clear_site(host, std::nullopt)->entries_removed, 1U) << host;
  }
  for (const char* host :
       {"", "a.test/", "a.test:8443", "https://a.test", "a b.test", "user@a.test", "*", "*.a.test"}) {
    const auto refused = store_.clear_site(host, std::nullopt);
    ASSERT_FALSE(refused) << host << ": nothing must be taken for cleared that was not looked for";
    EXPECT_EQ(refused.error().code, ErrorCode::kType);
  }
}

TEST_F(ClearingTest, ASiteWhoseHostEndsWithTheRootsDotIsClearedWithIt) {
  for (const std::string origin : {"https://a.test.", "https://www.long-enough.test."}) {
    ASSERT_TRUE(put(origin, "text"));
    ASSERT_TRUE(put(kB, "listing", list(origin)));
    ASSERT_TRUE(store_.clear_site("a.test", {}));
    ASSERT_TRUE(store_.clear_site("long-enough.test", {}));
    EXPECT_EQ(ask(origin, hash_of("text")), Disclosure::kRefused);
    EXPECT_EQ(ask(origin, hash_of("listing")), Disclosure::kRefused);
  }
}

// Beside other processes ----------------------------------------------------------------------------

TEST_F(ClearingTest, ClearingWaitsForAnotherProcessThatWrites) {
  ASSERT_TRUE(put(kA, "text"));
  ask(kA, hash_of("text"));  // noted and not yet written, as in every host
  auto other = sqlite::Database::open(directory() / "store.db");
  ASSERT_TRUE(other && other->execute("BEGIN IMMEDIATE"));
  std::thread busy([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_TRUE(other->execute("COMMIT"));
  });
  const auto cleared = store_.clear_site("a.test", std::nullopt);
  busy.join();
  EXPECT_TRUE(cleared) << cleared.error().message;
}

TEST_F(ClearingTest, ASiteThatAnotherProcessClearedDoesNotComeBackByAReadThatWasNotWrittenYet) {
  ASSERT_TRUE(put(kA, "text", list(kB)));
  ASSERT_EQ(ask(kB, hash_of("text")), Disclosure::kListed);
  Store command = open_again();
  clock_.advance(1000);
  ASSERT_TRUE(command.clear_site("b.test", std::nullopt));
  ASSERT_TRUE(store_.settle());
  const auto events = store_.history(hash_of("text"));
  ASSERT_TRUE(events && !events->empty());
  for (const HistoryEvent& event : *events) {
    EXPECT_NE(event.origin, kB);
  }
}

TEST_F(ClearingTest, ASiteThatAnotherProcessClearedDoesNotComeBackByAnAccountThatCouldNotBeWritten) {
  ASSERT_TRUE(store_.set_setting("lookup.budget", "on"));
  Store command = open_again();
  auto other = sqlite::Database::open(directory() / "store.db");
  ASSERT_TRUE(other && other->execute("BEGIN IMMEDIATE"));
  ask(kB, hash_of("x"));
  ASSERT_TRUE(other->execute("COMMIT"));
  clock_.advance(1000);
  ASSERT_TRUE(command.clear_site("b.test", std::nullopt));
  ask(kA, hash_of("x"));  // writes what could not be written
  EXPECT_EQ(other->integer("SELECT count(*) FROM lookup_account WHERE site = 'https://b.test'")->value_or(9), 0);
  ask(kB, hash_of("x"));
  EXPECT_EQ(other->integer("SELECT count(*) FROM lookup_account WHERE site = 'https://b.test'")->value_or(9), 1)
      << "what it asks from then on counts";
}

TEST_F(ClearingTest, WhatASiteDidStaysWhenAnotherProcessClearsAnotherSite) {
  ASSERT_TRUE(store_.set_setting("lookup.budget", "on"));
  ASSERT_TRUE(put(kA, "text", list(kB)));
  ask(kB, hash_of("known"));
  Store command = open_again();
  auto other = sqlite::Database::open(directory() / "store.db");
  ASSERT_TRUE(other && other->execute("BEGIN IMMEDIATE"));
  ask(kA, hash_of("text"));
  ask(kB, hash_of("x"));
  ASSERT_TRUE(other->execute("COMMIT"));
  clock_.advance(1000);
  ASSERT_TRUE(command.clear_site("c.test", std::nullopt));
  ASSERT_EQ(ask(kB, hash_of("text")), Disclosure::kListed);
  ASSERT_TRUE(store_.settle());
  ask("https://d.test", hash_of("y"));  // writes what could not be written
  EXPECT_EQ(other->integer("SELECT counted FROM lookup_account WHERE site = 'https://b.test'")->value_or(0), 2);
  EXPECT_EQ(other->integer("SELECT count(*) FROM reader")->value_or(0), 2)
      << "who stored it, and who read it afterwards";
}

TEST_F(ClearingTest, ALinkThatCannotGoKeepsNothingElseFromBeingCleared) {
  ASSERT_TRUE(put(kA, "one", Scope::same_site(), profile('a')));
  ASSERT_TRUE(put(kA, "two", Scope::same_site(), profile('b')));
  ask(kA, hash_of("one"));
  const auto path = temp_.path() / "profile" / "1";
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << "marker";
  ASSERT_TRUE(store_.hand_over(profile('a'), Site{kA}, hash_of("one"), path));
  std::filesystem::create_directory(path.parent_path() / ".cos-1");  // what unlink() refuses
  (void)store_.clear_all(std::nullopt);
  EXPECT_EQ(store_.totals()->entries, 0U);
  EXPECT_TRUE(store_.activity(std::nullopt, std::nullopt, 10)->lines.empty());
}

TEST_F(ClearingTest, WhatWasClearedIsReadByNobodyInTheStoresFiles) {
  ASSERT_TRUE(put("https://secret-site.test", "text"));
  ask("https://secret-site.test", hash_of("text"));
  ASSERT_TRUE(store_.settle());
  ASSERT_TRUE(open_again().clear_site("secret-site.test", std::nullopt));
  for (const auto& item : std::filesystem::recursive_directory_iterator(directory())) {
    if (item.is_regular_file()) {
      std::ifstream file(item.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      EXPECT_EQ(bytes.find("secret-site"), std::string::npos) << item.path();
    }
  }
}

}  // namespace
}  // namespace libcos
