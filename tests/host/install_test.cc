// `cos install` and `cos uninstall`.
#include "host/cli_fixture.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

class InstallTest : public CliTest {
 protected:
  static fs::path manifest_in(const fs::path& user_data) {
    return user_data / "NativeMessagingHosts" / "dev.cos.host.json";
  }
  static std::size_t files_below(const fs::path& directory) {
    std::size_t count = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator it(directory, error), end; it != end; ++it) {
      count += it->is_directory() ? 0U : 1U;
    }
    return count;
  }
};

TEST_F(InstallTest, TheManifestTellsABrowserHowToStartThisExecutableForTheExtensionAlone) {
  const fs::path user_data = path("user data");
  EXPECT_EQ(code_of({"install", "--user-data-dir", user_data.string()}), 0);
  const json manifest = json::parse(content(manifest_in(user_data)));
  EXPECT_EQ(manifest.at("name"), "dev.cos.host");
  EXPECT_EQ(manifest.at("type"), "stdio");
  EXPECT_EQ(manifest.at("allowed_origins"), json::array({std::string(NativeHost::kExtension) + "/"}));
  EXPECT_TRUE(fs::equivalent(manifest.at("path").get<std::string>(), cos_executable()));
  EXPECT_TRUE(fs::path(manifest.at("path").get<std::string>()).is_absolute());

  NativeHost host(home_.environment(), {manifest.at("path"), manifest.at("allowed_origins")[0]});
  EXPECT_TRUE(host.hello().at("ok").get<bool>()) << "as a browser would start it";
}

TEST_F(InstallTest, UninstallLeavesNothing) {
  const fs::path user_data = path("user data");
  fs::create_directory(user_data);
  ASSERT_EQ(code_of({"install", "--user-data-dir", user_data.string()}), 0);
  EXPECT_EQ(json_of({"uninstall", "--user-data-dir", user_data.string()}).at("removed").size(), 1U);
  EXPECT_FALSE(fs::exists(manifest_in(user_data)));
  EXPECT_TRUE(fs::is_empty(user_data)) << "not even an empty directory";
  const Finished again = cos({"uninstall", "--user-data-dir", user_data.string()});
  EXPECT_EQ(again.code, 0);
  EXPECT_TRUE(mentions(again.out, "registered nowhere"));
}

TEST_F(InstallTest, UninstallLeavesOtherHostsManifestsAndTheStoreAlone) {
  const fs::path user_data = path("user data");
  ASSERT_EQ(code_of({"install", "--user-data-dir", user_data.string()}), 0);
  std::ofstream(manifest_in(user_data).parent_path() / "other.json") << "{}";
  const std::string hash = add("text");
  ASSERT_EQ(code_of({"uninstall", "--user-data-dir", user_data.string()}), 0);
  EXPECT_EQ(content(manifest_in(user_data).parent_path() / "other.json"), "{}");
  EXPECT_EQ(code_of({"stat", hash}), 0);
}

TEST_F(InstallTest, ANamedBrowserIsRegisteredWhetherOrNotItHasAProfile) {
  const json done = json_of({"install", "--browser", "chromium", "--browser", "edge"});
  ASSERT_EQ(done.at("registered").size(), 2U);
  EXPECT_TRUE(fs::exists(manifest_in(home_.configuration() / "chromium")));
  EXPECT_TRUE(fs::exists(manifest_in(home_.configuration() / "microsoft-edge")));
  EXPECT_EQ(files_below(home_.configuration()), 2U) << "and no other";
  EXPECT_EQ(json_of({"uninstall", "--browser", "edge"}).at("removed").size(), 1U);
  EXPECT_EQ(files_below(home_.configuration()), 1U);
  EXPECT_EQ(code_of({"uninstall"}), 0);
  EXPECT_EQ(files_below(home_.configuration()), 0U);
}

TEST_F(InstallTest, WithoutANameAllBrowsersWithAProfileAreRegistered) {
  EXPECT_EQ(code_of({"install"}), 3) << "there is none";
  EXPECT_FALSE(fs::exists(home_.configuration()));
  fs::create_directories(home_.configuration() / "google-chrome");
  fs::create_directories(home_.configuration() / "BraveSoftware" / "Brave-Browser");
  EXPECT_EQ(json_of({"install"}).at("registered").size(), 2U);
  EXPECT_TRUE(fs::exists(manifest_in(home_.configuration() / "google-chrome")));
  EXPECT_TRUE(fs::exists(manifest_in(home_.configuration() / "BraveSoftware" / "Brave-Browser")));
}

TEST_F(InstallTest, InstallingTwiceIsAsGoodAsOnce) {
  const fs::path user_data = path("user data");
  ASSERT_EQ(code_of({"install", "--user-data-dir", user_data.string()}), 0);
  const std::string first = content(manifest_in(user_data));
  ASSERT_EQ(code_of({"install", "--user-data-dir", user_data.string()}), 0);
  EXPECT_EQ(content(manifest_in(user_data)), first);
  EXPECT_EQ(files_below(user_data), 1U);
}

TEST_F(InstallTest, AnUnknownBrowserIsExitCode2AndNamesTheKnown) {
  for (const char* command : {"install", "uninstall"}) {
    const Finished refused = cos({command, "--browser", "netscape"});
    EXPECT_EQ(refused.code, 2);
    EXPECT_TRUE(mentions(refused.err, "chromium")) << refused.err;
  }
  EXPECT_FALSE(fs::exists(home_.configuration()));
}

TEST_F(InstallTest, APlaceThatCannotBeWrittenIsExitCode1) {
  EXPECT_EQ(code_of({"install", "--user-data-dir", file("file", "text").string()}), 1);
  EXPECT_EQ(content(path("file")), "text");
}

TEST_F(InstallTest, ABrowserThatFailsKeepsNoOtherFromBeingRegistered) {
  fs::create_directories(home_.configuration() / "chromium");
  fs::create_directories(home_.configuration() / "google-chrome");
  std::ofstream(home_.configuration() / "chromium" / "NativeMessagingHosts") << "a file in the directory's place";
  const Finished told = cos({"install"});
  EXPECT_EQ(told.code, 1);
  EXPECT_TRUE(mentions(told.out, "registered  Google Chrome")) << told.out;
  EXPECT_TRUE(mentions(told.err, "chromium/NativeMessagingHosts")) << told.err;
  EXPECT_TRUE(fs::exists(manifest_in(home_.configuration() / "google-chrome")));

  const json done = json_of({"install"}, 1);
  ASSERT_EQ(done.at("registered").size(), 1U);
  EXPECT_EQ(done.at("registered")[0].at("browser"), "Google Chrome");
  ASSERT_EQ(done.at("failed").size(), 1U);
  EXPECT_EQ(done.at("failed")[0].at("browser"), "Chromium");
  EXPECT_TRUE(mentions(done.at("failed")[0].at("error").at("message").get<std::string>(), "NativeMessagingHosts"));
}

TEST_F(InstallTest, WhereNoBrowserCouldBeRegisteredNobodyIsSentToTheExtension) {
  EXPECT_EQ(cos({"install", "--user-data-dir", file("file", "text").string()}).out, "");
}

TEST_F(InstallTest, ADirectoryBelowOneThatWasDeletedIsExitCode1) {
  for (const char* command : {"install", "uninstall"}) {
    const Finished refused = cos_after(kInADeletedDirectory, {command, "--user-data-dir", "x"});
    EXPECT_EQ(refused.code, 1) << command;
    EXPECT_TRUE(mentions(refused.err, "where 'x' is")) << refused.err;
  }
}

TEST_F(InstallTest, AnExecutableWhosePathNoManifestCanHoldIsRefused) {
  const fs::path directory = path("caf\xe9");
  fs::create_directory(directory);
  fs::copy_file(cos_executable(), directory / "cos");
  const Finished done = run({(directory / "cos").string(), "install", "--user-data-dir", path("p").string()},
                            {.environment = home_.environment()});
  EXPECT_EQ(done.code, 1) << done.err;
  EXPECT_FALSE(mentions(done.err, "terminate")) << done.err;
}

}  // namespace
}  // namespace libcos
