// Logs that killed processes have left, and what a disk, a power cut or somebody else makes of them before the next one
// opens the database.
#include "store/durable_mark.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <vector>

#include "cos/repair.h"
#include "store/sqlite.h"
#include "store/store_fixture.h"
#include "support/bit_rot.h"
#include "support/page_sums.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

using sqlite::Durability;
using sqlite::LogPart;

constexpr std::uint64_t kLogHeader = 32;
constexpr std::uint64_t kFrame = 24 + 4096;

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void make(const fs::path& path, const std::string& content) { std::ofstream(path, std::ios::binary) << content; }

class DurableMarkTest : public testing::Test {
 protected:
  DurableMarkTest() {
    fs::create_directories(live("").parent_path());
    fs::create_directories(left("").parent_path());
    database_.emplace(open(live("")));
    EXPECT_TRUE(database_->execute("CREATE TABLE line (text TEXT)"));
  }

  [[nodiscard]] fs::path live(const std::string& ending) const { return temp_.path() / "live" / ("store.db" + ending); }
  [[nodiscard]] fs::path left(const std::string& ending) const { return temp_.path() / "left" / ("store.db" + ending); }

  static sqlite::Database open(const fs::path& path) {
    auto opened = sqlite::Database::open(path);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }

  // Lines have two pages each.
  static void write(sqlite::Database& database, Durability durability, int lines = 1) {
    for (int line = 0; line < lines; ++line) {
      auto transaction = sqlite::WriteTransaction::begin(database, durability);
      ASSERT_TRUE(transaction && database.execute("INSERT INTO line SELECT hex(zeroblob(3000))"));
      ASSERT_TRUE(transaction->commit());
    }
  }
  void write(Durability durability, int lines = 1) { write(*database_, durability, lines); }

  // All files as they are now, but for those that are in memory.
  void kill_everybody() const {
    for (const char* ending : {"", "-wal", "-shm", "-durable"}) {
      fs::remove(left(ending));
    }
    for (const char* ending : {"", "-wal", "-durable"}) {
      if (fs::exists(live(ending))) {
        fs::copy(live(ending), left(ending));
      }
    }
  }

  // How many lines the next process finds; -1: it is told that the log is damaged.
  [[nodiscard]] std::int64_t lines_left() const {
    const auto opened = sqlite::Database::open(left(""));
    if (!opened) {
      EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt) << opened.error().message;
      EXPECT_NE(opened.error().message.find("log is damaged"), std::string::npos) << opened.error().message;
      EXPECT_NE(opened.error().mend.find("cos repair"), std::string::npos);
      return kDamaged;
    }
    auto database = open(left(""));
    const auto table = database.integer("SELECT count(*) FROM sqlite_schema").value();
    return table.value_or(0) == 0 ? 0 : database.integer("SELECT count(*) FROM line").value().value_or(0);
  }
  static constexpr std::int64_t kDamaged = -1;

  [[nodiscard]] std::uint64_t durable() const {
    const auto check = sqlite::check_log(left("-wal"));
    EXPECT_TRUE(!check || !check->is_damaged());
    return check ? check->durable : 0;
  }
  [[nodiscard]] std::uint64_t log_size() const { return fs::file_size(left("-wal")); }

  const TempDir temp_;
  std::optional<sqlite::Database> database_;
};

TEST_F(DurableMarkTest, AfterAKillTheMarkStandsWhereTheLastDurableTransactionEnds) {
  write(Durability::kDurable, 3);
  kill_everybody();
  EXPECT_EQ(durable(), log_size());
  EXPECT_EQ(lines_left(), 3);
  const std::uint64_t before = fs::file_size(live("-wal"));
  write(Durability::kRelaxed, 2);
  kill_everybody();
  EXPECT_EQ(durable(), before);
  EXPECT_GT(log_size(), before);
  EXPECT_EQ(lines_left(), 5);
}

TEST_F(DurableMarkTest, ABitThatTurnedInWhatIsDurableIsFoundWhereverItIs) {
  write(Durability::kDurable, 4);
  kill_everybody();
  const std::uint64_t end = durable();
  const std::uint64_t frames = (end - kLogHeader) / kFrame;
  ASSERT_GT(frames, 8U);
  std::vector<std::uint64_t> places;
  for (std::uint64_t at = 0; at < kLogHeader + 24; ++at) {
    places.push_back(at);
  }
  for (std::uint64_t frame = 0; frame < frames; ++frame) {
    places.push_back(kLogHeader + frame * kFrame + frame % 24);
    places.push_back(kLogHeader + frame * kFrame + 24 + frame * 997 % 4096);
  }
  places.push_back(end - 1);
  for (const std::uint64_t at : places) {
    kill_everybody();
    ASSERT_TRUE(flip_bit(left("-wal"), at, static_cast<unsigned>(at % 8)));
    EXPECT_EQ(lines_left(), kDamaged) << "byte " << at;
    EXPECT_EQ(lines_left(), kDamaged) << "and it stays so";
    fs::remove(left("-durable"));
    EXPECT_LT(lines_left(), 4) << "without the mark it would be lost without a word";
  }
}

TEST_F(DurableMarkTest, WhatAPowerCutMayTearBehindTheMarkIsLostWithoutAnAlarm) {
  write(Durability::kDurable, 3);
  const std::uint64_t end = fs::file_size(live("-wal"));
  write(Durability::kRelaxed, 2);
  for (std::uint64_t at = end; at < fs::file_size(live("-wal")); at += 511) {
    kill_everybody();
    ASSERT_TRUE(flip_bit(left("-wal"), at, static_cast<unsigned>(at % 8)));
    EXPECT_GE(lines_left(), 3) << "byte " << at;
  }
}

TEST_F(DurableMarkTest, ALogThatIsCutOffBehindTheMarkOpensAndOneThatIsCutOffBeforeItIsDamaged) {
  write(Durability::kDurable, 3);
  const std::uint64_t end = fs::file_size(live("-wal"));
  write(Durability::kRelaxed, 2);
  const auto lines_when_cut = [&](std::uint64_t size) {
    kill_everybody();
    fs::resize_file(left("-wal"), size);
    return lines_left();
  };
  for (std::uint64_t size = end; size < fs::file_size(live("-wal")); size += 733) {
    EXPECT_GE(lines_when_cut(size), 3) << size << " bytes";
  }
  // SQLite takes a file of one byte for an empty one.
  for (std::uint64_t size = 2; size < end; size += size < 60 ? 1 : 733) {
    EXPECT_EQ(lines_when_cut(size), kDamaged) << size << " bytes";
  }
  EXPECT_EQ(lines_when_cut(end - 1), kDamaged);
}

TEST_F(DurableMarkTest, WithoutALogNothingIsKnown) {
  write(Durability::kDurable, 3);
  kill_everybody();
  fs::resize_file(left("-wal"), 0);
  EXPECT_EQ(lines_left(), 0);
  kill_everybody();
  fs::remove(left("-wal"));
  EXPECT_EQ(lines_left(), 0);
}

TEST_F(DurableMarkTest, AMarkThatIsTornOrOlderOrNoneRaisesNoAlarm) {
  write(Durability::kDurable, 2);
  const std::string older = content_of(live("-durable"));
  write(Durability::kDurable, 2);
  const std::string mark = content_of(live("-durable"));
  ASSERT_EQ(mark.size(), 32U);
  for (const std::string& other : {older, std::string(), std::string(32, '\0'), std::string(4096, 'x'), mark.substr(1),
                                   older.substr(0, 24) + mark.substr(24), mark.substr(0, 20)}) {
    kill_everybody();
    make(left("-durable"), other);
    EXPECT_EQ(lines_left(), 4);
  }
  kill_everybody();
  make(left("-durable"), mark.substr(0, 16) + std::string(8, '\1') + mark.substr(24));
  ASSERT_TRUE(flip_bit(left("-wal"), 5000));
  EXPECT_LT(lines_left(), 4) << "nothing is known, as without a mark";
}

TEST_F(DurableMarkTest, AMarkThatBelongsToAnotherLogSaysNothingOfThisOne) {
  write(Durability::kDurable, 9);
  const std::string of_another = content_of(live("-durable"));
  ASSERT_TRUE(database_->execute("PRAGMA wal_checkpoint(RESTART)"));
  write(Durability::kDurable);
  kill_everybody();
  // An older cos, which knows no marks, has begun the log anew.
  make(left("-durable"), of_another);
  EXPECT_EQ(lines_left(), 10);
}

TEST_F(DurableMarkTest, ALogThatIsBegunAnewHasAMarkOfItsOwn) {
  write(Durability::kDurable, 9);
  ASSERT_TRUE(database_->execute("PRAGMA wal_checkpoint(RESTART)"));
  kill_everybody();
  EXPECT_EQ(durable(), log_size()) << "nothing has been written over";
  EXPECT_EQ(lines_left(), 9);
  write(Durability::kRelaxed);
  kill_everybody();
  EXPECT_EQ(content_of(left("-durable")), std::string(32, '\0'));
  for (std::uint64_t at = 0; at < kLogHeader; ++at) {
    kill_everybody();
    ASSERT_TRUE(flip_bit(left("-wal"), at));
    EXPECT_EQ(lines_left(), 9) << "nothing of it was durable";
  }
  write(Durability::kDurable);
  kill_everybody();
  const std::uint64_t end = durable();
  EXPECT_GT(end, kLogHeader);
  EXPECT_LT(end, log_size()) << "behind it lies what the log held before";
  ASSERT_TRUE(flip_bit(left("-wal"), end + 100));
  EXPECT_EQ(lines_left(), 11);
  kill_everybody();
  ASSERT_TRUE(flip_bit(left("-wal"), end - 100));
  EXPECT_EQ(lines_left(), kDamaged);
}

TEST_F(DurableMarkTest, WhenTheLastOneClosesTheLogGoesAndTheMarkSaysNothing) {
  write(Durability::kDurable, 3);
  database_.reset();
  EXPECT_FALSE(fs::exists(live("-wal")));
  EXPECT_EQ(content_of(live("-durable")), std::string(32, '\0'));
  database_.emplace(open(live("")));
  EXPECT_EQ(database_->integer("SELECT count(*) FROM line").value(), 3);
  write(Durability::kDurable);
  kill_everybody();
  EXPECT_EQ(durable(), log_size());
  EXPECT_EQ(lines_left(), 4);
}

TEST_F(DurableMarkTest, WhoeverWritesTheMarkSpeaksOfEverybodysTransactions) {
  auto other = open(live(""));
  auto third = open(live(""));
  write(Durability::kDurable);
  write(other, Durability::kDurable);
  write(third, Durability::kRelaxed);
  kill_everybody();
  EXPECT_LT(durable(), log_size());
  write(Durability::kDurable);
  kill_everybody();
  EXPECT_EQ(durable(), log_size());
  EXPECT_EQ(lines_left(), 4);
  // The third syncs the log and has written up to a place before the mark.
  ASSERT_TRUE(third.execute("PRAGMA wal_checkpoint(PASSIVE)"));
  kill_everybody();
  EXPECT_EQ(durable(), log_size());
  write(other, Durability::kDurable);
  kill_everybody();
  EXPECT_LT(durable(), log_size()) << "a log that had come home begins anew";
  EXPECT_EQ(lines_left(), 5);
  kill_everybody();
  ASSERT_TRUE(flip_bit(left("-wal"), kLogHeader + 3000));
  EXPECT_EQ(lines_left(), kDamaged);
}

TEST_F(DurableMarkTest, WhoeverWroteToALogThatOthersHaveBegunAnewLeavesTheirMarkAlone) {
  auto other = open(live(""));
  write(other, Durability::kRelaxed);
  ASSERT_TRUE(database_->execute("PRAGMA wal_checkpoint(RESTART)"));
  write(Durability::kDurable);
  kill_everybody();
  const std::uint64_t before = durable();
  ASSERT_GT(before, kLogHeader);
  ASSERT_TRUE(other.execute("PRAGMA wal_checkpoint(PASSIVE)"));
  kill_everybody();
  EXPECT_EQ(durable(), before);
}

TEST_F(DurableMarkTest, ATransactionThatIsLargerThanTheCacheIsMarkedAsItIsInTheEnd) {
  auto transaction = sqlite::WriteTransaction::begin(*database_);
  // Pages leave the cache for the log before the transaction ends, and change there again.
  ASSERT_TRUE(transaction &&
              database_->execute("PRAGMA cache_size = 10;"
                                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
                                 " INSERT INTO line SELECT hex(randomblob(100)) FROM n;"
                                 "UPDATE line SET text = hex(randomblob(90)) WHERE rowid % 3 = 0;"
                                 "DELETE FROM line WHERE rowid % 5 = 0"));
  ASSERT_TRUE(transaction->commit());
  kill_everybody();
  EXPECT_EQ(durable(), log_size());
  EXPECT_EQ(lines_left(), 1600);
}

TEST_F(DurableMarkTest, ATransactionThatIsTakenBackIsNotMarked) {
  write(Durability::kDurable, 2);
  kill_everybody();
  const std::uint64_t before = durable();
  {
    auto transaction = sqlite::WriteTransaction::begin(*database_);
    ASSERT_TRUE(transaction &&
                database_->execute("PRAGMA cache_size = 10;"
                                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                                   " WHERE i < 2000) INSERT INTO line SELECT hex(randomblob(100)) FROM n"));
  }
  kill_everybody();
  EXPECT_EQ(durable(), before);
  EXPECT_GT(log_size(), before);
  EXPECT_EQ(lines_left(), 2);
  write(Durability::kDurable);
  kill_everybody();
  EXPECT_GT(durable(), before);
  EXPECT_EQ(lines_left(), 3);
}

// A transaction whose last step fails after its sync is taken back, and others write over it.
TEST_F(DurableMarkTest, TheMarkIsClearedBeforeSomethingIsWrittenWhereItSpeaksOfAndElseStays) {
  write(Durability::kDurable, 2);
  kill_everybody();
  const std::string name = left("-wal").string();
  const auto end = static_cast<sqlite3_int64>(durable());
  sqlite::DurableMark mark(name.c_str());
  EXPECT_EQ(mark.clear_from(end), SQLITE_OK);
  EXPECT_EQ(durable(), static_cast<std::uint64_t>(end));
  EXPECT_EQ(mark.clear_from(end - 1), SQLITE_OK);
  EXPECT_EQ(durable(), 0U);
}

TEST_F(DurableMarkTest, AMarkThatCannotBeClearedKeepsTheLogFromBeingBegunAnew) {
  write(Durability::kDurable, 2);
  kill_everybody();
  fs::remove(left("-durable"));
  fs::create_directory(left("-durable"));
  EXPECT_EQ(lines_left(), 2) << "it can be read";
  auto database = open(left(""));
  EXPECT_FALSE(database.execute("INSERT INTO line VALUES ('x')"));
  fs::remove(left("-durable"));
  EXPECT_TRUE(database.execute("INSERT INTO line VALUES ('x')"));
}

TEST_F(DurableMarkTest, ADatabaseWithoutPageSumsHasNoMark) {
  const fs::path old = temp_.path() / "old.db";
  ASSERT_TRUE(make_without_page_sums(old));
  auto database = open(old);
  ASSERT_TRUE(database.execute("CREATE TABLE line (text TEXT)"));
  write(database, Durability::kDurable);
  EXPECT_TRUE(fs::exists(old.string() + "-wal"));
  EXPECT_FALSE(fs::exists(sqlite::mark_of(old.string() + "-wal")));
}

class DamagedLogTest : public StoreTest {
 protected:
  DamagedLogTest() {
    for (int file = 0; file < 12; ++file) {
      EXPECT_TRUE(put("https://a.test", text(file)));
    }
    fs::copy(directory(), left(), fs::copy_options::recursive);
    fs::permissions(left(), fs::perms::owner_all);
  }

  static std::string text(int file) { return "file number " + std::to_string(file); }
  [[nodiscard]] fs::path left() const { return temp_.path() / "left"; }
  [[nodiscard]] fs::path log() const { return left() / "store.db-wal"; }
  [[nodiscard]] Result<Store> open_left() const { return Store::open({left(), clock_.function()}); }
};

TEST_F(DamagedLogTest, AStoreSaysThatItsLogIsDamagedAndRepairKeepsWhatComesBeforeAndSaysThatSomethingIsLost) {
  const auto size = fs::file_size(log());
  ASSERT_TRUE(flip_bit(log(), size * 3 / 4));
  const auto refused = open_left();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(refused.error().mend.find("cos repair"), std::string::npos);
  const auto report = rebuild_registry({left(), {}});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_GE(report->log_bytes_lost, size / 4);
  EXPECT_LT(report->log_bytes_lost, size / 4 + 2 * kFrame);
  EXPECT_FALSE(fs::exists(report->old_registry / "store.db-durable")) << "the copy can be read as far as it goes";
  auto store = open_left();
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(store->check_registry().value(), std::vector<std::string>{});
  const auto entries = store->totals()->entries;
  EXPECT_GT(entries, 4U);
  EXPECT_LT(entries, 12U);
  EXPECT_EQ(store->adopt_orphans()->size(), 12 - entries) << "and the bytes of all are there";
}

TEST_F(DamagedLogTest, ARepairedStoreHasNoMarkOfTheOldLogBesideIt) {
  ASSERT_TRUE(flip_bit(log(), 40));
  ASSERT_TRUE(rebuild_registry({left(), {}}));
  for (const auto& item : fs::directory_iterator(left())) {
    const std::string name = item.path().filename();
    EXPECT_TRUE(name == "store.db" || !name.starts_with("store.db")) << name;
  }
}

TEST_F(DamagedLogTest, ARepairOfSomethingElseSaysNothingOfTheLog) {
  const auto report = rebuild_registry({left(), {}});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->log_bytes_lost, 0U);
  EXPECT_EQ(open_left()->totals()->entries, 12U);
}

TEST_F(DamagedLogTest, ARepairThatWasInterruptedBesideADamagedLogIsFinished) {
  ASSERT_TRUE(flip_bit(log(), 40));
  store_ = Store::open_private({temp_.path() / "elsewhere", {}}).value();
  fs::copy(directory() / "store.db", left() / "store.db.rebuilt");
  EXPECT_NE(open_left().error().mend.find("cos repair"), std::string::npos);
  ASSERT_TRUE(rebuild_registry({left(), {}}));
  EXPECT_EQ(open_left()->totals()->entries, 12U);
}

}  // namespace
}  // namespace libcos
