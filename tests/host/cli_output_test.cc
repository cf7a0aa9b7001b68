// What reaches standard output: on terminals, in pipes, as JSON, and when it cannot be written.
#include "host/cli_fixture.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

const std::string kUnwritten = "cos: Cannot write to standard output.\n";

TEST_F(CliTest, OnlyATerminalGetsEscapeCodes) {
  const std::string hash = add("text");
  damage("text");
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"verify"}, {"ls"}, {"stat", hash}, {"config", "list"}}) {
    const Finished piped = cos(arguments);
    EXPECT_FALSE(mentions(piped.out + piped.err, "\x1b")) << arguments[0];
    EXPECT_TRUE(mentions(cos(arguments, {.environment = {}, .on_terminal = true}).out, "\x1b[")) << arguments[0];
    EXPECT_FALSE(mentions(cos(arguments, {.environment = {"NO_COLOR=1"}, .on_terminal = true}).out, "\x1b"))
        << arguments[0];
  }
}

TEST_F(CliTest, JsonHasNoEscapeCodesEvenOnATerminal) {
  add("text");
  const Finished shown = cos({"ls", "--json"}, {.environment = {}, .on_terminal = true});
  EXPECT_FALSE(mentions(shown.out, "\x1b"));
  EXPECT_TRUE(json::accept(shown.out)) << shown.out;
}

// Names that would colour a terminal, forge a line of it or rename its window; the last with a control character that
// takes two bytes.
const std::vector<std::string> kHostileNames{"a\x1b[31m", "a\nb", "a\x1b]0;title\x07", "a\x7f",
                                             "a\xc2\x9b"
                                             "31m"};

TEST_F(CliTest, NamesOfFilesReachTheTerminalWithoutControlCharacters) {
  const auto is_harmless = [](const std::string& text) {
    return text.find_first_of("\x1b\x07\x7f") == std::string::npos && !mentions(text, "\xc2\x9b") &&
           !mentions(text, "a\nb");
  };
  for (const std::string& name : kHostileNames) {
    const Finished missing = cos({"add", path(name).string()});
    EXPECT_TRUE(is_harmless(missing.err) && mentions(missing.err, "a?")) << missing.err;
    const Finished added = cos({"add", file(name, "text").string()});
    EXPECT_TRUE(is_harmless(added.out) && mentions(added.out, "a?")) << added.out;
  }
  EXPECT_TRUE(mentions(cos({"add", file("ü€", "text").string()}).out, "ü€")) << "other characters stay";
}

TEST_F(CliTest, NamesOfDirectoriesReachTheTerminalWithoutControlCharacters) {
  add("text");
  const auto user_data = path("a\x1b[31m");
  fs::create_directories(user_data / "Default");
  std::ofstream(home_.store() / "b\x1b[31m") << "somebody's";
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"doctor", "--user-data-dir", user_data.string()}, {"uninstall", "--purge", "--yes"}}) {
    const Finished finished = cos(arguments);
    EXPECT_TRUE(mentions(finished.out, "?[31m")) << finished.out << finished.err;
    EXPECT_FALSE(mentions(finished.out + finished.err, "\x1b")) << arguments[0];
  }
}

TEST_F(CliTest, NamesOfFilesStayAsTheyAreInJson) {
  for (const std::string& name : kHostileNames) {
    EXPECT_TRUE(mentions(json_of({"add", path(name).string()}, 1)[0].at("error").at("message"), name));
    EXPECT_EQ(json_of({"add", file(name, "text").string()})[0].at("file"), path(name).string());
  }
}

TEST_F(CliTest, ErrorsAreJsonWhenJsonWasAskedFor) {
  const json error = json_of({"stat", kUnknown}, 3).at("error");
  EXPECT_EQ(error.at("name"), "NotFoundError");
  EXPECT_NE(error.at("message"), "");
  EXPECT_EQ(json_of({"stat", "nonsense"}, 2).at("error").at("name"), "TypeError");
}

TEST_F(CliTest, GetFailsWhenStandardOutputCannotTakeTheBytes) {
  const auto full = open_file("/dev/full", O_WRONLY);
  ASSERT_TRUE(full);
  for (const std::string& text : {std::string("text"), std::string(3U << 20U, 'x')}) {
    const Finished finished = cos({"get", add(text), "-o", "-"}, {.environment = {}, .out = full->get()});
    EXPECT_EQ(finished.code, 1) << text.size() << " bytes";
    EXPECT_EQ(finished.err, kUnwritten);
  }
}

TEST_F(CliTest, WhatCannotBePrintedIsNotDone) {
  const auto full = open_file("/dev/full", O_WRONLY);
  ASSERT_TRUE(full);
  const std::string hash = add("text");
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"--help"},
                                             {"--version"},
                                             {"ls"},
                                             {"ls", "--json"},
                                             {"stat", hash},
                                             {"verify"},
                                             {"history", hash},
                                             {"phl", "status"},
                                             {"config", "list"},
                                             {"activity"},
                                             {"evict", "--to", "1KB", "--dry-run"},
                                             {"completions", "bash"}}) {
    const Finished finished = cos(arguments, {.environment = {}, .out = full->get()});
    EXPECT_EQ(finished.code, 1) << testing::PrintToString(arguments);
    EXPECT_EQ(finished.err, kUnwritten) << testing::PrintToString(arguments);
  }
}

TEST_F(CliTest, DamageThatCannotBePrintedIsStillExitCode4) {
  const auto full = open_file("/dev/full", O_WRONLY);
  ASSERT_TRUE(full);
  add("text");
  damage("text");
  const Finished finished = cos({"verify"}, {.environment = {}, .out = full->get()});
  EXPECT_EQ(finished.code, 4);
  EXPECT_EQ(finished.err, kUnwritten);
}

}  // namespace
}  // namespace libcos
