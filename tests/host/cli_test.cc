// The command line by its exit codes and output: 0 done, 1 failed, 2 wrong usage, 3 nothing found, 4 damaged
// data found.
#include "host/cli_fixture.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

// Usage ----------------------------------------------------------------------------------------------

TEST_F(CliTest, WithoutACommandItSaysWhatThereIs) {
  const Finished finished = cos({});
  EXPECT_EQ(finished.code, 0);
  EXPECT_TRUE(mentions(finished.out, "cos install"));
}

TEST_F(CliTest, HelpAndVersionAreDone) {
  EXPECT_TRUE(mentions(cos({"--help"}).out, "Exit codes"));
  EXPECT_EQ(cos({"--version"}).out.substr(0, 4), "cos ");
  for (const char* command :
       {"ls", "stat", "add", "get", "rm", "verify", "config", "phl", "install", "uninstall", "host"}) {
    EXPECT_EQ(code_of({command, "--help"}), 0) << command;
  }
}

TEST_F(CliTest, WrongUsageIsExitCode2) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"nonsense"},
                                             {"--nonsense"},
                                             {"ls", "--nonsense"},
                                             {"ls", "--sort", "colour"},
                                             {"stat"},
                                             {"get"},
                                             {"get", kUnknown},
                                             {"add"},
                                             {"rm"},
                                             {"config"},
                                             {"config", "set", "write.limit"},
                                             {"phl"},
                                             {"phl", "update"},
                                             {"phl", "check"},
                                             {"phl", "build"},
                                             {"doctor", "--user-data-dir", "one", "two"},
                                             {"ls", "stat"}}) {
    const Finished finished = cos(arguments);
    EXPECT_EQ(finished.code, 2) << testing::PrintToString(arguments);
    EXPECT_EQ(finished.out, "") << testing::PrintToString(arguments);
    EXPECT_NE(finished.err, "") << testing::PrintToString(arguments);
  }
}

TEST_F(CliTest, AnArgumentInBracketsIsTakenAsItIs) {
  const std::string hash = add("text");
  EXPECT_EQ(code_of({"rm", "[" + hash + "]"}), 2) << "it is no hash";
  EXPECT_EQ(code_of({"stat", hash}), 0);
  file("[x,y]", "in brackets");
  file("x", "not asked for");
  const Finished added = cos_after("cd \"$0\"", {"add", "[x,y]"});
  EXPECT_EQ(added.code, 0) << added.err;
  EXPECT_TRUE(mentions(added.out, hash_of("in brackets").hex()) && mentions(added.out, "[x,y]")) << added.out;
  EXPECT_EQ(code_of({"stat", hash_of("not asked for").hex()}), 3);
  const Finished cleared = cos({"clear", "[::1]"});
  EXPECT_EQ(cleared.code, 0) << cleared.err;
}

TEST_F(CliTest, AnOptionsValueInBracketsIsTakenAsItIs) {
  for (const std::vector<std::string>& option : std::vector<std::vector<std::string>>{
           {"--browser", "[netscape]"}, {"--browser=[netscape]"}, {"--browser", "chromium", "--browser=[netscape]"}}) {
    std::vector<std::string> all{"install"};
    all.insert(all.end(), option.begin(), option.end());
    EXPECT_TRUE(mentions(cos(all).err, "'[netscape]'")) << testing::PrintToString(option);
  }
  const Finished sorted = cos({"ls", "--sort=[size]"});
  EXPECT_EQ(sorted.code, 2);
  EXPECT_TRUE(mentions(sorted.err, "[size]")) << sorted.err;
}

TEST_F(CliTest, OriginsWithCommasBetweenThemMayEndInBrackets) {
  const std::string text = file("in", "text").string();
  ASSERT_EQ(code_of({"add", text, "--origins", "https://a.test,https://[::1]"}), 0);
  EXPECT_EQ(json_of({"stat", hash_of("text").hex()}).at("listedOrigins"),
            json::array({"https://[::1]", "https://a.test"}));
}

TEST_F(CliTest, WhatIsNoHashIsExitCode2) {
  for (const std::string& text :
       {std::string("x"), std::string("abcde"), std::string("ABCDEF"), std::string("SHA-256:"),
        "MD5:" + std::string(32, '0'), "SHA-256:" + std::string(64, 'A'), std::string("../../etc"), std::string()}) {
    EXPECT_EQ(code_of({"stat", text}), 2) << text;
    EXPECT_EQ(code_of({"rm", text}), 2) << text;
    EXPECT_EQ(code_of({"get", text, "-o", path("out").string()}), 2) << text;
    EXPECT_EQ(code_of({"verify", text}), 2) << text;
  }
  EXPECT_FALSE(fs::exists(path("out")));
}

// Files in and out -----------------------------------------------------------------------------------

TEST_F(CliTest, WhatWasAddedComesOutAgain) {
  const std::string text(3'000'000, 'x');
  const Finished added = cos({"add", file("in", text).string()});
  EXPECT_EQ(added.code, 0) << added.err;
  EXPECT_TRUE(mentions(added.out, "SHA-256:" + hash_of(text).hex()));
  EXPECT_TRUE(mentions(added.out, "Not on the Public Hash List"));
  EXPECT_EQ(code_of({"get", hash_of(text).hex(), "-o", path("out").string()}), 0);
  EXPECT_TRUE(content(path("out")) == text);
  EXPECT_TRUE(cos({"get", "SHA-256:" + hash_of(text).hex(), "-o", "-"}).out == text);
}

TEST_F(CliTest, AddSaysInJsonWhatItStored) {
  const fs::path in = file("in", "text");
  const json first = json_of({"add", in.string(), "--origins", "https://a.test,https://b.test"});
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].at("value"), hash_of("text").hex());
  EXPECT_EQ(first[0].at("algorithm"), "SHA-256");
  EXPECT_EQ(first[0].at("size"), 4);
  EXPECT_EQ(first[0].at("file"), in.string());
  EXPECT_FALSE(first[0].at("alreadyStored").get<bool>());
  EXPECT_TRUE(json_of({"add", in.string()})[0].at("alreadyStored").get<bool>());
  EXPECT_EQ(json_of({"stat", hash_of("text").hex()}).at("listedOrigins"),
            json::array({"https://a.test", "https://b.test"}));
}

TEST_F(CliTest, AddTakesSeveralFilesAndAnyAlgorithm) {
  EXPECT_EQ(json_of({"add", file("1", "one").string(), file("2", "two").string()}).size(), 2U);
  for (const auto& [name, algorithm] : std::vector<std::pair<std::string, HashAlgorithm>>{
           {"SHA-1", HashAlgorithm::kSha1}, {"sha-384", HashAlgorithm::kSha384}, {"SHA-512", HashAlgorithm::kSha512}}) {
    const json added = json_of({"add", file("3", "three").string(), "--algorithm", name});
    EXPECT_EQ(added[0].at("value"), hash_of("three", algorithm).hex());
    EXPECT_EQ(code_of({"stat", hash_of("three", algorithm).hex()}), 0) << name;
  }
}

TEST_F(CliTest, AddRefusesWhatItCannotStore) {
  EXPECT_EQ(code_of({"add", path("missing").string()}), 1);
  EXPECT_EQ(code_of({"add", home_.path().string()}), 2) << "a directory";
  EXPECT_EQ(code_of({"add", file("in", "text").string(), "--algorithm", "MD5"}), 2);
  EXPECT_EQ(code_of({"add", path("in").string(), "--origins", "nonsense"}), 2);
  EXPECT_TRUE(store().list(std::nullopt, 10)->empty());
}

TEST_F(CliTest, APipeIsNotAddedAndNotWaitedFor) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const Finished refused = cos({"add", path("pipe").string()});
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(mentions(refused.err, "pipe is not a regular file.")) << refused.err;
}

TEST_F(CliTest, AFileThatCannotBeAddedDoesNotHideWhatWas) {
  const std::vector<std::string> command{"add", file("1", "one").string(), path("missing").string(),
                                         file("2", "two").string()};
  const Finished told = cos(command);
  EXPECT_EQ(told.code, 1);
  EXPECT_TRUE(mentions(told.out, hash_of("one").hex()));
  EXPECT_TRUE(mentions(told.out, hash_of("two").hex())) << "the files behind it";
  EXPECT_TRUE(mentions(told.err, path("missing").string()));

  const json rows = json_of(command, 1);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].at("value"), hash_of("one").hex());
  EXPECT_EQ(rows[1].at("file"), path("missing").string());
  EXPECT_TRUE(mentions(rows[1].at("error").at("message").get<std::string>(), path("missing").string()));
  EXPECT_EQ(rows[2].at("value"), hash_of("two").hex());
}

TEST_F(CliTest, GetNeverOverwritesUnlessForced) {
  const std::string hash = add("text");
  file("out", "mine");
  const Finished refused = cos({"get", hash, "-o", path("out").string()});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(mentions(refused.err, "--force"));
  EXPECT_EQ(content(path("out")), "mine");
  fs::create_symlink(path("nowhere"), path("link"));
  EXPECT_EQ(code_of({"get", hash, "-o", path("link").string()}), 1) << "a link that leads nowhere is there, too";
  EXPECT_FALSE(fs::exists(path("nowhere")));
  EXPECT_EQ(code_of({"get", hash, "-o", path("out").string(), "--force"}), 0);
  EXPECT_EQ(content(path("out")), "text");
}

TEST_F(CliTest, GetLeavesNoHalfFile) {
  const std::string hash = add(std::string(3U << 20U, 'x'));
  fs::create_directory(path("here"));
  const Finished failed =
      cos({"get", hash, "-o", path("here/out").string()}, {.environment = {}, .largest_file = 1U << 20U});
  EXPECT_EQ(failed.code, 1) << failed.out << failed.err;
  EXPECT_TRUE(fs::is_empty(path("here")));
  EXPECT_EQ(code_of({"get", hash, "-o", path("here").string(), "--force"}), 1) << "a directory is in the way";
  EXPECT_TRUE(fs::is_empty(path("here")));
  EXPECT_EQ(code_of({"get", hash, "-o", path("missing/out").string()}), 1);
  EXPECT_EQ(code_of({"get", kUnknown, "-o", path("here/out").string()}), 3);
  EXPECT_TRUE(fs::is_empty(path("here")));
  for (const auto& item : fs::directory_iterator(home_.path())) {
    EXPECT_NE(item.path().extension(), ".part");
  }
}

TEST_F(CliTest, GetSaysInJsonWhereItPutTheFile) {
  const json got = json_of({"get", add("text"), "-o", path("out").string()});
  EXPECT_EQ(got.at("value"), hash_of("text").hex());
  EXPECT_EQ(got.at("size"), 4);
  EXPECT_EQ(got.at("file"), path("out").string());
}

// Looking and removing -------------------------------------------------------------------------------

TEST_F(CliTest, AnEmptyStoreIsListedAsSuch) {
  EXPECT_TRUE(mentions(cos({"ls"}).out, "The store is empty: " + home_.store().string()));
  EXPECT_EQ(json_of({"ls"}), json::array());
}

TEST_F(CliTest, LsShowsWhatIsStored) {
  const std::string hash = add("text");
  const Finished listed = cos({"ls"});
  EXPECT_EQ(listed.code, 0);
  EXPECT_TRUE(mentions(listed.out, hash.substr(0, 12)));
  EXPECT_TRUE(mentions(listed.out, "(by hand)"));
  EXPECT_TRUE(mentions(listed.out, "1 entr"));
}

TEST_F(CliTest, LsSortsAndCuts) {
  add("a");
  add("three");
  add("four four");
  const json by_size = json_of({"ls", "--sort", "size"});
  ASSERT_EQ(by_size.size(), 3U);
  EXPECT_EQ(by_size[0].at("size"), 9);
  EXPECT_EQ(by_size[2].at("size"), 1);
  const json largest = json_of({"ls", "--sort", "size", "--limit", "1"});
  ASSERT_EQ(largest.size(), 1U);
  EXPECT_EQ(largest[0].at("size"), 9);
  const json by_hash = json_of({"ls", "--sort", "hash"});
  EXPECT_LT(by_hash[0].at("value"), by_hash[1].at("value"));
}

TEST_F(CliTest, LsBySiteShowsWhatEachSiteStoredInEachProfile) {
  EXPECT_TRUE(mentions(cos({"ls", "--by-site"}).out, "No site has stored anything"));
  EXPECT_EQ(json_of({"ls", "--by-site"}), json::array());
  {
    auto store = this->store();
    const auto put = [&](char realm, const std::string& origin, const std::string& text) {
      auto writer = store.begin_write({profile(realm), origin_of(origin), hash_of(text)});
      ASSERT_TRUE(writer && writer->append(bytes_of(text)) && writer->close());
    };
    put('a', "https://few.test", "one large file");
    put('a', "https://many.test", "one");
    put('a', "https://many.test", "two");
    put('b', "https://many.test", "three");
  }
  add("by hand");
  const auto listed = [&](const std::vector<std::string>& options) {
    std::vector<std::string> arguments{"ls", "--by-site"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    std::string words;
    for (const json& site : json_of(arguments)) {
      words += site.at("origin").get<std::string>() + site.at("realm").get<std::string>().substr(0, 1) +
               site.at("entries").dump() + "," + site.at("bytes").dump() + " ";
    }
    return words;
  };
  const std::string few = "https://few.testa1,14 ";
  const std::string many = "https://many.testa2,6 ";
  const std::string other = "https://many.testb1,5 ";
  EXPECT_EQ(listed({}), few + many + other);
  EXPECT_EQ(listed({"--sort", "files"}), many + few + other);
  EXPECT_EQ(listed({"--sort", "name", "--limit", "2"}), few + many);
  const Finished table = cos({"ls", "--by-site"});
  EXPECT_EQ(table.code, 0);
  EXPECT_TRUE(mentions(table.out, "https://many.test      2   6 B  aaaaaaaa")) << table.out;
  EXPECT_EQ(code_of({"ls", "--by-site", "--sort", "read"}), 2);
  EXPECT_EQ(code_of({"ls", "--sort", "name"}), 2);
}

TEST_F(CliTest, StatShowsOneEntry) {
  const std::string hash = add("text");
  const Finished shown = cos({"stat", hash});
  EXPECT_EQ(shown.code, 0);
  EXPECT_TRUE(mentions(shown.out, "SHA-256:" + hash));
  EXPECT_TRUE(mentions(shown.out, "4 bytes"));
  const json info = json_of({"stat", hash});
  for (const char* key : {"algorithm", "value", "size", "createdAt", "lastRead", "verifiedAt", "pinned", "damaged",
                          "manual", "globallyDisclosable", "onPublicHashList", "storingOrigins", "listedOrigins"}) {
    EXPECT_TRUE(info.contains(key)) << key;
  }
  EXPECT_TRUE(info.at("manual").get<bool>());
  EXPECT_EQ(code_of({"stat", kUnknown}), 3);
}

TEST_F(CliTest, SixDigitsAreEnoughForAHashThatTheyFit) {
  const std::string hash = add("text");
  for (const std::size_t digits : {6U, 7U, 12U, 63U}) {
    EXPECT_EQ(json_of({"stat", hash.substr(0, digits)}).at("value"), hash) << digits;
  }
  EXPECT_EQ(code_of({"stat", hash.substr(0, 5)}), 2);
  EXPECT_EQ(code_of({"stat", hash[0] == '0' ? "111111" : "000000"}), 3);
}

TEST_F(CliTest, MoreDigitsThanAHashHasFitNoEntry) {
  ASSERT_EQ(code_of({"add", file("in", "text").string(), "--algorithm", "SHA-512"}), 0);
  const std::string hash = hash_of("text", HashAlgorithm::kSha512).hex();
  for (const std::string& text : {hash + "0", hash + "00", hash + hash}) {
    EXPECT_NE(code_of({"rm", text}), 0) << text;
  }
  EXPECT_EQ(code_of({"stat", hash}), 0);
}

TEST_F(CliTest, DigitsThatFitSeveralHashesAreRefused) {
  const auto [one, other] = look_alikes();
  const std::string hash = add(one);
  add(other);
  const std::string both = hash.substr(0, 6);
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"stat", both}, {"rm", both}, {"get", both, "-o", path("out").string()}, {"verify", both}}) {
    const Finished finished = cos(arguments);
    EXPECT_EQ(finished.code, 2) << arguments[0];
    EXPECT_TRUE(mentions(finished.err, "Give more digits")) << finished.err;
  }
  EXPECT_EQ(store().list(std::nullopt, 10)->size(), 2U);
  std::size_t digits = 6;
  while (hash_of(other).hex().starts_with(hash.substr(0, digits))) {
    ++digits;
  }
  EXPECT_EQ(code_of({"rm", hash.substr(0, digits)}), 0);
  EXPECT_EQ(code_of({"stat", both}), 0) << "now they fit one";
}

TEST_F(CliTest, RmRemovesAndSaysWhatWasNotThere) {
  const std::string hash = add("text");
  EXPECT_EQ(cos({"rm", hash}).out, "removed  SHA-256:" + hash + "\n");
  EXPECT_EQ(code_of({"rm", hash}), 3);
  EXPECT_FALSE(fs::exists(StorePaths(home_.store()).blob(hash_of("text"))));
  const std::string again = add("text");
  const json removed = json_of({"rm", again, kUnknown}, 3);
  ASSERT_EQ(removed.at("removed").size(), 1U);
  EXPECT_EQ(removed.at("removed")[0].at("value"), again);
}

// Settings and the list ------------------------------------------------------------------------------

TEST_F(CliTest, SettingsAreShownAndChanged) {
  EXPECT_EQ(cos({"config", "get", "write.limit"}).out, "16GiB\n");
  EXPECT_EQ(cos({"config", "set", "write.limit", "1MiB"}).out, "");
  EXPECT_EQ(cos({"config", "get", "write.limit"}).out, "1MiB\n");
  EXPECT_EQ(json_of({"config", "set", "write.limit", "2MiB"}).at("value"), "2MiB");
  EXPECT_EQ(json_of({"config", "get", "write.limit"}).at("default"), "16GiB");
  const json all = json_of({"config", "list"});
  EXPECT_TRUE(std::any_of(all.begin(), all.end(), [](const json& row) {
    return row.at("key") == "write.limit" && row.at("value") == "2MiB" && !row.at("help").get<std::string>().empty();
  }));
  EXPECT_TRUE(mentions(cos({"config", "list"}).out, "write.limit"));
}

TEST_F(CliTest, ImpossibleSettingsAreExitCode2AndChangeNothing) {
  EXPECT_EQ(code_of({"config", "get", "nonsense"}), 2);
  EXPECT_EQ(code_of({"config", "set", "nonsense", "1"}), 2);
  for (const char* value : {"0", "", "much", "1XiB", "99999999TiB", "1.5GiB", "9223372036854775808"}) {
    const Finished refused = cos({"config", "set", "write.limit", value});
    EXPECT_EQ(refused.code, 2) << value;
  }
  EXPECT_TRUE(mentions(cos({"config", "set", "write.limit", "0"}).err, "from 1MiB to 1TiB"));
  EXPECT_EQ(code_of({"config", "set", "write.limit", "-5"}), 2);
  EXPECT_EQ(cos({"config", "get", "write.limit"}).out, "16GiB\n");
}

}  // namespace
}  // namespace libcos
