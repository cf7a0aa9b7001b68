// `cos phl`: status, check, sections, update and build, as the user sees them.
#include <sys/stat.h>

#include <chrono>

#include "host/phl_fixture.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

TEST_F(PhlTest, TheStarterListIsInForceFromTheBeginning) {
  const json now = status();
  EXPECT_FALSE(now.at("installed").get<bool>());
  EXPECT_GT(now.at("digests").get<int>(), 0);
  EXPECT_TRUE(now.at("lastCheck").is_null());
  EXPECT_EQ(code_of({"phl", "check", hash_of("text").hex()}), 3);
  EXPECT_FALSE(json_of({"phl", "check", hash_of("text").hex()}, 3).at(0).at("listed").get<bool>());
}

TEST_F(PhlTest, AListWithItsChecksumIsInstalled) {
  const int before = status().at("digests");
  const Finished updated = update(publish("list", "2026-11-01", {"a"}, {"model"}));
  EXPECT_EQ(updated.code, 0) << updated.err;
  const json now = status();
  EXPECT_TRUE(now.at("installed").get<bool>());
  EXPECT_EQ(now.at("version"), "2026-11-01");
  EXPECT_EQ(now.at("commit"), "c0ffee");
  EXPECT_EQ(now.at("digests"), before + 2);
  EXPECT_EQ(now.at("checksum"), hash_of(content(path("list"))).hex());
  EXPECT_GT(now.at("installedAt").get<std::int64_t>(), now.at("madeAt").get<std::int64_t>());
  EXPECT_TRUE(is_listed("a"));
  EXPECT_TRUE(mentions(cos({"phl", "status"}).out, "2026-11-01"));
}

TEST_F(PhlTest, AFileAddressIsAsGoodAsAPath) {
  fs::create_directory(path("a place"));
  publish("a place/list", "one", {"a"});
  EXPECT_EQ(update("file://" + home_.path().string() + "/a%20place/list").code, 0);
  EXPECT_EQ(version(), "one");
  EXPECT_EQ(update("file://localhost" + home_.path().string() + "/a%20place/list").code, 0);
  EXPECT_EQ(update("file://elsewhere/list").code, 2);
}

TEST_F(PhlTest, OtherKindsOfAddressAreRefusedWithAMend) {
  for (const char* from : {"http://127.0.0.1:9/list", "ftp://127.0.0.1/list", "HTTP://localhost/list"}) {
    const Finished refused = update(from);
    EXPECT_EQ(refused.code, 2) << from;
    EXPECT_TRUE(mentions(refused.err, "https://")) << refused.err;
  }
}

TEST_F(PhlTest, TheChecksumIsAskedForFirstAndAnInstalledListIsNotFetchedAgain) {
  ASSERT_EQ(update(publish("list", "one", {"a"})).code, 0);
  fs::remove(path("list"));  // whoever reads it now fails
  const Finished again = update(path("list"));
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_TRUE(mentions(again.out, "current already")) << again.out;
  EXPECT_EQ(json_of({"phl", "update", "--from", path("list")}).at("outcome"), "current");
}

TEST_F(PhlTest, WhateverIsRefusedTheOldListStaysInForce) {
  ASSERT_EQ(update(publish("list", "one", {"a"})).code, 0);
  const fs::path other = file("other", text_of("two", {"b"}));
  const Finished missing = update(other);
  EXPECT_EQ(missing.code, 3);
  EXPECT_TRUE(mentions(missing.err, "other.sha256"));
  for (const std::string& checksum : {kUnknown + "  other\n", std::string(), std::string("nonsense"),
                                      hash_of(content(other)).hex().substr(1) + "\n", std::string(5000, 'x')}) {
    file("other.sha256", checksum);
    EXPECT_EQ(update(other).code, 1) << checksum;
  }
  const Finished malformed = update(publish("bad", "// ===BEGIN SHA-256===\nnonsense\n// ===END SHA-256===\n"));
  EXPECT_EQ(malformed.code, 1);
  EXPECT_TRUE(mentions(malformed.err, "Line 2 ")) << malformed.err;
  EXPECT_EQ(update(publish("cut", "// ===BEGIN SHA-256===\n" + hash_of("b").hex() + "\n")).code, 1);
  EXPECT_EQ(update(home_.path()).code, 3) << "a directory has no checksum beside it";
  EXPECT_EQ(update(path("nowhere")).code, 3);

  EXPECT_EQ(version(), "one");
  EXPECT_TRUE(is_listed("a"));
  EXPECT_FALSE(is_listed("b"));
}

TEST_F(PhlTest, AListThatCannotBeOpenedIsAnErrorThatNamesIt) {
  fs::create_symlink("loop", path("loop"));
  for (const std::string& name : {std::string("loop/list"), std::string(300, 'x')}) {
    const Finished refused = update(path(name));
    EXPECT_EQ(refused.code, 1) << name;
    EXPECT_TRUE(mentions(refused.err, name)) << refused.err;
  }
}

TEST_F(PhlTest, AListThatIsAPipeIsRefusedAndNotWaitedFor) {
  ASSERT_EQ(::mkfifo(path("list.sha256").c_str(), 0600), 0);
  const Finished refused = update(path("list"));
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(mentions(refused.err, "list.sha256 is not a regular file.")) << refused.err;
}

TEST_F(PhlTest, ADiskThatFillsUpLeavesTheOldListInForceAndNoRemains) {
  ASSERT_EQ(update(publish("list", "one", {"a"})).code, 0);
  std::vector<std::string> many;
  for (int i = 0; i < 2000; ++i) {
    many.push_back("file " + std::to_string(i));
  }
  publish("big", "two", many);
  std::size_t refused = 0;
  for (const std::uint64_t largest : {10'000U, 70'000U, 100'000U, 200'000U}) {
    const Finished full = cos({"phl", "update", "--from", path("big")}, {.environment = {}, .largest_file = largest});
    refused += full.code == 1 ? 1U : 0U;
    EXPECT_EQ(version(), full.code == 0 ? "two" : "one") << largest;
    EXPECT_TRUE(is_listed(full.code == 0 ? "file 1999" : "a"));
    for (const auto& left : fs::directory_iterator(home_.store() / "phl")) {
      EXPECT_NE(left.path().extension(), ".new") << left.path();
    }
  }
  EXPECT_GE(refused, 2U);
}

TEST_F(PhlTest, RollingBackBringsTheListBefore) {
  EXPECT_EQ(code_of({"phl", "update", "--rollback"}), 3) << "there is none yet";
  ASSERT_EQ(update(publish("list", "one", {"a"})).code, 0);
  ASSERT_EQ(update(publish("list", "two", {"b"})).code, 0);
  EXPECT_EQ(status().at("previousVersion"), "one");
  EXPECT_EQ(json_of({"phl", "update", "--rollback"}).at("outcome"), "rolled-back");
  EXPECT_EQ(version(), "one");
  EXPECT_TRUE(is_listed("a"));
  EXPECT_FALSE(is_listed("b"));
  EXPECT_EQ(update(path("list")).code, 0) << "who asks for the other list by hand gets it";
  EXPECT_EQ(version(), "two");
  EXPECT_EQ(code_of({"phl", "update", "--rollback", "--from", "x"}), 2);
}

TEST_F(PhlTest, CheckSaysAsWhatAHashIsListed) {
  ASSERT_EQ(update(publish("list", "one", {"a"}, {"model"})).code, 0);
  const json all = json_of({"phl", "check", hash_of("a").hex(), "SHA-256:" + hash_of("model").hex()});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all.at(0).at("name"), "file a");
  EXPECT_EQ(all.at(0).at("url"), "https://cdn.test/a");
  EXPECT_EQ(all.at(0).at("section"), "SHA-256");
  EXPECT_EQ(all.at(0).at("list"), "installed");
  EXPECT_EQ(all.at(1).at("section"), "SHA-256 HUGGING-FACE");
  const Finished shown = cos({"phl", "check", hash_of("a").hex()});
  EXPECT_TRUE(mentions(shown.out, "file a") && mentions(shown.out, "https://cdn.test/a")) << shown.out;

  const json mixed = json_of({"phl", "check", hash_of("a").hex(), kUnknown}, 3);
  EXPECT_TRUE(mixed.at(0).at("listed").get<bool>());
  EXPECT_FALSE(mixed.at(1).at("listed").get<bool>());
  EXPECT_FALSE(mixed.at(1).contains("list"));
}

TEST_F(PhlTest, SwitchingModelHubsOffShowsEverywhere) {
  ASSERT_EQ(update(publish("list", "one", {"a"}, {"model"})).code, 0);
  EXPECT_TRUE(is_listed("model"));
  ASSERT_EQ(code_of({"config", "set", "phl.model-hubs", "off"}), 0);
  EXPECT_FALSE(is_listed("model"));
  EXPECT_TRUE(is_listed("a"));
  EXPECT_FALSE(status().at("modelHubs").get<bool>());
  EXPECT_TRUE(mentions(cos({"phl", "check", hash_of("model").hex()}).out, "phl.model-hubs on"));
  const json sections = json_of({"phl", "sections"});
  ASSERT_EQ(sections.size(), 3U) << sections;
  EXPECT_TRUE(sections.at(0).at("inForce").get<bool>());
  EXPECT_FALSE(sections.at(1).at("inForce").get<bool>());
  EXPECT_EQ(sections.at(1).at("kind"), "model-hub");
  EXPECT_EQ(sections.at(1).at("digests"), 1);
  EXPECT_EQ(sections.at(2).at("list"), "starter");
}

TEST_F(PhlTest, AnOldListIsWarnedAbout) {
  const auto days_ago = [](int days) {
    const std::chrono::year_month_day date(
        std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now() - std::chrono::days(days)));
    char text[16];
    std::snprintf(text, sizeof(text), "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return std::string(text);
  };
  ASSERT_EQ(update(publish("list", days_ago(80), {"a"})).code, 0);
  EXPECT_FALSE(status().at("old").get<bool>());
  EXPECT_FALSE(mentions(cos({"phl", "status"}).out, "days old"));
  ASSERT_EQ(update(publish("list", days_ago(100), {"a"})).code, 0);
  EXPECT_TRUE(status().at("old").get<bool>());
  EXPECT_TRUE(mentions(cos({"phl", "status"}).out, "100 days old"));
}

TEST_F(PhlTest, ADamagedListIsReportedAndUpdatedAway) {
  ASSERT_EQ(update(publish("list", "one", {"a"})).code, 0);
  file("store/phl/list.bin", "garbage");
  EXPECT_TRUE(status().at("damaged").get<bool>());
  EXPECT_TRUE(mentions(cos({"phl", "status"}).out, "damaged"));
  EXPECT_FALSE(is_listed("a"));
  EXPECT_EQ(update(path("list")).code, 0) << "the same list is installed again, not 'current already'";
  EXPECT_TRUE(is_listed("a"));
}

TEST_F(PhlTest, ABitThatTurnedInAListOrItsNamesIsReportedAndUpdatedAway) {
  const HashListPaths paths = StorePaths(home_.store()).hash_list();
  const auto flip_last_bit = [](const fs::path& file) {
    std::string bytes = content(file);
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    std::ofstream(file, std::ios::binary) << bytes;
  };
  ASSERT_EQ(update(publish("list", "one", {"a"})).code, 0);
  EXPECT_TRUE(status().at("intact").get<bool>());
  for (const auto& [file, damage] : std::vector<std::pair<fs::path, std::function<void(const fs::path&)>>>{
           {paths.list(), flip_last_bit}, {paths.names(), flip_last_bit}, {paths.names(), [](const fs::path& names) {
                                                                             fs::resize_file(names, 40);
                                                                           }}}) {
    damage(file);
    EXPECT_FALSE(status().at("intact").get<bool>()) << file;
    EXPECT_TRUE(mentions(cos({"phl", "status"}).out, "damaged")) << file;
    EXPECT_EQ(update(path("list")).code, 0);
    EXPECT_TRUE(status().at("intact").get<bool>()) << file;
    EXPECT_TRUE(is_listed("a")) << file;
    EXPECT_EQ(json_of({"phl", "check", hash_of("a").hex()}).at(0).at("name"), "file a");
  }
}

TEST_F(PhlTest, AListWithoutSumsIsInstalledAnewByAnUpdate) {
  ASSERT_EQ(update(publish("list", "one", {"a"})).code, 0);
  // As an older cos made the files; nothing tells that a letter of a name has changed.
  const HashListPaths paths = StorePaths(home_.store()).hash_list();
  const std::string last_section = "SHA-256 HUGGING-FACE";
  const auto change = [](const fs::path& file, const std::function<void(std::string&)>& how) {
    std::string bytes = content(file);
    how(bytes);
    std::ofstream(file, std::ios::binary) << bytes;
  };
  change(paths.list(),
         [&](std::string& bytes) { bytes.replace(bytes.find(last_section) + last_section.size(), 8, 8, '\0'); });
  change(paths.names(), [](std::string& bytes) {
    bytes.replace(24, 8, 8, '\0');
    bytes[bytes.find("file a")] = 'F';
  });
  EXPECT_TRUE(status().at("intact").get<bool>()) << "it is not known to be damaged";
  EXPECT_EQ(json_of({"phl", "check", hash_of("a").hex()}).at(0).at("name"), "File a");
  EXPECT_EQ(json_of({"phl", "update", "--from", path("list")}).at("outcome"), "installed");
  EXPECT_EQ(json_of({"phl", "check", hash_of("a").hex()}).at(0).at("name"), "file a");
  EXPECT_EQ(json_of({"phl", "update", "--from", path("list")}).at("outcome"), "current");
}

TEST_F(PhlTest, WithoutAnAddressUpdateSaysHowToGiveOne) {
  const Finished refused = cos({"phl", "update"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(mentions(refused.err, "phl.url")) << refused.err;
  publish("list", "one", {"a"});
  ASSERT_EQ(code_of({"config", "set", "phl.url", "file://" + path("list").string()}), 0);
  EXPECT_EQ(code_of({"phl", "update"}), 0);
  EXPECT_EQ(version(), "one");
  EXPECT_EQ(status().at("lastCheck").at("failure"), "");

  fs::remove(path("list.sha256"));
  EXPECT_EQ(code_of({"phl", "update"}), 3);
  EXPECT_TRUE(mentions(status().at("lastCheck").at("failure"), "list.sha256"));
  EXPECT_TRUE(mentions(cos({"phl", "status"}).out, "The last check failed"));
}

TEST_F(PhlTest, TheAddressMustBeHttpsOrAFileOrNothing) {
  for (const char* url : {"http://a.test/list", "https://", "https:///x", "/list", "file://list", "javascript:x",
                          "https://a.test/a b", "https://a.test/\n"}) {
    const Finished refused = cos({"config", "set", "phl.url", url});
    EXPECT_EQ(refused.code, 2) << url;
  }
  EXPECT_EQ(cos({"config", "get", "phl.url"}).out, "\n");
  EXPECT_EQ(code_of({"config", "set", "phl.url", "https://a.test/list"}), 0);
  EXPECT_EQ(cos({"config", "get", "phl.url"}).out, "https://a.test/list\n");
  EXPECT_EQ(code_of({"config", "set", "phl.url", ""}), 0);
  EXPECT_EQ(cos({"config", "get", "phl.url"}).out, "\n");
}

TEST_F(PhlTest, WordsOfAListReachTheTerminalWithoutControlCharacters) {
  const std::string text =
      "// VERSION: \x1b[31mred\xc2\x9b"
      "32m\n// ===BEGIN SHA-256===\n// \x1b]0;title\x07 file\xc2\x9b"
      "31mÄ\n" +
      hash_of("a").hex() + "\n// ===END SHA-256===\n";
  ASSERT_EQ(update(publish("list", text)).code, 0);
  const std::string status = cos({"phl", "status"}).out;
  const std::string check = cos({"phl", "check", hash_of("a").hex()}).out;
  for (const char* control : {"\x1b", "\xc2\x9b"}) {
    EXPECT_FALSE(mentions(status, control) || mentions(check, control)) << control;
  }
  EXPECT_TRUE(mentions(check, "Ä")) << "other characters stay";
}

// An older cos let some of them through, and what turned on the disk may be any.
TEST_F(PhlTest, WordsOfAnInstalledListReachTheTerminalWithoutControlCharacters) {
  const std::string text = text_of("one", {"text"}, {"other"});
  ASSERT_EQ(update(publish("list", text)).code, 0);
  const HashListPaths paths = StorePaths(home_.store()).hash_list();
  const auto spoil = [](const fs::path& file, const std::string& words, const std::string& control) {
    std::string bytes = content(file);
    const std::size_t at = bytes.find(words);
    ASSERT_NE(at, std::string::npos) << file;
    bytes.replace(at, control.size(), control);
    std::ofstream(file, std::ios::binary) << bytes;
  };
  spoil(paths.list(), "SHA-256", "\x1b[31m");
  spoil(paths.list(), "HUGGING", "\xc2\x9b");
  spoil(paths.names(), "file text", "\x1b[31m");
  file("store/phl/check.json", R"({"checkedAt": 1, "failure": "\u001b[31m", "mend": "\u009b31m"})");
  add("text");
  damage("text");
  const std::vector<std::vector<std::string>> commands{
      {"phl", "status"}, {"phl", "sections"}, {"phl", "check", hash_of("text").hex()},
      {"activity"},      {"verify"},          {"doctor"}};
  for (const std::vector<std::string>& words : commands) {
    const std::string shown = cos(words).out;
    EXPECT_NE(shown, "");
    EXPECT_FALSE(mentions(shown, "\x1b") || mentions(shown, "\xc2\x9b")) << words.back() << ": " << shown;
  }
}

// Building -------------------------------------------------------------------------------------------

TEST_F(PhlTest, AListIsBuiltOfFilesAndDirectoriesAndCanBeInstalled) {
  fs::create_directories(path("files/deep"));
  file("files/b.js", "b");
  file("files/deep/a.js", "a");
  fs::create_symlink(path("files/b.js"), path("files/link.js"));
  file("single.bin", "single");
  const json built = json_of({"phl", "build", path("out"), path("files"), path("single.bin"), "--version", "mine 1"});
  EXPECT_EQ(built.at("digests"), 3);
  EXPECT_EQ(content(path("out.sha256")), hash_of(content(path("out"))).hex() + "  out\n");
  EXPECT_EQ(update(path("out")).code, 0);
  EXPECT_EQ(version(), "mine 1");
  EXPECT_EQ(json_of({"phl", "check", hash_of("a").hex()}).at(0).at("name"), "deep/a.js (1 bytes)");
  EXPECT_TRUE(is_listed("b") && is_listed("single"));
}

TEST_F(PhlTest, TheSameFilesGiveTheSameBytesInWhateverOrder) {
  file("x", "x");
  file("y", "y");
  ASSERT_EQ(code_of({"phl", "build", path("one"), path("x"), path("y")}), 0);
  ASSERT_EQ(code_of({"phl", "build", path("two"), path("y"), path("x")}), 0);
  EXPECT_EQ(content(path("one")), content(path("two")));
  ASSERT_EQ(code_of({"phl", "build", path("three"), "--from-list", path("one")}), 0);
  EXPECT_EQ(content(path("one")), content(path("three")));
}

TEST_F(PhlTest, FilesGoIntoTheSectionThatWasNamedAndListsKeepTheirs) {
  file("x", "x");
  publish("list", "one", {"a"}, {"model"});
  ASSERT_EQ(code_of({"phl", "build", path("out"), path("x"), "--section", "MANUAL", "--from-list", path("list")}), 0);
  ASSERT_EQ(update(path("out")).code, 0);
  EXPECT_EQ(json_of({"phl", "check", hash_of("x").hex()}).at(0).at("section"), "SHA-256 MANUAL");
  EXPECT_EQ(json_of({"phl", "check", hash_of("model").hex()}).at(0).at("section"), "SHA-256 HUGGING-FACE");
  const json a = json_of({"phl", "check", hash_of("a").hex()}).at(0);
  EXPECT_EQ(a.at("section"), "SHA-256");
  EXPECT_EQ(a.at("url"), "https://cdn.test/a");
}

TEST_F(PhlTest, AListThatIsAPipeIsNotWaitedFor) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const Finished refused = cos({"phl", "build", path("out"), file("x", "x"), "--from-list", path("pipe")});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(mentions(refused.err, "is not a regular file")) << refused.err;
}

TEST_F(PhlTest, WhatCannotBeListedWritesNothing) {
  file("x", "x");
  publish("bad", "// ===BEGIN SHA-256===\nnonsense\n// ===END SHA-256===\n");
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {path("nowhere")},
                                             {path("x"), "--from-list", path("bad")},
                                             {path("x"), "--section", "A===\nB"},
                                             {path("x"), "--version", "1\n// ===BEGIN X==="}}) {
    std::vector<std::string> all{"phl", "build", path("out")};
    all.insert(all.end(), arguments.begin(), arguments.end());
    EXPECT_NE(code_of(all), 0) << testing::PrintToString(arguments);
    EXPECT_FALSE(fs::exists(path("out"))) << testing::PrintToString(arguments);
    EXPECT_FALSE(fs::exists(path("out.sha256")));
  }
}

TEST_F(PhlTest, NamesOfFilesAreListedAndToldOfWithoutControlCharacters) {
  const Finished built = cos({"phl", "build", path("out\x1b[31m"), file("a\x1b[31m\nb", "x"), "--version", "mine 1"});
  EXPECT_EQ(built.code, 0) << built.err;
  EXPECT_TRUE(mentions(built.out, "out?[31m: ")) << built.out;
  EXPECT_FALSE(mentions(built.out, "\x1b"));
  EXPECT_TRUE(mentions(content(path("out\x1b[31m")), "// a?[31m?b (1 bytes)\n"));
}

TEST_F(PhlTest, ALinkThatLeadsInACircleIsNoFileOfItsDirectory) {
  fs::create_directory(path("files"));
  file("files/a.js", "a");
  fs::create_symlink("circle", path("files/circle"));
  EXPECT_EQ(json_of({"phl", "build", path("out"), path("files")}).at("digests"), 1);
}

TEST_F(PhlTest, AListIsNotWrittenWhereNoDirectoryIs) {
  file("x", "x");
  for (const std::string& out : {std::string("out.txt"), std::string()}) {
    const Finished refused = cos_after(kInADeletedDirectory, {"phl", "build", out, path("x")});
    EXPECT_EQ(refused.code, 1);
    EXPECT_TRUE(mentions(refused.err, "where '" + out + "' is")) << refused.err;
  }
}

TEST_F(PhlTest, APipeIsNotListedAndNotWaitedFor) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const Finished refused = cos({"phl", "build", path("out"), path("pipe")});
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(mentions(refused.err, "pipe is not a regular file.")) << refused.err;
}

TEST_F(PhlTest, HalfAMillionDigestsAreMergedAndInstalled) {
  constexpr std::size_t kDigests = 500'000;
  std::string text = "// VERSION: big\n// ===BEGIN SHA-256===\n";
  text.reserve(kDigests * 90);
  const auto digest_of = [](std::size_t i) {
    std::string digest(64, '0');
    // Spread as digests are: the multiplier is odd, so each i has another front.
    std::uint64_t bits = (i + 1) * 0x9e3779b97f4a7c15U;
    for (std::size_t at = 0; at < 16; ++at, bits <<= 4U) {
      digest[at] = "0123456789abcdef"[bits >> 60U];
    }
    return digest;
  };
  for (std::size_t i = 0; i < kDigests; ++i) {
    text += "// file " + std::to_string(i) + "\n" + digest_of(i) + "\n";
  }
  file("big", text + "// ===END SHA-256===\n");
  publish("small", "small", {"a"});
  const json built = json_of({"phl", "build", path("out"), "--from-list", path("small"), "--from-list", path("big")});
  EXPECT_EQ(built.at("digests"), kDigests + 1);
  ASSERT_EQ(update(path("out")).code, 0);
  EXPECT_TRUE(is_listed("a"));
  for (const std::size_t i : {std::size_t{0}, std::size_t{123'456}, kDigests - 1}) {
    EXPECT_EQ(json_of({"phl", "check", digest_of(i)}).at(0).at("name"), "file " + std::to_string(i));
  }
  EXPECT_EQ(code_of({"phl", "check", digest_of(kDigests)}), 3);
}

}  // namespace
}  // namespace libcos
