// What the command line says and does when the store, or a file in it, is damaged or is no store at all.
#include "host/cli_fixture.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

TEST_F(CliTest, VerifyFindsEverythingIntact) {
  EXPECT_EQ(code_of({"verify"}), 0) << "an empty store";
  add("text");
  add("other");
  const json all = json_of({"verify"});
  EXPECT_EQ(all.at("intact"), 2);
  EXPECT_EQ(all.at("bytes"), 9);
  EXPECT_EQ(all.at("damaged"), json::array());
  EXPECT_EQ(json_of({"verify", hash_of("text").hex()}).at("intact"), 1);
}

TEST_F(CliTest, DamageIsFoundReportedAndNeverServed) {
  const std::string hash = add("text");
  add("other");
  damage("text");
  const Finished found = cos({"verify"});
  EXPECT_EQ(found.code, 4);
  EXPECT_TRUE(mentions(found.out, "damaged  SHA-256:" + hash)) << found.out;
  const json again = json_of({"verify"}, 4);
  EXPECT_EQ(again.at("damaged"), json::array({"SHA-256:" + hash}));
  EXPECT_EQ(again.at("intact"), 1);
  EXPECT_EQ(code_of({"get", hash, "-o", path("out").string()}), 3);
  EXPECT_FALSE(fs::exists(path("out")));
  EXPECT_TRUE(mentions(cos({"ls"}).out, "damaged"));
  EXPECT_TRUE(mentions(cos({"stat", hash}).out, "damaged"));
  add("text");
  EXPECT_EQ(code_of({"verify"}), 0) << "adding the file again mends it";
  EXPECT_EQ(code_of({"get", hash, "-o", path("out").string()}), 0);
}

TEST_F(CliTest, DamageIsFoundByAReadToo) {
  const std::string hash = add("text");
  damage("text");
  EXPECT_EQ(code_of({"get", hash, "-o", path("out").string()}), 3);
  EXPECT_FALSE(fs::exists(path("out")));
}

TEST_F(CliTest, WhatCannotBeReadDoesNotKeepTheRestFromBeingVerified) {
  const std::vector<std::string> texts{"one", "two", "three"};
  for (const std::string& text : texts) {
    add(text);
  }
  // The first that is looked at.
  const auto first = *std::min_element(texts.begin(), texts.end(), [](const std::string& a, const std::string& b) {
    return hash_of(a).hex() < hash_of(b).hex();
  });
  const fs::path blob = StorePaths(home_.store()).blob(hash_of(first));
  fs::remove(blob);
  fs::create_symlink("/dev/null", blob);
  for (const std::string& text : texts) {
    if (text != first) {
      damage(text);
    }
  }
  const json found = json_of({"verify"}, 4);
  EXPECT_EQ(found.at("damaged").size(), 2U) << found;
  ASSERT_EQ(found.at("unreadable").size(), 1U) << found;
  EXPECT_EQ(found.at("unreadable")[0].at("hash"), "SHA-256:" + hash_of(first).hex());
  EXPECT_TRUE(mentions(cos({"verify"}).out, "unreadable  SHA-256:" + hash_of(first).hex()));
  EXPECT_TRUE(fs::is_symlink(blob)) << "what cannot be looked at is given up by nobody";
}

TEST_F(CliTest, AMissingFileIsForgottenAndReported) {
  const std::string hash = add("text");
  fs::remove(StorePaths(home_.store()).blob(hash_of("text")));
  EXPECT_EQ(json_of({"verify"}, 4).at("missing"), json::array({"SHA-256:" + hash}));
  EXPECT_EQ(json_of({"ls"}), json::array());
  EXPECT_EQ(code_of({"verify"}), 0);
}

TEST_F(CliTest, AStoreOfANewerVersionIsLeftAloneAndSaysWhatToDo) {
  add("text");
  {
    auto database = sqlite::Database::open(home_.store() / "store.db");
    ASSERT_TRUE(database && database->execute("PRAGMA user_version = 99"));
  }
  const Finished refused = cos({"ls"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(mentions(refused.err, "Update cos")) << refused.err;
  EXPECT_TRUE(mentions(json_of({"ls"}, 1).at("error").at("mend"), "Update cos"));
  EXPECT_EQ(code_of({"rm", hash_of("text").hex()}), 1);
  EXPECT_TRUE(fs::exists(StorePaths(home_.store()).blob(hash_of("text"))));
}

TEST_F(CliTest, AStoreThatIsNoDirectoryIsExitCode1) {
  const fs::path in_the_way = file("in the way", "text");
  for (const std::string& place : {in_the_way.string(), (in_the_way / "below").string(), std::string("/sys/cos")}) {
    const Finished refused = cos({"ls"}, {.environment = {"COS_HOME=" + place}});
    EXPECT_EQ(refused.code, 1) << place;
    EXPECT_TRUE(mentions(refused.err, "cos:")) << place;
  }
}

TEST_F(CliTest, AFileThatIsNoStoreIsLeftAlone) {
  fs::create_directory(path("other"));
  file("other/store.db", "This is not a database, but it is somebody's.");
  EXPECT_NE(code_of({"ls"}), 1);
  const Finished refused = cos({"ls"}, {.environment = {"COS_HOME=" + path("other").string()}});
  EXPECT_TRUE(refused.code == 1 || refused.code == 4) << refused.code;
  EXPECT_EQ(content(path("other/store.db")), "This is not a database, but it is somebody's.");
}

}  // namespace
}  // namespace libcos
