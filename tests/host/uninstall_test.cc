// `cos uninstall`: what cos put into a home goes, what a person stored only after a yes.
#include <pty.h>
#include <unistd.h>

#include <map>

#include "host/cli_fixture.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

class UninstallTest : public CliTest {
 protected:
  UninstallTest() {
    // A home as people have one, with a browser's profile in it, and no COS_HOME.
    fs::create_directories(home() / ".local" / "share");
    fs::create_directories(profile_files());
    std::ofstream(home_.configuration() / "chromium" / "Local State") << "{}";
    before_ = tree();
  }
  [[nodiscard]] fs::path home() const { return path("home"); }
  [[nodiscard]] fs::path store_of_home() const { return home() / ".local" / "share" / "cos"; }
  [[nodiscard]] fs::path profile_files() const {
    return home_.configuration() / "chromium" / "Default" / "File System";
  }
  [[nodiscard]] Finished at_home(const std::vector<std::string>& arguments) const {
    return cos(arguments, {.environment = {"COS_HOME="}});
  }
  // Every path of home and configuration, with what stands in the files.
  [[nodiscard]] std::map<std::string, std::string> tree() const {
    std::map<std::string, std::string> all;
    for (const fs::path& root : {home(), home_.configuration()}) {
      for (const auto& item : fs::recursive_directory_iterator(root)) {
        all[item.path().string()] = item.is_regular_file() ? content(item.path()) : "";
      }
    }
    return all;
  }
  // Everything that cos makes: manifests, a store with an entry and a setting, a list, a link in a profile.
  void use() const {
    ASSERT_EQ(at_home({"install", "--browser", "chromium", "--browser", "brave"}).code, 0);
    ASSERT_EQ(at_home({"config", "set", "disk.reserve", "0"}).code, 0);
    ASSERT_EQ(at_home({"add", file("added", "text").string()}).code, 0);
    fs::remove(path("added"));
    auto store = Store::open({store_of_home(), {}});
    ASSERT_TRUE(store);
    auto writer = store->begin_write(
        {profile('a'), origin_of("https://a.test"), hash_of("shared"), Scope::global(), "", std::nullopt});
    ASSERT_TRUE(writer && writer->append(bytes_of("shared")) && writer->close());
    std::ofstream(link()) << "the extension's marked file";
    ASSERT_TRUE(store->hand_over(profile('a'), store->site_of(origin_of("https://a.test")), hash_of("shared"), link()));
    ASSERT_EQ(content(link()), "shared");
  }
  void damage_registry() const {
    std::ofstream(store_of_home() / "store.db", std::ios::binary | std::ios::in | std::ios::out)
        << std::string(4096, '?');
    fs::remove(store_of_home() / "store.db-wal");
  }
  [[nodiscard]] fs::path link() const { return profile_files() / "00000001"; }

  std::map<std::string, std::string> before_;
};

TEST_F(UninstallTest, WithPurgeTheHomeIsAsItWasBefore) {
  use();
  ASSERT_NE(tree(), before_);
  const Finished done = at_home({"uninstall", "--purge", "--yes"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(tree(), before_) << done.out;
  const Finished again = at_home({"uninstall", "--purge", "--yes"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_TRUE(mentions(again.out, "There is no store")) << again.out;
  EXPECT_EQ(tree(), before_);
}

TEST_F(UninstallTest, WithoutPurgeOnlyTheStoreIsLeft) {
  use();
  EXPECT_EQ(at_home({"uninstall"}).code, 0);
  auto left = tree();
  std::erase_if(left, [&](const auto& item) { return item.first.starts_with(store_of_home().string()); });
  EXPECT_EQ(left, before_);
  EXPECT_EQ(at_home({"stat", hash_of("text").hex()}).code, 0);
  EXPECT_EQ(at_home({"stat", hash_of("shared").hex()}).code, 0) << "the entry itself, without its link";
}

TEST_F(UninstallTest, OneBrowserGoesWithItsLinksAlone) {
  use();
  EXPECT_EQ(at_home({"uninstall", "--browser", "brave"}).code, 0);
  EXPECT_FALSE(fs::exists(home_.configuration() / "BraveSoftware"));
  EXPECT_EQ(content(link()), "shared");
  EXPECT_EQ(at_home({"uninstall", "--browser", "chromium"}).code, 0);
  EXPECT_FALSE(fs::exists(link()));
}

TEST_F(UninstallTest, ABrowserThatFailsKeepsNothingElseFromBeingUndone) {
  use();
  // A directory in the manifest's place cannot be unlinked.
  const fs::path manifest = home_.configuration() / "chromium" / "NativeMessagingHosts" / "dev.cos.host.json";
  fs::remove(manifest);
  fs::create_directories(manifest / "something");
  const Finished kept = at_home({"uninstall"});
  EXPECT_EQ(kept.code, 1);
  EXPECT_TRUE(mentions(kept.err, manifest.string())) << kept.err;
  EXPECT_TRUE(mentions(kept.out, "removed from  Brave")) << kept.out;
  EXPECT_FALSE(fs::exists(home_.configuration() / "BraveSoftware"));
  EXPECT_FALSE(fs::exists(link()));

  const Finished purged = at_home({"uninstall", "--purge", "--yes", "--json"});
  EXPECT_EQ(purged.code, 1);
  const json undone = json::parse(purged.out);
  ASSERT_EQ(undone.at("failed").size(), 1U);
  EXPECT_EQ(undone.at("failed")[0].at("browser"), "Chromium");
  EXPECT_TRUE(mentions(undone.at("failed")[0].at("error").at("message").get<std::string>(), manifest.string()));
  EXPECT_EQ(undone.at("purged"), true);
  EXPECT_FALSE(fs::exists(store_of_home()));
}

TEST_F(UninstallTest, AFileOfTheProfilesOwnInALinksPlaceStays) {
  use();
  fs::remove(link());
  std::ofstream(link()) << "written by the browser meanwhile";
  EXPECT_EQ(at_home({"uninstall", "--purge", "--yes"}).code, 0);
  EXPECT_EQ(content(link()), "written by the browser meanwhile");
}

TEST_F(UninstallTest, NothingIsDeletedWithoutAYes) {
  use();
  const auto used = tree();
  const Finished nobody = at_home({"uninstall", "--purge"});
  EXPECT_EQ(nobody.code, 1) << "there is no terminal to ask at";
  EXPECT_TRUE(mentions(nobody.err, "--yes")) << nobody.err;
  EXPECT_EQ(tree(), used);
  EXPECT_EQ(at_home({"uninstall", "--purge", "--browser", "chromium"}).code, 2);
  EXPECT_EQ(tree(), used);
  const auto answer = [&](const std::string& word) {
    int master = -1;
    int slave = -1;
    EXPECT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
    const UniqueFd ours(master);
    const UniqueFd theirs(slave);
    EXPECT_EQ(::write(ours.get(), word.data(), word.size()), static_cast<ssize_t>(word.size()));
    Process asked({cos_executable(), "uninstall", "--purge"}, home_.environment({"COS_HOME="}), {theirs.get(), -1, -1});
    return asked.wait();
  };
  for (const char* no : {"\n", "n\n", "no\n", "\x04"}) {
    EXPECT_EQ(answer(no), 1);
    EXPECT_EQ(tree(), used);
  }
  EXPECT_EQ(answer("yes\n"), 0);
  EXPECT_EQ(tree(), before_);
}

TEST_F(UninstallTest, AStoreThatABrowserUsesIsNotPurged) {
  use();
  const std::vector<std::string> here = home_.environment({"COS_HOME="});
  NativeHost host(here);
  host.hello();
  const Finished refused = at_home({"uninstall", "--purge", "--yes"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(mentions(refused.err, "Close your browsers")) << refused.err;
  EXPECT_EQ(at_home({"stat", hash_of("text").hex()}).code, 0);
  EXPECT_TRUE(fs::exists(link()));
  host.hang_up();
  host.wait();
  EXPECT_EQ(at_home({"uninstall", "--purge", "--yes"}).code, 0);
  EXPECT_EQ(tree(), before_);
}

TEST_F(UninstallTest, WhatIsNotTheStoresIsKept) {
  use();
  std::ofstream(store_of_home() / "my notes.txt") << "keep";
  fs::create_directory_symlink(home_.configuration(), store_of_home() / "blobs" / "elsewhere");
  const Finished done = at_home({"uninstall", "--purge", "--yes"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_TRUE(mentions(done.out, "my notes.txt")) << done.out;
  EXPECT_EQ(content(store_of_home() / "my notes.txt"), "keep");
  EXPECT_TRUE(fs::exists(profile_files())) << "links out of the store are not followed";
  fs::remove_all(store_of_home());
  EXPECT_EQ(tree(), before_);
}

TEST_F(UninstallTest, AStoreThatWasReadAgainInTheBackgroundLeavesNothing) {
  use();
  std::ofstream(store_of_home() / "verify.lock") << "";
  EXPECT_EQ(at_home({"uninstall", "--purge", "--yes"}).code, 0);
  EXPECT_FALSE(fs::exists(store_of_home()));
}

TEST_F(UninstallTest, AFileThatIsCalledAfterTheDatabaseIsKept) {
  use();
  std::ofstream(store_of_home() / "store.db.backup-of-mine") << "keep";
  EXPECT_EQ(at_home({"uninstall", "--purge", "--yes"}).code, 0);
  EXPECT_EQ(content(store_of_home() / "store.db.backup-of-mine"), "keep");
}

TEST_F(UninstallTest, ADamagedStoreIsPurgedAllTheSame) {
  use();
  damage_registry();
  const Finished done = at_home({"uninstall", "--purge", "--yes"});
  EXPECT_EQ(done.code, 1) << "its links may be left";
  EXPECT_TRUE(mentions(done.out, "They go with the extension")) << done.out;
  EXPECT_TRUE(mentions(done.out, "The store was deleted")) << done.out;
  EXPECT_FALSE(fs::exists(store_of_home()));
}

TEST_F(UninstallTest, ProgramsAreToldThatLinksMayBeLeft) {
  use();
  damage_registry();
  const Finished left = at_home({"uninstall", "--json"});
  EXPECT_EQ(left.code, 1);
  const json undone = json::parse(left.out);
  EXPECT_TRUE(mentions(undone.at("linksLeft").at("mend").get<std::string>(), "cos repair")) << left.out;
  EXPECT_EQ(undone.at("links"), 0);
}

TEST_F(UninstallTest, ProgramsAreToldThatNoLinkIsLeft) {
  use();
  const Finished none = at_home({"uninstall", "--json"});
  EXPECT_EQ(none.code, 0) << none.err;
  EXPECT_EQ(json::parse(none.out).at("linksLeft"), nullptr);
}

TEST_F(UninstallTest, LinksOfADirectoryGoHoweverItIsNamed) {
  const fs::path real = home_.configuration() / "chromium";
  use();
  EXPECT_EQ(at_home({"uninstall", "--user-data-dir", real.string() + "/"}).code, 0);
  EXPECT_FALSE(fs::exists(link())) << "named with a slash at its end";
  fs::create_directory_symlink(real, path("alias"));
  use();
  EXPECT_EQ(at_home({"uninstall", "--user-data-dir", path("alias").string()}).code, 0);
  EXPECT_FALSE(fs::exists(link())) << "named by a symbolic link";
  use();
  EXPECT_EQ(at_home({"uninstall", "--user-data-dir", real.string() + "um"}).code, 0);
  EXPECT_TRUE(fs::exists(link())) << "a directory whose name only begins alike";
}

TEST_F(UninstallTest, ADirectoryWithoutANameIsNotAllBrowsers) {
  use();
  EXPECT_EQ(at_home({"uninstall", "--purge", "--yes", "--user-data-dir", ""}).code, 2);
  EXPECT_TRUE(fs::exists(store_of_home() / "store.db"));
}

TEST_F(UninstallTest, AStoreBehindASymbolicLinkCanBeMadeAnew) {
  fs::create_directories(path("disk/cos"));
  fs::create_directories(store_of_home().parent_path());
  fs::create_directory_symlink(path("disk/cos"), store_of_home());
  ASSERT_EQ(at_home({"add", file("added", "text").string()}).code, 0);
  ASSERT_EQ(at_home({"uninstall", "--purge", "--yes"}).code, 0);
  const Finished again = at_home({"add", path("added").string()});
  EXPECT_EQ(again.code, 0) << again.err;
}

TEST_F(UninstallTest, PurgeDeletesTheBytesBehindALinkToThemOrSaysThatItDoesNot) {
  ASSERT_EQ(at_home({"add", file("added", "text").string()}).code, 0);
  fs::rename(store_of_home() / "blobs", path("blobs"));
  fs::create_directory_symlink(path("blobs"), store_of_home() / "blobs");
  ASSERT_EQ(at_home({"stat", hash_of("text").hex()}).code, 0);
  const Finished done = at_home({"uninstall", "--purge", "--yes"});
  const bool left = fs::exists(path("blobs") / "SHA-256" / hash_of("text").hex().substr(0, 2) / hash_of("text").hex());
  EXPECT_TRUE(!left || mentions(done.out + done.err, path("blobs").string())) << done.out;
}

TEST_F(UninstallTest, TheConfigurationDirectoryItselfStays) {
  fs::create_directories(path("empty/.config"));
  const std::vector<std::string> environment{"COS_HOME=", "XDG_CONFIG_HOME=" + path("empty/.config").string() + "/"};
  ASSERT_EQ(cos({"install", "--browser", "chromium"}, {.environment = environment}).code, 0);
  ASSERT_EQ(cos({"uninstall", "--browser", "chromium"}, {.environment = environment}).code, 0);
  EXPECT_TRUE(fs::exists(path("empty/.config")));
  EXPECT_TRUE(fs::exists(path("empty")));
}

}  // namespace
}  // namespace libcos
