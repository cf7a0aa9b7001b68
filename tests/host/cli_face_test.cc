// What the command line looks like: help, shell completions, manual pages, tables on small terminals.
#include <unistd.h>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>

#include "host/cli_fixture.h"

namespace libcos {
namespace {

namespace fs = std::filesystem;

struct Command {
  std::vector<std::string> words;
  std::set<std::string> options;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

// Characters, not bytes, and nothing for colours.
std::size_t width_of(const std::string& line) {
  const std::string plain = std::regex_replace(line, std::regex("\x1b\\[[0-9;]*m|\r"), "");
  return static_cast<std::size_t>(std::count_if(
      plain.begin(), plain.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

class FaceTest : public CliTest {
 protected:
  [[nodiscard]] std::string help(std::vector<std::string> words) const {
    words.emplace_back("--help");
    return cos(words).out;
  }
  // What --help says that there is: the truth that completions and pages are compared with.
  [[nodiscard]] std::vector<Command> commands() const {
    std::vector<std::string> names{"host"};
    const std::regex row("^  ([a-z]+)(?:, ([a-z]+))?  +.*");
    for (const std::string& line : lines_of(help({}))) {
      std::smatch match;
      if (std::regex_match(line, match, row)) {
        names.push_back(match[1]);
        if (match[2].matched) {
          names.push_back(match[2]);
        }
      }
    }
    std::vector<Command> all;
    for (const std::string& name : names) {
      add_command({name}, all);
    }
    return all;
  }

 private:
  void add_command(const std::vector<std::string>& words, std::vector<Command>& all) const {
    const std::string text = help(words);
    Command command{words, {}};
    const std::regex option("^  (-[a-z])?,?(--[a-z][a-z-]*)?");
    bool below = false;
    for (const std::string& line : lines_of(text)) {
      below = below || line == "Subcommands:";
      std::smatch match;
      if (below && std::regex_match(line, match, std::regex("^  ([a-z]+)  +.*"))) {
        std::vector<std::string> longer = words;
        longer.push_back(match[1]);
        add_command(longer, all);
      }
      if (std::regex_search(line, match, option)) {
        for (const std::string& name : {match[1].str(), match[2].str()}) {
          if (!name.empty()) {
            command.options.insert(name);
          }
        }
      }
    }
    all.push_back(command);
  }
};

// Help -----------------------------------------------------------------------------------------------

TEST_F(FaceTest, TheFirstScreensFitASmallTerminal) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{{}, {"--help"}}) {
    const auto lines = lines_of(cos(arguments).out);
    EXPECT_LE(lines.size(), 23U) << "one line is for the prompt";
    for (const std::string& line : lines) {
      EXPECT_LE(width_of(line), 80U) << line;
    }
  }
}

TEST_F(FaceTest, HelpListsTheCommandsThatThereAre) {
  const auto all = commands();
  EXPECT_GE(all.size(), 30U);
  for (const char* name : {"doctor", "uninstall", "unpin", "man", "phl"}) {
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const Command& c) { return c.words.front() == name; })) << name;
  }
}

TEST_F(FaceTest, EveryCommandsHelpHasAnExampleOfIt) {
  for (const Command& command : commands()) {
    std::string words = "cos";
    for (const std::string& word : command.words) {
      words += " " + word;
    }
    EXPECT_TRUE(mentions(help(command.words), "Example: " + words)) << words;
    EXPECT_TRUE(command.options.contains("--help")) << words;
  }
}

// Completions ----------------------------------------------------------------------------------------

class CompletionTest : public FaceTest {
 protected:
  // What bash offers for these words, the last of which is being typed.
  [[nodiscard]] std::set<std::string> offered(const std::vector<std::string>& words) const {
    std::string script = cos({"completions", "bash"}).out + "\nCOMP_WORDS=(" + cos_executable();
    for (const std::string& word : words) {
      script += " '" + word + "'";
    }
    script += ")\nCOMP_CWORD=" + std::to_string(words.size()) + "\n_cos\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
    const Finished done = run({"/bin/bash", "-c", script}, {.environment = home_.environment()});
    EXPECT_EQ(done.code, 0) << done.err;
    EXPECT_EQ(done.err, "");
    const auto lines = lines_of(done.out);
    std::set<std::string> all(lines.begin(), lines.end());
    all.erase("");
    return all;
  }
};

// The shells that scripts/setup installs; each is a test of its own, so that a missing one is seen to be skipped.
class ShellTest : public CompletionTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    if (!fs::exists(shell())) {
      GTEST_SKIP() << shell() << " is not installed; scripts/setup does it";
    }
  }
  [[nodiscard]] std::string shell() const { return std::string("/usr/bin/") + GetParam(); }
  [[nodiscard]] std::string script() const { return file("script", cos({"completions", GetParam()}).out).string(); }
};

TEST_P(ShellTest, ParsesItsScript) {
  const Finished parsed = run({shell(), "-n", script()}, {.environment = home_.environment()});
  EXPECT_EQ(parsed.code, 0) << parsed.err;
  EXPECT_EQ(parsed.err, "");
}

TEST_P(ShellTest, LoadsItsScriptWithoutAWord) {
  const std::string before = std::string(GetParam()) == "zsh" ? "autoload -U compinit && compinit -u -D; " : "";
  const Finished loaded = run({shell(), "-c", before + ". '" + script() + "'"}, {.environment = home_.environment()});
  EXPECT_EQ(loaded.code, 0) << loaded.err;
  EXPECT_EQ(loaded.out + loaded.err, "");
}

INSTANTIATE_TEST_SUITE_P(EachShell, ShellTest, testing::Values("bash", "zsh", "fish"),
                         [](const auto& shell) { return std::string(shell.param); });

TEST_F(CompletionTest, FishOffersWhatCanBeTyped) {
  if (!fs::exists("/usr/bin/fish")) {
    GTEST_SKIP() << "fish is not installed; scripts/setup does it";
  }
  fs::create_directory(path("bin"));
  fs::create_symlink(cos_executable(), path("bin") / "cos");
  const fs::path script = file("script", cos({"completions", "fish"}).out);
  const auto offered_by_fish = [&](const std::string& line) {
    const Finished done = run({"/usr/bin/fish", "--no-config", "-c",
                               "source '" + script.string() + "'; complete -C '" + line + "' | string split -f1 \\t"},
                              {.environment = home_.environment({"PATH=" + path("bin").string() + ":/usr/bin:/bin"})});
    EXPECT_EQ(done.err, "");
    const auto lines = lines_of(done.out);
    return std::set<std::string>(lines.begin(), lines.end());
  };
  const std::string hash = add("text");
  EXPECT_EQ(offered_by_fish("cos ver"), std::set<std::string>{"verify"});
  EXPECT_EQ(offered_by_fish("cos config "), (std::set<std::string>{"get", "list", "set"}));
  EXPECT_EQ(offered_by_fish("cos ls --sort s"), (std::set<std::string>{"size", "stored"}));
  EXPECT_EQ(offered_by_fish("cos ls --so"), std::set<std::string>{"--sort"});
  EXPECT_EQ(offered_by_fish("cos stat " + hash.substr(0, 3)), std::set<std::string>{hash});
  EXPECT_EQ(offered_by_fish("cos config get budget.c"), std::set<std::string>{"budget.ceiling"});
}

TEST_F(CompletionTest, EveryScriptKnowsEveryCommandAndOption) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = cos({"completions", shell}).out;
    const bool fish = std::string(shell) == "fish";
    for (const Command& command : commands()) {
      EXPECT_TRUE(std::regex_search(script, std::regex("[ \"'(]" + command.words.back() + "[ \"':]"))) << shell;
      for (const std::string& option : command.options) {
        const std::string bare = option.substr(option.find_first_not_of('-'));
        const std::string in_fish = (option.starts_with("--") ? "-l " : "-s ") + bare + " ";
        EXPECT_TRUE(mentions(script, fish ? in_fish : option)) << shell << ": " << command.words.front() << option;
      }
    }
  }
}

TEST_F(CompletionTest, BashCompletesWhatCanBeTyped) {
  EXPECT_EQ(offered({"ver"}), std::set<std::string>{"verify"});
  EXPECT_EQ(offered({"config", ""}), (std::set<std::string>{"get", "list", "set"}));
  EXPECT_EQ(offered({"ls", "--sort", "s"}), (std::set<std::string>{"size", "stored"}));
  EXPECT_EQ(offered({"ls", "--so"}), std::set<std::string>{"--sort"});
  EXPECT_EQ(offered({"config", "get", "budget.c"}), std::set<std::string>{"budget.ceiling"});
  EXPECT_EQ(offered({"--v"}), std::set<std::string>{"--version"});
  EXPECT_EQ(offered({"completions", "f"}), std::set<std::string>{"fish"});
  for (const Command& command : commands()) {
    std::vector<std::string> words = command.words;
    words.emplace_back("-");
    EXPECT_EQ(offered(words), command.options) << testing::PrintToString(words);
  }
}

TEST_F(CompletionTest, BashCompletesHashesOfEntries) {
  const std::string hash = add("text");
  add("another");
  EXPECT_EQ(offered({"stat", hash.substr(0, 3)}), std::set<std::string>{hash});
  EXPECT_EQ(offered({"rm", hash, ""}).size(), 2U);
  EXPECT_TRUE(offered({"clear", ""}).empty());
}

TEST_F(CompletionTest, AfterASwitchComesWhatWouldComeWithoutIt) {
  const std::string hash = add("text");
  EXPECT_EQ(offered({"stat", "--json", hash.substr(0, 3)}), std::set<std::string>{hash});
  EXPECT_TRUE(offered({"ls", "--limit", ""}).empty()) << "a number follows, which nobody can guess";
}

TEST_F(CompletionTest, AnUnknownShellIsExitCode2) { EXPECT_EQ(code_of({"completions", "csh"}), 2); }

// Manual pages ---------------------------------------------------------------------------------------

TEST_F(FaceTest, TheManualHasAPageForEveryCommandWithAllItsOptions) {
  const json written = json_of({"man", "--output", path("man").string()});
  const std::string main = content(path("man") / "cos.1");
  std::set<std::string> pages{(path("man") / "cos.1").string()};
  for (const Command& command : commands()) {
    const fs::path page = path("man") / ("cos-" + command.words.front() + ".1");
    pages.insert(page.string());
    const std::string text = content(page);
    EXPECT_TRUE(mentions(main, "cos\\-" + command.words.front())) << page;
    for (const char* section :
         {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES"}) {
      EXPECT_TRUE(mentions(text, std::string(".SH ") + section + "\n")) << page << section;
    }
    EXPECT_TRUE(mentions(text, ".nf\n.RS\ncos " + command.words.front())) << page << " has no example";
    for (const std::string& option : command.options) {
      const std::string roff = std::regex_replace(option, std::regex("-"), "\\-");
      EXPECT_TRUE(mentions(text, "\\fB" + roff + "\\fR")) << page << option;
    }
  }
  EXPECT_EQ(written.at("written").get<std::set<std::string>>(), pages);
}

TEST_F(FaceTest, TheManualSaysWhichOptionsTakeAValue) {
  ASSERT_EQ(code_of({"man", "--output", path("man").string()}), 0);
  const std::string page = content(path("man") / "cos-ls.1");
  EXPECT_TRUE(mentions(page, "\\fB\\-\\-json\\fR\n")) << page;
  EXPECT_TRUE(mentions(page, "\\fB\\-\\-limit\\fR \\fILIMIT\\fR\n")) << page;
}

TEST_F(FaceTest, HelpAndTheManualTellWhatAnOptionIsWhenItIsNotGiven) {
  ASSERT_EQ(code_of({"man", "--output", path("man").string()}), 0);
  EXPECT_TRUE(mentions(help({"add"}), "--algorithm TEXT=SHA-256")) << help({"add"});
  EXPECT_TRUE(mentions(content(path("man") / "cos-add.1"), "Default: SHA\\-256."))
      << content(path("man") / "cos-add.1");
  EXPECT_TRUE(mentions(help({"install"}), "--browser TEXT=all")) << help({"install"});
  EXPECT_TRUE(mentions(content(path("man") / "cos-install.1"), "Default: all."));
}

TEST_F(FaceTest, TheManualPagesAreFormattedWithoutAWarning) {
  if (!fs::exists("/usr/bin/man") || !fs::exists("/usr/bin/groff")) {
    GTEST_SKIP() << "man and groff are not installed; scripts/setup does it";
  }
  ASSERT_EQ(code_of({"man", "--output", path("man").string()}), 0);
  for (const auto& page : fs::directory_iterator(path("man"))) {
    const Finished shown = run({"/usr/bin/man", "--warnings", "-E", "UTF-8", "-l", page.path().string()},
                               {.environment = home_.environment({"LC_ALL=C.UTF-8", "MANWIDTH=80", "MANPAGER=cat"})});
    EXPECT_EQ(shown.code, 0) << page;
    EXPECT_EQ(shown.err, "") << page;
    EXPECT_TRUE(mentions(shown.out, "EXIT STATUS")) << page << shown.out;
  }
}

TEST_F(FaceTest, APlaceWhereNoManualCanBeWrittenIsExitCode1) {
  EXPECT_EQ(code_of({"man", "--output", file("file", "text").string()}), 1);
  EXPECT_EQ(content(path("file")), "text");
}

// Terminals ------------------------------------------------------------------------------------------

TEST_F(FaceTest, TablesFitTheTerminal) {
  {
    auto store = this->store();
    auto writer = store.begin_write(
        {profile('a'), origin_of("https://" + std::string(60, 'a') + ".test"), hash_of("text"), Scope::global(), ""});
    ASSERT_TRUE(writer && writer->append(bytes_of("text")) && writer->close());
  }
  const auto widest = [&](const std::vector<std::string>& arguments, const std::string& columns) {
    std::size_t most = 0;
    for (const std::string& line :
         lines_of(cos(arguments, {.environment = {"COLUMNS=" + columns}, .on_terminal = true}).out)) {
      most = std::max(most, width_of(line));
    }
    return most;
  };
  EXPECT_EQ(widest({"ls"}, "80"), 80U);
  EXPECT_EQ(widest({"ls"}, "100"), 100U);
  EXPECT_LE(widest({"config", "list"}, "80"), 80U);
  EXPECT_GT(widest({"ls"}, "200"), 100U) << "what fits is not cut";
  EXPECT_TRUE(mentions(cos({"ls"}, {.environment = {"COLUMNS=80"}, .on_terminal = true}).out, "…"));
}

TEST_F(FaceTest, WhatIsNoTerminalGetsEverything) {
  const Finished piped = cos({"config", "list"}, {.environment = {"COLUMNS=40"}});
  EXPECT_FALSE(mentions(piped.out, "…"));
  EXPECT_TRUE(mentions(piped.out, "The store never grows beyond this, whatever the disk"));
}

TEST_F(FaceTest, DoctorsSentencesAreWrappedBetweenWords) {
  const Finished narrow = cos({"doctor"}, {.environment = {"COLUMNS=40", "NO_COLOR=1"}, .on_terminal = true});
  std::size_t wrapped = 0;
  for (const std::string& line : lines_of(narrow.out)) {
    const bool one_word = line.size() > 6 && line.find(' ', 6) == std::string::npos;
    EXPECT_TRUE(width_of(line) <= 40U || one_word) << line;
    wrapped += line.starts_with("      ") ? 1U : 0U;
  }
  EXPECT_GT(wrapped, 4U);
}

}  // namespace
}  // namespace libcos
