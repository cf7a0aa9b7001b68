// `cos doctor`: for each thing that is broken it names the mend, and after the mend says that all is well.
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "host/doctor_fixture.h"
#include "support/bit_rot.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

TEST_F(DoctorTest, NothingIsBadWhereCosIsInstalled) {
  install();
  const json all = json_of({"doctor"});
  EXPECT_TRUE(all.at("healthy").get<bool>());
  for (const char* check : {"permissions", "store", "registry", "entries", "leftovers", "disk", "budget", "loopback",
                            "manifest", "handover"}) {
    EXPECT_EQ(state_of(check), "good") << check;
  }
  EXPECT_EQ(state_of("extension"), "note") << "there is no profile that could tell";
  const Finished shown = cos({"doctor"});
  EXPECT_EQ(shown.code, 0);
  EXPECT_TRUE(mentions(shown.out, "Nothing is bad.")) << shown.out;
}

TEST_F(DoctorTest, WithoutABrowserItSaysWhatToStart) {
  EXPECT_EQ(state_of("browsers"), "note");
  EXPECT_TRUE(mentions(cos({"doctor"}).out, "cos install"));
}

TEST_F(DoctorTest, WithoutAStoreItMakesNone) {
  const fs::path none = path("none");
  const Finished shown = cos({"doctor"}, {.environment = {"COS_HOME=" + none.string()}});
  EXPECT_EQ(shown.code, 0) << shown.out;
  EXPECT_TRUE(mentions(shown.out, "There is no store yet")) << shown.out;
  EXPECT_FALSE(fs::exists(none));
}

// The manifest ---------------------------------------------------------------------------------------

TEST_F(DoctorTest, ABrowserWithoutAManifestIsRegistered) {
  fs::create_directories(user_data());
  EXPECT_TRUE(mentions(cos({"doctor"}).out, "cos install --browser chromium"));
  expect_mended("manifest", "no manifest");
}

TEST_F(DoctorTest, AManifestThatIsNoneIsWrittenAnew) {
  install();
  std::ofstream(manifest()) << "{";
  expect_mended("manifest", "no manifest of a native host");
  change_manifest([](json& all) { all["type"] = "pipe"; });
  expect_mended("manifest", "not what a browser needs");
  change_manifest([](json& all) { all["allowed_origins"] = "all"; });
  expect_mended("manifest", "does not let the extension");
}

TEST_F(DoctorTest, AManifestThatNamesAMissingFileIsWrittenAnew) {
  install();
  change_manifest([&](json& all) { all["path"] = path("gone").string(); });
  expect_mended("manifest", "which is not there");
}

TEST_F(DoctorTest, AManifestThatNamesWhatCannotBeExecutedIsWrittenAnew) {
  install();
  change_manifest([&](json& all) { all["path"] = file("cos", "text").string(); });
  expect_mended("manifest", "cannot be executed");
}

TEST_F(DoctorTest, AManifestForAnotherExtensionIsWrittenAnew) {
  install();
  change_manifest([](json& all) { all["allowed_origins"] = {"chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/"}; });
  expect_mended("manifest", "does not let the extension");
}

TEST_F(DoctorTest, AManifestThatNamesWhatIsNotThisCosIsWrittenAnew) {
  install();
  change_manifest([](json& all) { all["path"] = "/bin/sh"; });
  expect_mended("manifest", "/bin/sh, which is not cos");
  const fs::path older = file("older", "#!/bin/sh\necho cos 0.0.1\n");
  ASSERT_EQ(::chmod(older.c_str(), 0755), 0);
  change_manifest([&](json& all) { all["path"] = older.string(); });
  expect_mended("manifest", "would start cos 0.0.1");
}

TEST_F(DoctorTest, AnotherExecutableOfTheSameVersionIsNoted) {
  install();
  const std::string version = json_of({"doctor"}).at("version");
  const fs::path twin = file("twin", "#!/bin/sh\necho cos " + version + "\n");
  ASSERT_EQ(::chmod(twin.c_str(), 0755), 0);
  change_manifest([&](json& all) { all["path"] = twin.string(); });
  const json noted = finding("manifest", 0);
  EXPECT_EQ(noted.at("state"), "note");
  EXPECT_TRUE(mentions(noted.at("sentence"), twin.string()));
  mend(noted);
  EXPECT_EQ(state_of("manifest"), "good");
}

TEST_F(DoctorTest, AnyUserDataDirectoryCanBeLookedAt) {
  const fs::path other = path("user's data");
  fs::create_directory(other);
  const json all = json_of({"doctor", "--user-data-dir", other.string()}, 1);
  EXPECT_FALSE(all.at("healthy").get<bool>());
  for (const json& one : all.at("findings")) {
    if (one.at("check") == "manifest") {
      mend(one);
    }
  }
  EXPECT_EQ(json_of({"doctor", "--user-data-dir", other.string()}).at("healthy"), true);
}

TEST_F(DoctorTest, AUserDataDirectoryBelowOneThatWasDeletedIsAnError) {
  const Finished refused = cos_after(kInADeletedDirectory, {"doctor", "--user-data-dir", "x"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(mentions(refused.err, "where 'x' is")) << refused.err;
}

// The extension --------------------------------------------------------------------------------------

TEST_F(DoctorTest, AnExtensionThatAProfileHasIsGood) {
  install();
  const std::string version = json_of({"doctor"}).at("version");
  make_profile({{"path", unpacked_extension(version).string()}, {"disable_reasons", json::array()}});
  EXPECT_EQ(state_of("extension"), "good");
  make_profile({{"path", unpacked_extension("0.0.1").string()}});
  EXPECT_EQ(state_of("extension"), "note") << "another version";
  EXPECT_TRUE(mentions(finding("extension", 0).at("sentence"), "0.0.1"));
}

TEST_F(DoctorTest, AProfileThatDoesNotSayIsNotGuessedAbout) {
  install();
  make_profile(nullptr);
  EXPECT_EQ(state_of("extension"), "note");
  EXPECT_TRUE(mentions(finding("extension", 0).at("mend"), "chrome://extensions"));
  std::ofstream(user_data() / "Default" / "Preferences") << "{";
  EXPECT_TRUE(mentions(finding("extension", 0).at("sentence"), "Cannot tell"));
}

TEST_F(DoctorTest, AnExtensionThatIsOffOrGoneIsBad) {
  install();
  for (const json& reasons : {json(1), json::array({1})}) {
    make_profile({{"path", unpacked_extension("0.1.0").string()}, {"disable_reasons", reasons}});
    const json off = finding("extension", 1);
    EXPECT_EQ(off.at("state"), "bad");
    EXPECT_TRUE(mentions(off.at("sentence"), "switched off")) << off;
  }
  make_profile({{"path", path("gone").string()}});
  EXPECT_TRUE(mentions(finding("extension", 1).at("sentence"), "is no more"));
}

// The store ------------------------------------------------------------------------------------------

TEST_F(DoctorTest, AStoreThatOthersCanWriteIsClosedToThem) {
  ASSERT_EQ(::chmod(home_.store().c_str(), 0777), 0);
  expect_mended("permissions", "can write into");
  EXPECT_EQ(state_of("store"), "good");
}

TEST_F(DoctorTest, AStoreThatOthersCanReadIsNoted) {
  ASSERT_EQ(::chmod(home_.store().c_str(), 0755), 0);
  const json noted = finding("permissions", 0);
  EXPECT_EQ(noted.at("state"), "note");
  mend(noted);
  EXPECT_EQ(state_of("permissions"), "good");
}

TEST_F(DoctorTest, ADestroyedRegistryIsRepaired) {
  add("text");
  std::fstream(home_.store() / "store.db", std::ios::in | std::ios::out | std::ios::binary) << std::string(4096, '?');
  fs::remove(home_.store() / "store.db-wal");
  expect_mended("store", "");
  const json left = finding("leftovers", 0);
  EXPECT_EQ(left.at("state"), "note") << "what lost its records was set aside";
  mend(left);
  EXPECT_EQ(state_of("leftovers"), "good");
}

TEST_F(DoctorTest, ARepairThatWasInterruptedIsFinished) {
  add("text");
  file("store/store.db.rebuilt", "");
  expect_mended("store", "interrupted");
}

TEST_F(DoctorTest, AStoreOfANewerCosAsksForThatCos) {
  {
    auto database = sqlite::Database::open(home_.store() / "store.db");
    ASSERT_TRUE(database && database->execute("PRAGMA user_version = 1000"));
  }
  const json newer = finding("store", 1);
  EXPECT_EQ(newer.at("state"), "bad");
  EXPECT_TRUE(mentions(newer.at("sentence"), "knows formats up to")) << newer;
  EXPECT_NE(newer.at("mend"), "");
  EXPECT_EQ(newer.at("command"), "") << "nothing that could be done to the store would be right";
}

TEST_F(DoctorTest, ARegistryWithWrongTotalsIsRepaired) {
  add("text");
  {
    auto database = sqlite::Database::open(home_.store() / "store.db");
    ASSERT_TRUE(database && database->execute("UPDATE total SET entries = 7"));
  }
  expect_mended("registry", "damaged");
}

TEST_F(DoctorTest, ADamagedEntryIsForgottenOrAddedAgain) {
  add("text");
  damage("text");
  ASSERT_EQ(code_of({"verify"}), 4);
  EXPECT_EQ(state_of("entries", 1), "bad");
  add("text");
  EXPECT_EQ(state_of("entries"), "good") << "added again";
  damage("text");
  ASSERT_EQ(code_of({"verify"}), 4);
  expect_mended("entries", "1 entry is damaged");
}

TEST_F(DoctorTest, AReserveThatForbidsEveryWriteIsPutBack) {
  if (fs::space(home_.path()).available >= (std::uintmax_t{1} << 40U)) {
    GTEST_SKIP() << "the disk has more free space than the largest reserve";
  }
  ASSERT_EQ(code_of({"config", "set", "disk.reserve", "1TiB"}), 0);
  if (fs::space(home_.path()).available <= (std::uintmax_t{512} << 20U)) {
    GTEST_SKIP() << "the disk has less free space than the usual reserve";
  }
  expect_mended("disk", "nothing can be stored");
}

TEST_F(DoctorTest, AStoreBeyondItsBudgetIsEvicted) {
  add(std::string(2'000'000, 'x'));
  ASSERT_EQ(code_of({"config", "set", "budget.ceiling", "1MiB"}), 0);
  const json noted = finding("budget", 0);
  EXPECT_EQ(noted.at("state"), "note");
  mend(noted);
  EXPECT_EQ(state_of("budget"), "good");
}

TEST_F(DoctorTest, HandOverThatIsOffIsNoted) {
  install();
  ASSERT_EQ(code_of({"config", "set", "handover.enabled", "off"}), 0);
  const json noted = finding("handover", 0);
  EXPECT_EQ(noted.at("state"), "note");
  mend(noted);
  EXPECT_EQ(state_of("handover"), "good");
}

TEST_F(DoctorTest, WithoutLoopbackItSaysSo) {
  const auto without_network = [&](const std::string& command) {
    return run({"/usr/bin/unshare", "--net", "/bin/sh", "-c", command}, {.environment = home_.environment()});
  };
  if (without_network("true").code != 0) {
    GTEST_SKIP() << "networks cannot be taken away here";
  }
  const Finished shown = without_network(cos_executable() + " doctor");
  EXPECT_EQ(shown.code, 1);
  EXPECT_TRUE(mentions(shown.out, "Cannot listen on 127.0.0.1")) << shown.out;
}

// The Public Hash List -------------------------------------------------------------------------------

TEST_F(DoctorTest, AListThatIsInstalledIsGood) {
  EXPECT_EQ(state_of("list"), "note") << "only the starter list";
  ASSERT_EQ(update(publish("list", "one", {"a"})).code, 0);
  EXPECT_EQ(state_of("list"), "good");
}

TEST_F(DoctorTest, AListThatIsOldIsUpdated) {
  const auto dated = [](const std::string& date) { return "// DATE: " + date + "\n" + text_of("1", {"a"}); };
  ASSERT_EQ(code_of({"config", "set", "phl.url", "file://" + publish("list", dated("2020-01-01")).string()}), 0);
  ASSERT_EQ(code_of({"phl", "update"}), 0);
  const json old = finding("list", 0);
  EXPECT_EQ(old.at("state"), "note");
  EXPECT_TRUE(mentions(old.at("sentence"), "days old")) << old;
  publish("list", text_of("2", {"a", "b"}));
  mend(old);
  EXPECT_EQ(state_of("list"), "good");
}

TEST_F(DoctorTest, ADamagedListIsUpdated) {
  ASSERT_EQ(code_of({"config", "set", "phl.url", "file://" + publish("list", "one", {"a"}).string()}), 0);
  ASSERT_EQ(code_of({"phl", "update"}), 0);
  file("store/phl/list.bin", "garbage");
  expect_mended("list", "damaged");
}

TEST_F(DoctorTest, AListWithADigestThatTurnedIsUpdated) {
  ASSERT_EQ(code_of({"config", "set", "phl.url", "file://" + publish("list", "one", {"a"}).string()}), 0);
  ASSERT_EQ(code_of({"phl", "update"}), 0);
  const fs::path list = path("store/phl/list.bin");
  std::string bytes = content(list);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  std::ofstream(list, std::ios::binary) << bytes;
  expect_mended("list", "damaged");
}

TEST_F(DoctorTest, ADamagedListWithoutAnAddressAsksForOne) {
  ASSERT_EQ(update(publish("list", "one", {"a"})).code, 0);
  file("store/phl/list.bin", "garbage");
  EXPECT_TRUE(mentions(finding("list", 1).at("mend"), "cos phl update --from"));
}

TEST_F(DoctorTest, AFailedUpdateIsNotedUntilOneGoesWell) {
  ASSERT_EQ(code_of({"config", "set", "phl.url", "file://" + path("list").string()}), 0);
  EXPECT_NE(code_of({"phl", "update"}), 0);
  EXPECT_EQ(state_of("list-update"), "note");
  publish("list", "one", {"a"});
  mend(finding("list-update", 0));
  EXPECT_EQ(state_of("list-update"), "") << "nothing more to say";
}

// Chromium refuses each of these: the path must be absolute, the origins a list, a description is needed.
TEST_F(DoctorTest, AManifestThatBrowsersRefuseIsNotGood) {
  install();
  change_manifest([](json& all) { all.erase("description"); });
  EXPECT_EQ(state_of("manifest", 1), "bad");
  install();
  change_manifest([](json& all) { all["allowed_origins"] = all["allowed_origins"][0]; });
  EXPECT_EQ(state_of("manifest", 1), "bad");
}

TEST_F(DoctorTest, WhatIsNoFileInTheManifestsPlaceIsToBeRemovedFirst) {
  install();
  std::filesystem::remove(manifest());
  std::filesystem::create_directory(manifest());
  const json found = finding("manifest", 1);
  EXPECT_EQ(found.at("state"), "bad");
  EXPECT_TRUE(mentions(found.at("mend"), "Remove")) << found;
  EXPECT_EQ(found.at("command"), "") << "it would fail";
}

TEST_F(DoctorTest, APlaceWhereNoStoreCanBeMadeIsBad) {
  const Finished done = cos({"doctor"}, {.environment = {"COS_HOME=" + file("text", "text").string() + "/below"}});
  EXPECT_EQ(done.code, 1) << done.out;
  std::filesystem::create_symlink(path("nowhere"), path("dangling"));
  const Finished dangling = cos({"doctor"}, {.environment = {"COS_HOME=" + path("dangling").string()}});
  EXPECT_EQ(dangling.code, 1) << dangling.out;
}

}  // namespace
}  // namespace libcos
