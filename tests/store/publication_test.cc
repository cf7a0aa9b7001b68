#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "store/schema.h"
#include "store/store_fixture.h"

namespace libcos {
namespace {

using PublicationTest = StoreTest;

const std::string kA = "https://a.test";

void run_sql(const std::filesystem::path& path, const std::string& sql) {
  auto database = sqlite::Database::open(path);
  ASSERT_TRUE(database);
  const Status ran = database->execute(sql);
  EXPECT_TRUE(ran) << ran.error().message;
}

TEST_F(PublicationTest, RemovingAnEntryTakesItsFileAndItsCharge) {
  ASSERT_TRUE(put(kA, "text"));
  EXPECT_TRUE(store_.remove(hash_of("text")).value());
  EXPECT_FALSE(store_.remove(hash_of("text")).value());
  EXPECT_EQ(blob_files(), 0U);
  EXPECT_EQ(store_.totals()->bytes, 0U);
  EXPECT_EQ(ask(kA, hash_of("text")), Disclosure::kRefused);
}

TEST_F(PublicationTest, AnOpenReaderOutlivesTheEntry) {
  ASSERT_TRUE(put(kA, "text"));
  const auto reader = store_.open_entry(hash_of("text"));
  ASSERT_TRUE(store_.remove(hash_of("text")).value());
  std::string text(4, '\0');
  EXPECT_EQ(reader->read(0, {reinterpret_cast<std::uint8_t*>(text.data()), 4}).value(), 4U);
  EXPECT_EQ(text, "text");
}

TEST_F(PublicationTest, AnEntryCanBeStoredAgainAfterItsRemoval) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(put(kA, "text"));
    EXPECT_EQ(read(hash_of("text")), "text");
    ASSERT_TRUE(store_.remove(hash_of("text")).value());
  }
}

TEST_F(PublicationTest, AStartSweepsAPartFileWithoutAWriter) {
  const auto part = StorePaths(directory()).new_incoming(hash_of("x"));
  std::ofstream(part) << "half";
  restart();
  EXPECT_FALSE(std::filesystem::exists(part));
}

TEST_F(PublicationTest, AStartLeavesFilesAloneThatTheStoreDidNotName) {
  const auto foreign = directory() / "incoming" / "README";
  std::ofstream(foreign) << "mine";
  restart();
  EXPECT_TRUE(std::filesystem::exists(foreign));
}

TEST_F(PublicationTest, AStartSparesTheSessionsOfOtherOpenStores) {
  auto writer = store_.begin_write({profile('a'), origin_of(kA), hash_of("text")});
  ASSERT_TRUE(writer && writer->append(bytes_of("text")));
  const Store other = open_again();
  EXPECT_EQ(incoming_files(), 1U);
  EXPECT_TRUE(writer->close());
}

// What a process leaves that was killed between linking its blob and committing the row.
TEST_F(PublicationTest, AStartTakesBackABlobThatNeverGotItsRow) {
  const StorePaths paths(directory());
  const auto part = paths.new_incoming(hash_of("text"));
  std::ofstream(part) << "text";
  std::filesystem::create_directories(paths.blob(hash_of("text")).parent_path());
  std::filesystem::create_hard_link(part, paths.blob(hash_of("text")));
  restart();
  EXPECT_EQ(blob_files(), 0U);
  EXPECT_EQ(incoming_files(), 0U);
}

// … and one that was killed just after the commit.
TEST_F(PublicationTest, AStartKeepsABlobThatGotItsRow) {
  ASSERT_TRUE(put(kA, "text"));
  std::filesystem::create_hard_link(blob_path(hash_of("text")), StorePaths(directory()).new_incoming(hash_of("text")));
  restart();
  EXPECT_EQ(incoming_files(), 0U);
  EXPECT_EQ(read(hash_of("text")), "text");
}

// … and one that was killed between removing the row and removing the file.
TEST_F(PublicationTest, AStartFinishesARemoval) {
  ASSERT_TRUE(put(kA, "text"));
  run_sql(directory() / "store.db", "INSERT INTO doomed_blob SELECT digest, algorithm FROM entry; DELETE FROM entry;");
  EXPECT_EQ(blob_files(), 1U);
  restart();
  EXPECT_EQ(blob_files(), 0U);
}

TEST_F(PublicationTest, ABlobOfNoEntryIsCollectedOnRequest) {
  const auto orphan = blob_path(hash_of("orphan"));
  std::filesystem::create_directories(orphan.parent_path());
  std::ofstream(orphan) << "orphan";
  ASSERT_TRUE(put(kA, "text"));
  EXPECT_EQ(store_.collect_orphans().value(), 1U);
  EXPECT_FALSE(std::filesystem::exists(orphan));
  EXPECT_EQ(read(hash_of("text")), "text");
}

TEST_F(PublicationTest, AnEntryWhoseFileIsGoneIsForgottenAndCanBeStoredAgain) {
  ASSERT_TRUE(put(kA, "text"));
  std::filesystem::remove(blob_path(hash_of("text")));
  EXPECT_EQ(store_.open_entry(hash_of("text")).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(store_.stat(hash_of("text"))->has_value());
  EXPECT_EQ(store_.totals()->entries, 0U);
  ASSERT_TRUE(put(kA, "text"));
  EXPECT_EQ(read(hash_of("text")), "text");
}

TEST_F(PublicationTest, AnEntryIsNotForgottenForAFileThatCannotBeLookedAt) {
  ASSERT_TRUE(put(kA, "text"));
  const auto shelf = blob_path(hash_of("text")).parent_path();
  const auto aside = temp_.path() / "aside";
  std::filesystem::rename(shelf, aside);
  std::filesystem::create_symlink(shelf, shelf);  // ELOOP for everything below
  const auto refused = store_.open_entry(hash_of("text"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kIo);
  std::filesystem::remove(shelf);
  std::filesystem::rename(aside, shelf);
  EXPECT_EQ(read(hash_of("text")), "text");
}

// As on a disk that is full just when the rows are to be written.
TEST_F(PublicationTest, APublicationThatFailsAfterItsBlobWasPlacedTakesTheBlobBack) {
  run_sql(directory() / "store.db",
          "CREATE TRIGGER fault BEFORE INSERT ON hash_tree BEGIN SELECT RAISE(ABORT, 'fault'); END");
  EXPECT_FALSE(put(kA, "text"));
  EXPECT_EQ(blob_files(), 0U);
  EXPECT_EQ(incoming_files(), 0U);
  run_sql(directory() / "store.db", "DROP TRIGGER fault");
  EXPECT_TRUE(put(kA, "text"));
}

TEST_F(PublicationTest, AFailedPublicationEvictsNobody) {
  ASSERT_TRUE(store_.set_setting("budget.ceiling", "1MiB"));
  ASSERT_TRUE(store_.set_setting("budget.origin-percent", "100"));
  ASSERT_TRUE(put(kA, std::string(900'000, 'x')));
  run_sql(directory() / "store.db",
          "CREATE TRIGGER fault BEFORE INSERT ON hash_tree BEGIN SELECT RAISE(ABORT, 'fault'); END");
  EXPECT_FALSE(put("https://b.test", std::string(900'000, 'y')));
  EXPECT_EQ(read(hash_of(std::string(900'000, 'x'))), std::string(900'000, 'x'));
}

TEST_F(PublicationTest, RemovingAnEntryForgetsWhoStoredIt) {
  ASSERT_TRUE(put("https://secret.example", "text", Scope::list({origin_of("https://listed.example")})));
  ASSERT_TRUE(put("https://other.example", "other"));
  ASSERT_TRUE(store_.remove(hash_of("text")).value());
  std::string names;
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open((directory() / "store.db").c_str(), &handle), SQLITE_OK);
  const auto collect = [](void* into, int /*columns*/, char** values, char** /*names*/) {
    *static_cast<std::string*>(into) += std::string(values[0]) + " ";
    return 0;
  };
  sqlite3_exec(handle, "SELECT serialized FROM origin UNION SELECT serialized FROM site ORDER BY 1", collect, &names,
               nullptr);
  sqlite3_close(handle);
  EXPECT_EQ(names, "https://other.example ");
}

TEST_F(PublicationTest, ABlobThatCannotBeRemovedKeepsNobodyFromTheStore) {
  ASSERT_TRUE(put(kA, "text"));
  ASSERT_TRUE(put(kA, "other"));
  run_sql(directory() / "store.db",
          "INSERT INTO doomed_blob SELECT digest, algorithm FROM entry WHERE size = 4;"
          "DELETE FROM entry WHERE size = 4;");
  std::filesystem::remove(blob_path(hash_of("text")));
  std::filesystem::create_directories(blob_path(hash_of("text")) / "in the way");
  restart();
  EXPECT_EQ(read(hash_of("other")), "other");
}

TEST_F(PublicationTest, AStoreBehindASymlinkIsTheStore) {
  ASSERT_TRUE(put(kA, "text"));
  std::filesystem::create_directory_symlink(temp_.path(), temp_.path() / "alias");
  const auto aliased = Store::open({temp_.path() / "alias" / "store", {}});
  ASSERT_TRUE(aliased) << aliased.error().message;
  EXPECT_EQ(aliased->directory(), std::filesystem::canonical(directory()));
}

TEST_F(PublicationTest, ADirectoryThatOthersCanWriteIsRefused) {
  const auto shared = temp_.path() / "shared";
  std::filesystem::create_directory(shared);
  std::filesystem::permissions(shared, std::filesystem::perms::all);
  const auto refused = Store::open({shared, {}});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().mend.find("chmod 700"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(shared));
}

TEST_F(PublicationTest, TheRegistryIsTheUsersAlone) {
  ASSERT_TRUE(put(kA, "text"));
  for (const auto* name : {"store.db", "store.db-wal", "store.db-shm", "store.db-durable"}) {
    EXPECT_EQ(std::filesystem::status(directory() / name).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << name;
  }
}

TEST_F(PublicationTest, AnotherProgramsDatabaseIsRefusedAndLeftAsItIs) {
  const auto other = temp_.path() / "other-program";
  std::filesystem::create_directories(other);
  std::filesystem::permissions(other, std::filesystem::perms::owner_all);
  run_sql(other / "store.db", "CREATE TABLE theirs (x)");
  const auto refused = Store::open({other, {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
}

TEST_F(PublicationTest, AStoreFromANewerVersionIsRefusedAndLeftAsItIs) {
  ASSERT_TRUE(put(kA, "text"));
  run_sql(directory() / "store.db", "PRAGMA user_version = 99");
  const auto refused = Store::open({directory(), {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kNewerStore);
  EXPECT_FALSE(refused.error().mend.empty());
  run_sql(directory() / "store.db", "PRAGMA user_version = " + std::to_string(kSchemaVersion));
  restart();
  EXPECT_EQ(read(hash_of("text")), "text");
}

TEST_F(PublicationTest, AFileThatIsNoStoreIsRefusedAndLeftAsItIs) {
  const auto other = temp_.path() / "other";
  std::filesystem::create_directories(other);
  std::ofstream(other / "store.db") << std::string(5000, 'x');
  const auto refused = Store::open({other, {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(std::filesystem::file_size(other / "store.db"), 5000U);
}

TEST_F(PublicationTest, EntriesAreListedInPagesAndFoundByAbbreviation) {
  for (int i = 0; i < 25; ++i) {
    ASSERT_TRUE(put(kA, "text " + std::to_string(i)));
  }
  std::vector<Hash> seen;
  std::optional<Hash> after;
  while (true) {
    const auto page = store_.list(after, 10).value();
    for (const EntryInfo& info : page) {
      seen.push_back(info.hash);
      after = info.hash;
    }
    if (page.size() < 10) {
      break;
    }
  }
  EXPECT_EQ(seen.size(), 25U);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  for (const Hash& hash : seen) {
    for (const std::size_t digits : {7U, 12U, 64U}) {
      EXPECT_EQ(store_.match(hash.hex().substr(0, digits), 5).value(), std::vector{hash}) << digits;
    }
  }
  EXPECT_TRUE(store_.match("not hex", 5)->empty());
}

TEST_F(PublicationTest, AReadIsDatedLazilyAndNotLost) {
  ASSERT_TRUE(put(kA, "text"));
  const auto stored = (*store_.stat(hash_of("text")))->last_read;
  clock_.advance(5000);
  ask(kA, hash_of("text"));
  EXPECT_EQ((*store_.stat(hash_of("text")))->last_read, stored + 5000);
  restart();
  EXPECT_EQ((*store_.stat(hash_of("text")))->last_read, stored + 5000);
}

}  // namespace
}  // namespace libcos
