#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

#include "store/sqlite.h"
#include "store/store_fixture.h"

namespace libcos {
namespace {

const std::string kA = "https://a.test";

class DamageTest : public StoreTest {
 protected:
  // Changes a byte of the blob, as a bad disk or a careless program would.
  void damage(const Hash& hash, bool keep_identity = false) {
    const auto path = blob_path(hash);
    struct stat before {};
    ASSERT_EQ(::stat(path.c_str(), &before), 0);
    ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
    {
      std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(2);
      file.put('#');
    }
    ASSERT_EQ(::chmod(path.c_str(), 0444), 0);
    if (keep_identity) {
      const timespec times[2] = {before.st_atim, before.st_mtim};
      ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    }
  }
};

TEST_F(DamageTest, AChangedFileIsVerifiedBeforeItIsServedAndThenNever) {
  ASSERT_TRUE(put(kA, "some text"));
  damage(hash_of("some text"));
  EXPECT_EQ(store_.open_entry(hash_of("some text")).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE((*store_.stat(hash_of("some text")))->damaged);
  EXPECT_EQ(ask(kA, hash_of("some text")), Disclosure::kRefused) << "to a page a damaged entry is a missing one";
  EXPECT_TRUE(std::filesystem::exists(StorePaths(directory()).quarantined(hash_of("some text"))));
  restart();
  EXPECT_TRUE((*store_.stat(hash_of("some text")))->damaged);
}

TEST_F(DamageTest, WhoEndedWhileItSetADamagedFileAsideLeavesADamagedEntryNotNone) {
  for (const std::string text : {"some text", "other text"}) {
    ASSERT_TRUE(put(kA, text));
    // What a process that is killed right after the first step leaves.
    const StorePaths paths(directory());
    std::filesystem::create_directories(paths.quarantine());
    std::filesystem::rename(blob_path(hash_of(text)), paths.quarantined(hash_of(text)));
  }
  EXPECT_EQ(*store_.verify(hash_of("some text"), {}), VerifyOutcome::kDamaged);
  EXPECT_EQ(store_.open_entry(hash_of("other text")).error().code, ErrorCode::kNotFound);
  for (const std::string text : {"some text", "other text"}) {
    ASSERT_TRUE(*store_.stat(hash_of(text))) << "it is not reported any more";
    EXPECT_TRUE((*store_.stat(hash_of(text)))->damaged);
    ASSERT_TRUE(put(kA, text));
    EXPECT_EQ(read(hash_of(text)), text) << "and good bytes mend it";
  }
}

TEST_F(DamageTest, ATouchedButIntactFileIsVerifiedOnceAndServed) {
  ASSERT_TRUE(put(kA, "some text"));
  const timespec times[2] = {{1, 0}, {1, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, blob_path(hash_of("some text")).c_str(), times, 0), 0);
  clock_.advance(1000);
  EXPECT_EQ(read(hash_of("some text")), "some text");
  EXPECT_EQ((*store_.stat(hash_of("some text")))->verified_at, *clock_.now);
  clock_.advance(1000);
  EXPECT_EQ(read(hash_of("some text")), "some text");
  EXPECT_EQ((*store_.stat(hash_of("some text")))->verified_at, *clock_.now - 1000) << "its new identity is remembered";
}

TEST_F(DamageTest, VerifyFindsDamageThatLeftNoTrace) {
  ASSERT_TRUE(put(kA, "some text"));
  ASSERT_TRUE(put(kA, "other text"));
  damage(hash_of("some text"), true);
  EXPECT_EQ(store_.verify(hash_of("some text"), {}).value(), VerifyOutcome::kDamaged);
  EXPECT_EQ(store_.verify(hash_of("other text"), {}).value(), VerifyOutcome::kIntact);
  EXPECT_EQ(store_.verify(hash_of("some text"), {}).value(), VerifyOutcome::kDamaged) << "it stays reported";
}

TEST_F(DamageTest, VerifyForgetsAnEntryWhoseFileIsGone) {
  ASSERT_TRUE(put(kA, "some text"));
  std::filesystem::remove(blob_path(hash_of("some text")));
  EXPECT_EQ(store_.verify(hash_of("some text"), {}).value(), VerifyOutcome::kMissing);
  EXPECT_EQ(store_.verify(hash_of("some text"), {}).error().code, ErrorCode::kNotFound);
}

TEST_F(DamageTest, ATruncatedFileIsNeverServed) {
  ASSERT_TRUE(put(kA, "some text"));
  ASSERT_EQ(::chmod(blob_path(hash_of("some text")).c_str(), 0644), 0);
  std::filesystem::resize_file(blob_path(hash_of("some text")), 3);
  EXPECT_EQ(store_.open_entry(hash_of("some text")).error().code, ErrorCode::kNotFound);
}

TEST_F(DamageTest, AWriteOfTheRightBytesMendsADamagedEntry) {
  ASSERT_TRUE(put(kA, "some text", Scope::list({origin_of("https://b.test")})));
  damage(hash_of("some text"));
  ASSERT_FALSE(store_.open_entry(hash_of("some text")));
  ASSERT_TRUE(put("https://c.test", "some text"));
  EXPECT_EQ(read(hash_of("some text")), "some text");
  EXPECT_EQ(ask("https://b.test", hash_of("some text")), Disclosure::kListed) << "its grants were kept";
  expect_totals_to_be_right();
}

TEST_F(DamageTest, AWriteReplacesAFileThatSilentlyWentWrong) {
  ASSERT_TRUE(put(kA, "some text"));
  damage(hash_of("some text"));
  ASSERT_TRUE(put("https://c.test", "some text"));
  EXPECT_EQ(read(hash_of("some text")), "some text");
}

TEST_F(DamageTest, VerificationCanBeStopped) {
  ASSERT_TRUE(put(kA, "some text"));
  const auto stopped = store_.verify(hash_of("some text"), [](std::uint64_t, std::uint64_t) { return false; });
  EXPECT_EQ(stopped.error().code, ErrorCode::kAborted);
  EXPECT_EQ(read(hash_of("some text")), "some text");
}

// Read as the number that it was, it would be met again and again by who walks over the entries.
TEST_F(DamageTest, AnEntryWhoseAlgorithmBecameAnotherKindOfValueEndsAWalkWithAnError) {
  ASSERT_TRUE(put("https://a.test", "text"));
  auto database = sqlite::Database::open(directory() / "store.db");
  ASSERT_TRUE(database && database->execute("UPDATE entry SET algorithm = CAST(algorithm AS BLOB)"));
  EXPECT_EQ(store_.next_unverified(std::nullopt, INT64_MAX).error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace libcos
