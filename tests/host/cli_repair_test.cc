// `cos verify`, `cos repair` and `cos get --range` on damaged stores.
#include "host/cli_fixture.h"
#include "support/bit_rot.h"

namespace libcos {
namespace {

class CliRepairTest : public CliTest {
 protected:
  [[nodiscard]] std::filesystem::path blob(const std::string& text) const {
    return StorePaths(home_.store()).blob(hash_of(text));
  }
  void destroy_registry() const {
    std::fstream(home_.store() / "store.db", std::ios::in | std::ios::out | std::ios::binary) << std::string(4096, '?');
    std::filesystem::remove(home_.store() / "store.db-wal");
  }
  void leave_an_orphan_that_cannot_be_set_aside() const {
    namespace fs = std::filesystem;
    fs::create_directories(blob("orphan").parent_path());
    std::ofstream(blob("orphan")) << "orphan";
    fs::last_write_time(blob("orphan"), fs::file_time_type::clock::now() - std::chrono::hours(72));
    std::ofstream(home_.store() / "quarantine") << "a file in the directory's place";
  }
};

TEST_F(CliRepairTest, ASoundStoreNeedsNoRepair) {
  add("text");
  EXPECT_TRUE(mentions(cos({"repair"}).out, "The registry is sound."));
  const json repaired = json_of({"repair"});
  EXPECT_EQ(repaired.at("rebuiltRegistry"), nullptr);
  EXPECT_EQ(repaired.at("intact"), 1);
}

TEST_F(CliRepairTest, RepairKeepsTheRestAndSaysWhatToDownloadAgain) {
  add("text");
  {
    auto store = this->store();
    auto writer = store.begin_write({profile('a'), origin_of("https://a.test"), hash_of("lost"), Scope::global(),
                                     "https://a.test/models/lost.bin"});
    ASSERT_TRUE(writer && writer->append(bytes_of("lost")) && writer->close());
  }
  ASSERT_TRUE(flip_bit(blob("lost"), 2));
  const json repaired = json_of({"repair"}, 4);
  EXPECT_EQ(repaired.at("intact"), 1);
  ASSERT_EQ(repaired.at("damaged").size(), 1U);
  EXPECT_EQ(repaired.at("damaged")[0].at("hash"), "SHA-256:" + hash_of("lost").hex());
  EXPECT_EQ(repaired.at("damaged")[0].at("urls"), json::array({"https://a.test/models/lost.bin"}));
  EXPECT_EQ(repaired.at("damaged")[0].at("storedBy"), json::array({"https://a.test"}));
  EXPECT_TRUE(mentions(cos({"repair"}).out, "https://a.test/models/lost.bin"));
  EXPECT_EQ(cos({"get", hash_of("text").hex(), "-o", "-"}).out, "text");
  add("lost");
  EXPECT_EQ(code_of({"repair"}), 0) << "adding the file again mends it";
}

TEST_F(CliRepairTest, EveryCommandSendsWhoHasADamagedRegistryToRepair) {
  const std::string hash = add("text");
  destroy_registry();
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"ls"}, {"stat", hash}, {"verify"}}) {
    const Finished finished = cos(arguments);
    EXPECT_EQ(finished.code, 4) << arguments[0];
    EXPECT_TRUE(mentions(finished.err, "cos repair")) << finished.err;
  }
  const json repaired = json_of({"repair", "--adopt"});
  EXPECT_TRUE(repaired.at("rebuiltRegistry").is_object());
  EXPECT_EQ(repaired.at("adopted"), json::array({"SHA-256:" + hash}));
  EXPECT_EQ(cos({"get", hash, "-o", "-"}).out, "text");
}

TEST_F(CliRepairTest, ADamagedLogOfAKilledProcessIsReportedAndRepairSaysThatTheLastFilesMayBeMissing) {
  namespace fs = std::filesystem;
  add("text");
  const fs::path left = path("left");
  {
    auto store = this->store();
    auto writer = store.begin_write({profile('a'), origin_of("https://a.test"), hash_of("last"), Scope::global()});
    ASSERT_TRUE(writer && writer->append(bytes_of("last")) && writer->close());
    fs::copy(home_.store(), left, fs::copy_options::recursive);
  }
  const auto damaged_again = [&] {
    fs::remove_all(home_.store());
    fs::copy(left, home_.store(), fs::copy_options::recursive);
    fs::permissions(home_.store(), fs::perms::owner_all);
    return flip_bit(home_.store() / "store.db-wal", 5000);
  };
  ASSERT_TRUE(damaged_again());
  const Finished refused = cos({"ls"});
  EXPECT_EQ(refused.code, 4);
  EXPECT_TRUE(mentions(refused.err, "log is damaged")) << refused.err;
  EXPECT_TRUE(mentions(refused.err, "cos repair")) << refused.err;
  EXPECT_TRUE(mentions(cos({"doctor"}).out, "log is damaged"));
  const Finished repaired = cos({"repair", "--adopt"});
  EXPECT_EQ(repaired.code, 0) << repaired.err;
  EXPECT_TRUE(mentions(repaired.out, "the files stored last may be missing")) << repaired.out;
  EXPECT_EQ(cos({"get", hash_of("text").hex(), "-o", "-"}).out, "text");
  EXPECT_EQ(cos({"get", hash_of("last").hex(), "-o", "-"}).out, "last") << "its bytes are not in the log";
  ASSERT_TRUE(damaged_again());
  EXPECT_GT(json_of({"repair"}).at("rebuiltRegistry").at("logBytesLost"), 0);
}

TEST_F(CliRepairTest, WithoutRecordsFilesAreSetAsideUnlessTheyAreAdopted) {
  add("text");
  destroy_registry();
  const Finished repaired = cos({"repair"});
  EXPECT_EQ(repaired.code, 0);
  EXPECT_TRUE(mentions(repaired.out, "--adopt")) << repaired.out;
  EXPECT_EQ(json_of({"ls"}), json::array());
  EXPECT_TRUE(std::filesystem::exists(StorePaths(home_.store()).quarantined(hash_of("text"))));
}

TEST_F(CliRepairTest, ARegistryThatARepairKeptGoesWhenSomethingIsCleared) {
  for (const std::vector<std::string>& clear :
       std::vector<std::vector<std::string>>{{"clear", "secret-site.test", "--yes"}, {"clear", "--all", "--yes"}}) {
    {
      Store store = this->store();
      auto writer = store.begin_write(
          {profile('a'), origin_of("https://secret-site.test"), hash_of("text"), Scope::same_site(), "", std::nullopt});
      ASSERT_TRUE(writer && writer->append(bytes_of("text")) && writer->close());
    }
    destroy_registry();
    const std::string kept = json_of({"repair"}).at("rebuiltRegistry").at("oldRegistry");
    ASSERT_TRUE(std::filesystem::exists(kept));
    ASSERT_EQ(code_of(clear), 0);
    EXPECT_FALSE(std::filesystem::exists(kept)) << "whatever it names";
  }
}

TEST_F(CliRepairTest, VerifyNamesWhatIsWrongWithTheRegistry) {
  add("text");
  {
    auto database = sqlite::Database::open(home_.store() / "store.db");
    ASSERT_TRUE(database && database->execute("UPDATE total SET entries = 7"));
  }
  const json verified = json_of({"verify"}, 4);
  EXPECT_EQ(verified.at("registry").size(), 1U);
  EXPECT_TRUE(mentions(cos({"verify"}).out, "cos repair"));
  EXPECT_EQ(code_of({"repair"}), 0);
  EXPECT_EQ(json_of({"verify"}).at("registry"), json::array());
}

TEST_F(CliRepairTest, VerifyAndRepairTellWhatTheyFoundBeforeSomethingFailed) {
  add("text");
  add("lost");
  ASSERT_TRUE(flip_bit(blob("lost"), 2));
  leave_an_orphan_that_cannot_be_set_aside();
  for (const char* command : {"verify", "repair"}) {
    const Finished told = cos({command});
    EXPECT_EQ(told.code, 4) << command;
    EXPECT_TRUE(mentions(told.out, "1 entries are intact")) << told.out;
    EXPECT_TRUE(mentions(told.out, "SHA-256:" + hash_of("lost").hex())) << told.out;
    EXPECT_TRUE(mentions(told.err, "quarantine")) << told.err;

    const json found = json_of({command}, 4);
    EXPECT_EQ(found.at("intact"), 1) << command;
    EXPECT_EQ(found.at("damaged").size(), 1U) << command;
    EXPECT_EQ(found.at("orphansQuarantined"), 0) << command;
    EXPECT_TRUE(mentions(found.at("error").at("message").get<std::string>(), "quarantine")) << command;
  }
}

TEST_F(CliRepairTest, WhereNothingIsDamagedTheLaterErrorIsTheExitCode) {
  add("text");
  leave_an_orphan_that_cannot_be_set_aside();
  for (const char* command : {"verify", "repair"}) {
    EXPECT_EQ(json_of({command}, 1).at("intact"), 1) << command;
  }
}

TEST_F(CliRepairTest, GetTakesARangeAndReadsNothingElse) {
  const std::string text = std::string(1U << 20U, 'a') + std::string(1U << 20U, 'b');
  const std::string hash = add(text);
  EXPECT_EQ(cos({"get", hash, "-o", "-", "--range", "1048574-1048577"}).out, "aabb");
  EXPECT_EQ(cos({"get", hash, "-o", "-", "--range", "-2"}).out, "bb");
  EXPECT_EQ(cos({"get", hash, "-o", "-", "--range", "2097150-"}).out, "bb");
  EXPECT_EQ(json_of({"get", hash, "-o", path("out").string(), "--range", "0-9"}).at("size"), 10);
  for (const char* range : {"5", "9-5", "x-y", "-0", "-", "2097152-", "99999999999999999999-"}) {
    EXPECT_EQ(code_of({"get", hash, "-o", "-", std::string("--range=") + range}), 2) << range;
  }
  ASSERT_TRUE(flip_bit(blob(text), 7));
  EXPECT_EQ(cos({"get", hash, "-o", "-", "--range", "1048576-1048579"}).out, "bbbb") << "the other MiB is damaged";
  const Finished damaged = cos({"get", hash, "-o", "-", "--range", "100-103"});
  EXPECT_EQ(damaged.code, 4);
  EXPECT_EQ(damaged.out, "");
}

}  // namespace
}  // namespace libcos
