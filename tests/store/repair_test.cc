// A registry that a disk or a careless program has damaged.
#include "cos/repair.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/files.h"
#include "store/schema.h"
#include "store/sqlite.h"
#include "store/store_fixture.h"
#include "support/bit_rot.h"
#include "support/page_sums.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

const std::string kA = "https://a.test";
const std::string kB = "https://b.test";

class RepairTest : public testing::Test {
 protected:
  [[nodiscard]] fs::path directory() const { return temp_.path() / "store"; }
  [[nodiscard]] fs::path database() const { return directory() / "store.db"; }
  [[nodiscard]] Result<Store> open() const { return Store::open({directory(), {}}); }

  // Many entries, so that the registry has many pages; everything is in store.db itself.
  void fill(int entries) const {
    auto store = open();
    ASSERT_TRUE(store);
    for (const char* key : {"disk.reserve", "rate.writes", "write.files", "grease.percent"}) {
      ASSERT_TRUE(store->set_setting(key, "0"));
    }
    for (int number = 0; number < entries; ++number) {
      ASSERT_TRUE(put(*store, text(number)));
    }
  }
  static std::string text(int number) { return "file number " + std::to_string(number); }
  static Result<Published> put(Store& store, const std::string& text) {
    auto writer = store.begin_write({profile('a'), origin_of(kA), hash_of(text), Scope::list({origin_of(kB)})});
    EXPECT_TRUE(writer && writer->append(bytes_of(text)));
    return writer->close();
  }
  void change_registry(const std::string& sql) const {
    auto opened = sqlite::Database::open(database());
    ASSERT_TRUE(opened);
    ASSERT_TRUE(opened->execute(sql));
  }
  void overwrite(std::uint64_t position, std::size_t size) const {
    const auto file = open_file(database(), O_RDWR);
    ASSERT_TRUE(file && write_at(*file, std::vector<std::uint8_t>(size, 0xa5), position));
  }
  [[nodiscard]] std::uint64_t entries() const {
    auto store = open();
    EXPECT_TRUE(store);
    return store->totals()->entries;
  }

  const TempDir temp_;
};

TEST_F(RepairTest, ASoundRegistryIsSound) {
  fill(10);
  auto store = open();
  ASSERT_TRUE(store);
  EXPECT_EQ(store->check_registry().value(), std::vector<std::string>{});
}

TEST_F(RepairTest, ARegistryThatWasMigratedIsSound) {
  fs::create_directories(directory());
  fs::permissions(directory(), fs::perms::owner_all);
  {
    auto old = sqlite::Database::open(database());
    ASSERT_TRUE(old && migrate(*old, 1));
  }
  auto store = open();
  ASSERT_TRUE(store);
  EXPECT_EQ(store->check_registry().value(), std::vector<std::string>{});
}

TEST_F(RepairTest, TotalsThatAreNoSumsAreFoundAndCountedAnew) {
  fill(10);
  change_registry("UPDATE total SET bytes = bytes + 1; UPDATE usage SET entries = 4");
  EXPECT_EQ(open()->check_registry()->size(), 2U);
  ASSERT_TRUE(rebuild_registry({directory(), {}}));
  EXPECT_EQ(open()->check_registry().value(), std::vector<std::string>{});
  EXPECT_EQ(entries(), 10U);
}

TEST_F(RepairTest, AnImpossibleEntryGoesAndTheOthersStay) {
  fill(10);
  change_registry("UPDATE entry SET digest = x'01' WHERE id = 3");
  EXPECT_FALSE(open()->check_registry()->empty());
  ASSERT_TRUE(rebuild_registry({directory(), {}}));
  EXPECT_EQ(open()->check_registry().value(), std::vector<std::string>{});
  EXPECT_EQ(entries(), 9U);
}

TEST_F(RepairTest, ATableWhoseWordsHaveChangedIsFoundAndMadeAnew) {
  fill(10);
  change_registry(
      "PRAGMA writable_schema = ON;"
      "UPDATE sqlite_schema SET sql = replace(sql, 'globally_disclosable', 'globally_disclosabme')"
      " WHERE name = 'listing'");
  const auto problems = open()->check_registry();
  ASSERT_TRUE(problems);
  EXPECT_FALSE(problems->empty());
  ASSERT_TRUE(rebuild_registry({directory(), {}}));
  EXPECT_EQ(open()->check_registry().value(), std::vector<std::string>{});
  EXPECT_EQ(entries(), 10U);
  EXPECT_TRUE(open()->list(std::nullopt, 10));
}

TEST_F(RepairTest, WhatABrokenPageDoesNotHoldIsKept) {
  fill(150);
  const auto pages = fs::file_size(database()) / 4096;
  ASSERT_GT(pages, 30U);
  // Before lie the roots of tables and indexes, without which there is nothing to be had.
  overwrite((pages * 3 / 4) * 4096, 4096);
  const auto report = rebuild_registry({directory(), {}});
  ASSERT_TRUE(report) << report.error().message;
  auto store = open();
  ASSERT_TRUE(store);
  EXPECT_EQ(store->check_registry().value(), std::vector<std::string>{});
  EXPECT_GT(store->totals()->entries, 100U);
  std::uint64_t found = 0;
  for (int number = 0; number < 150; ++number) {
    found += store->request_read({profile('a'), origin_of(kB)}, hash_of(text(number)))->has_value() ? 1U : 0U;
  }
  EXPECT_GT(found, 5U) << "grants are kept, too, as far as the lookup budget lets us see";
  EXPECT_TRUE(fs::exists(report->old_registry / "store.db")) << "and the old one is still there to be looked at";
}

TEST_F(RepairTest, ARegistryThatCannotBeReadAtAllIsReplacedByAnEmptyOne) {
  fill(10);
  overwrite(0, 4096);
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(refused.error().mend.find("cos repair"), std::string::npos);
  ASSERT_TRUE(rebuild_registry({directory(), {}}));
  EXPECT_EQ(entries(), 0U);
  EXPECT_EQ(open()->adopt_orphans()->size(), 10U) << "the bytes are still there";
  EXPECT_EQ(entries(), 10U);
  EXPECT_TRUE((*open()->stat(hash_of(text(3))))->manual);
}

// The step to the next format reads every table; what cannot be had from one is no reason to lose the others.
TEST_F(RepairTest, ADamagedStoreOfFormat1KeepsWhatCanBeRead) {
  fs::create_directories(directory());
  fs::permissions(directory(), fs::perms::owner_all);
  ASSERT_TRUE(make_without_page_sums(database()));
  std::uint64_t page = 0;
  std::uint64_t page_size = 0;
  {
    auto old = sqlite::Database::open(database());
    ASSERT_TRUE(old && migrate(*old, 1));
    ASSERT_TRUE(
        old->run("INSERT INTO entry (algorithm, digest, size, created_at, last_read, file_inode, file_mtime,"
                 " verified_at, tree_root) VALUES (2, ?1, 4, 5, 6, 0, 0, 5, x'00')",
                 hash_of("text").digest()));
    ASSERT_TRUE(
        old->execute("INSERT INTO realm VALUES (1, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');"
                     "INSERT INTO site VALUES (1, 'https://a.test'), (2, 'https://b.test');"
                     "INSERT INTO origin VALUES (1, 'https://a.test', 1), (2, 'https://b.test', 2);"
                     "INSERT INTO listing (entry, realm) VALUES (1, 1);"
                     "INSERT INTO storing_origin VALUES (1, 1, 1, 1, 5, 'https://a.test/x');"
                     "INSERT INTO listed_origin VALUES (1, 1, 2, 6);"));
    page = static_cast<std::uint64_t>(old->integer("SELECT rootpage FROM sqlite_schema WHERE name = 'link'")->value());
    page_size = static_cast<std::uint64_t>(old->integer("PRAGMA page_size")->value());
  }
  overwrite((page - 1) * page_size, page_size);
  ASSERT_FALSE(open());
  const auto report = rebuild_registry({directory(), {}});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->rows_dropped, 0U);
  for (const std::string& origin : {kA, kB}) {
    EXPECT_TRUE(open()->request_read({profile('a'), origin_of(origin)}, hash_of("text")).value()) << origin;
  }
}

TEST_F(RepairTest, AFileThatIsNotWhatItsNameSaysIsNotAdopted) {
  fill(3);
  overwrite(0, 4096);
  ASSERT_TRUE(flip_bit(StorePaths(directory()).blob(hash_of(text(1))), 2));
  ASSERT_TRUE(rebuild_registry({directory(), {}}));
  auto store = open();
  ASSERT_TRUE(store);
  EXPECT_EQ(store->adopt_orphans()->size(), 2U);
  EXPECT_EQ(store->collect_orphans().value(), 1U);
}

TEST_F(RepairTest, AStoreThatIsInUseIsNotReplaced) {
  fill(3);
  // In another process: the lock is one between processes.
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = Store::open({directory(), {}});
    std::ofstream(temp_.path() / "ready") << "yes";
    ::pause();
    ::_exit(store ? 0 : 1);
  }
  while (!fs::exists(temp_.path() / "ready")) {
    ::usleep(1000);
  }
  const auto refused = rebuild_registry({directory(), {}});
  EXPECT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBusy);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(rebuild_registry({directory(), {}}));
  EXPECT_EQ(entries(), 3U);
}

TEST_F(RepairTest, AnInterruptedRepairIsFinishedBeforeAnythingElse) {
  fill(3);
  // As after the step from which on the new registry counts; the old one has its log no more.
  fs::copy(database(), directory() / "store.db.rebuilt");
  overwrite(0, 4096);
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().mend.find("cos repair"), std::string::npos);
  ASSERT_TRUE(rebuild_registry({directory(), {}}));
  EXPECT_EQ(entries(), 3U);
}

TEST_F(RepairTest, AnotherProgramsDatabaseIsLeftAlone) {
  fs::create_directories(directory());
  fs::permissions(directory(), fs::perms::owner_all);
  {
    auto other = sqlite::Database::open(database());
    ASSERT_TRUE(other && other->execute("CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')"));
  }
  EXPECT_FALSE(rebuild_registry({directory(), {}}));
  EXPECT_TRUE(fs::is_empty(directory() / "quarantine")) << "each try would leave another copy";
  auto other = sqlite::Database::open(database());
  EXPECT_EQ(other->integer("SELECT count(*) FROM recipes").value(), 1);
}

}  // namespace
}  // namespace libcos
