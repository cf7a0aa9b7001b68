#include "cli/help.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace libcos::cli {
namespace {

constexpr std::array<Example, 42> kExamples{{
    {"install", "cos install --browser chromium"},
    {"uninstall", "cos uninstall"},
    {"uninstall", "cos uninstall --purge"},
    {"doctor", "cos doctor"},
    {"ls", "cos ls --sort size --limit 10"},
    {"ls", "cos ls --by-site"},
    {"stat", "cos stat 1a153a"},
    {"add", "cos add model.onnx"},
    {"add", "cos add --origins https://app.example model.onnx"},
    {"get", "cos get 1a153a -o model.onnx"},
    {"get", "cos get 1a153a -o - --range 0-1023 | xxd"},
    {"rm", "cos rm 1a153a"},
    {"verify", "cos verify"},
    {"repair", "cos repair --adopt"},
    {"pin", "cos pin 1a153a"},
    {"unpin", "cos unpin 1a153a"},
    {"clear", "cos clear example.com"},
    {"clear", "cos clear --all --yes"},
    {"evict", "cos evict --to 20GiB --dry-run"},
    {"top", "cos top"},
    {"history", "cos history 1a153a"},
    {"activity", "cos activity --limit 200"},
    {"activity", "cos activity --erase"},
    {"why", "cos why 1a153a --origin https://app.example"},
    {"sites", "cos sites list"},
    {"sites list", "cos sites list"},
    {"sites allow", "cos sites allow example.com"},
    {"sites block", "cos sites block example.com"},
    {"sites forget", "cos sites forget example.com"},
    {"config", "cos config list"},
    {"config list", "cos config list"},
    {"config get", "cos config get budget.percent"},
    {"config set", "cos config set write.limit 4GiB"},
    {"phl", "cos phl status"},
    {"phl status", "cos phl status"},
    {"phl sections", "cos phl sections"},
    {"phl check", "cos phl check 1a153a"},
    {"phl update", "cos phl update --from https://lists.example/phl.txt"},
    {"phl build", "cos phl build list.txt models/ --version 2026-11"},
    {"completions", "cos completions bash > ~/.local/share/bash-completion/completions/cos"},
    {"man", "cos man --output ~/.local/share/man/man1"},
    {"host", "cos host  (a browser does it)"},
}};

// Commands that share a line of the overview.
struct Pair {
  std::string_view first;
  std::string_view second;
  std::string_view description;
};
constexpr std::array<Pair, 3> kPairs{{
    {"install", "uninstall", "Let browsers start cos (for this user), or no more"},
    {"pin", "unpin", "Keep entries, however full the store is, or no more"},
    {"completions", "man", "What your shell needs to complete cos; manual pages"},
}};

std::string overview(const CommandModel& cos) {
  constexpr std::size_t kColumn = 20;
  std::string text = "Usage: cos COMMAND [OPTIONS], cos COMMAND --help, cos --version\n";
  for (const CommandModel& command : cos.commands) {
    std::string name = words_of(command);
    std::string description = command.description;
    // What only browsers call has a manual page.
    if (name == "host" || std::any_of(kPairs.begin(), kPairs.end(), [&](const Pair& p) { return p.second == name; })) {
      continue;
    }
    for (const Pair& pair : kPairs) {
      if (pair.first == name) {
        name += ", " + std::string(pair.second);
        description = pair.description;
      }
    }
    const std::string padding(kColumn - std::min(kColumn, name.size()), ' ');
    text.append("  ").append(name).append(padding).append(description).append("\n");
  }
  return text + std::string(kWhereTheStoreIs) + "\n" + std::string(kExitCodes) + "\n";
}

void add_examples(Command command, const std::string& words) {
  std::string footer;
  for (const Example& example : kExamples) {
    if (example.command == words) {
      footer += std::string(footer.empty() ? "Example: " : "\n         ") + std::string(example.line);
    }
  }
  command.set_footer(footer);
  for (const Command below : command.commands()) {
    add_examples(below, words + (words.empty() ? "" : " ") + below.name());
  }
}

}  // namespace

const char* const kWelcome = R"(cos keeps one copy of files that websites share: AI models, runtimes, libraries.

  cos install          let your browsers use the store
  cos doctor           see whether all is well, and how to mend what is not
  cos ls               what is stored, by whom, how large
  cos stat HASH        all about one entry
  cos add FILE         put a file into the store by hand
  cos get HASH -o FILE take a file out of the store
  cos rm HASH          delete an entry
  cos verify           read everything again and check it
  cos repair           mend a damaged store, and say what to download again
  cos why HASH --origin ORIGIN   why a site finds an entry, or does not
  cos history HASH     who stored it, who read it
  cos activity         what sites stored and asked for lately
  cos clear SITE       forget a site
  cos phl status       the list of files that sites may share, and its age
  cos config list      limits and switches

cos --help shows everything, cos COMMAND --help the options of a command.
)";

std::span<const Example> examples() { return kExamples; }

void finish_help(Parser& parser) {
  add_examples(parser.root(), "");
  parser.set_overview(overview(parser.root().model()));
}

}  // namespace libcos::cli
