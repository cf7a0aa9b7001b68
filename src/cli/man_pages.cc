#include "cli/man_pages.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <string_view>
#include <utility>

#include "cli/help.h"
#include "cos/version.h"

namespace libcos::cli {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 5> kCodes{{{"0", "Done."},
                                      {"1", "Failed; or something is bad, for cos doctor."},
                                      {"2", "Wrong usage: an unknown option, something that is no hash."},
                                      {"3", "Nothing was found."},
                                      {"4", "Damaged data was found."}}};

constexpr std::array<Pair, 5> kVariables{
    {{"COS_HOME", "The directory of the store."},
     {"XDG_DATA_HOME", "Without COS_HOME, the store is its directory cos; default: ~/.local/share."},
     {"XDG_CONFIG_HOME", "Where browsers keep their profiles; default: ~/.config."},
     {"NO_COLOR", "When set, nothing is coloured."},
     {"COLUMNS", "The width of the terminal, when the terminal does not say it right."}}};

constexpr std::array<Pair, 5> kFiles{
    {{"~/.local/share/cos/store.db", "What is known about the entries: the registry."},
     {"~/.local/share/cos/blobs/", "The entries' bytes, one file each, never changed."},
     {"~/.local/share/cos/quarantine/", "Files that were damaged or belonged to no entry."},
     {"~/.local/share/cos/phl/", "The installed Public Hash List."},
     {"~/.config/BROWSER/NativeMessagingHosts/dev.cos.host.json", "Lets a browser start cos; cos install writes it."}}};

std::string escaped(std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("…")) {
      all += "...";
      i += std::string_view("…").size() - 1;
    } else if (text[i] == '\\') {
      all += "\\e";
    } else if (text[i] == '-') {
      all += "\\-";
    } else if (text[i] == '\'') {
      all += "\\(aq";
    } else {
      all += text[i];
    }
  }
  return all.starts_with('.') ? "\\&" + all : all;
}

std::string bold(std::string_view text) { return "\\fB" + escaped(text) + "\\fR"; }

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string with_stop(const std::string& text) { return text.empty() || text.back() == '.' ? text : text + "."; }

std::string item(const std::string& head, std::string_view text) {
  return ".TP\n" + head + "\n" + escaped(text) + "\n";
}

std::string list(std::span<const Pair> pairs) {
  std::string text;
  for (const auto& [head, words] : pairs) {
    text += item(bold(head), words);
  }
  return text;
}

std::string value_of(const OptionModel& option) {
  if (option.value == ValueKind::kNone) {
    return "";
  }
  const std::string& longest = option.names.back();
  return upper(longest.substr(std::min(longest.find_first_not_of('-'), longest.size())));
}

std::string option_item(const OptionModel& option) {
  std::string head;
  for (const std::string& name : option.names) {
    head += (head.empty() ? "" : ", ") + bold(name);
  }
  const std::string value = value_of(option);
  head += value.empty() ? "" : " \\fI" + escaped(value) + "\\fR";
  std::string text = with_stop(option.description);
  if (!option.choices.empty()) {
    std::string all;
    for (const std::string& choice : option.choices) {
      all += (all.empty() ? " One of: " : ", ") + choice;
    }
    text += all + ".";
  }
  text += option.fallback.empty() ? "" : " Default: " + option.fallback + ".";
  text += option.required ? " Must be given." : "";
  return item(head, text);
}

std::string_view about(const OptionModel& positional) {
  switch (positional.value) {
    case ValueKind::kHash:
      return "An entry's hash, or at least the first six of its digits, as cos ls prints it.";
    case ValueKind::kSetting:
      return "A setting's name, as cos config list prints it.";
    default:
      return "What it is about.";
  }
}

std::string options_of(const CommandModel& command) {
  std::string text;
  for (const OptionModel& positional : command.positionals) {
    text += item("\\fI" + escaped(upper(positional.names.front())) + "\\fR",
                 positional.description.empty() ? std::string(about(positional)) : with_stop(positional.description));
  }
  for (const OptionModel& option : command.options) {
    text += option_item(option);
  }
  return text;
}

std::string synopsis_of(const CommandModel& command) {
  const std::string words = words_of(command);
  std::string line = ".B cos" + (words.empty() ? "" : " " + escaped(words)) + "\n";
  if (!command.commands.empty()) {
    line += "\\fICOMMAND\\fR\n";
  }
  line += "[\\fIOPTIONS\\fR]\n";
  for (const OptionModel& positional : command.positionals) {
    const std::string name =
        "\\fI" + escaped(upper(positional.names.front())) + "\\fR" + (positional.several ? "..." : "");
    line += positional.required ? name + "\n" : "[" + name + "]\n";
  }
  return line;
}

std::string examples_of(const CommandModel& command) {
  std::string text;
  for (const CommandModel* one : all_of(command)) {
    for (const Example& example : examples()) {
      if (example.command == words_of(*one) && text.find(escaped(example.line) + "\n") == std::string::npos) {
        text += std::string(text.empty() ? "" : ".PP\n") + ".nf\n.RS\n" + escaped(example.line) + "\n.RE\n.fi\n";
      }
    }
  }
  return text;
}

std::string common_sections() {
  return ".SH EXIT STATUS\n" + list(kCodes) + ".SH ENVIRONMENT\n" + list(kVariables) + ".SH FILES\n" + list(kFiles);
}

std::string title(const std::string& name, const std::string& description) {
  return ".TH " + upper(name) + " 1 \"\" \"cos " COS_VERSION "\" \"Cross-Origin Storage\"\n.SH NAME\n" + escaped(name) +
         " \\- " + escaped(description) + "\n.SH SYNOPSIS\n";
}

ManPage page_of(const CommandModel& command) {
  const std::string name = "cos-" + command.words.front();
  std::string text = title(name, command.description);
  text += command.commands.empty() ? synopsis_of(command) : "";
  for (std::size_t i = 0; i < command.commands.size(); ++i) {
    text += (i == 0 ? "" : ".br\n") + synopsis_of(command.commands[i]);
  }
  text += ".SH DESCRIPTION\n" + escaped(with_stop(command.description)) + "\n.SH OPTIONS\n" + options_of(command);
  for (const CommandModel& below : command.commands) {
    text += ".SS " + escaped(words_of(below)) + "\n" + escaped(with_stop(below.description)) + "\n" + options_of(below);
  }
  text += common_sections() + ".SH EXAMPLES\n" + examples_of(command) + ".SH SEE ALSO\n.BR cos (1)\n";
  return {name + ".1", text};
}

ManPage main_page(const CommandModel& cos) {
  std::string text = title("cos", cos.description) + synopsis_of(cos);
  text +=
      ".SH DESCRIPTION\n"
      "cos keeps one copy of each file that websites share, by the hash of its bytes: AI models, runtimes, libraries. "
      "Browsers start it for the extension that gives pages\n.BR navigator.crossOriginStorage .\n"
      "These commands are for the user, who sees and manages what is stored. "
      "Most print JSON for programs when\n.B \\-\\-json\nis given.\n.SH COMMANDS\n";
  for (const CommandModel& command : cos.commands) {
    text += item("\\fBcos\\-" + escaped(command.words.front()) + "\\fR(1)", with_stop(command.description));
  }
  text += ".SH OPTIONS\n" + options_of(cos) + common_sections() + ".SH EXAMPLES\n";
  for (const char* name : {"install", "doctor", "ls", "get"}) {
    const auto found = std::find_if(cos.commands.begin(), cos.commands.end(),
                                    [&](const CommandModel& c) { return c.words.front() == name; });
    text += found == cos.commands.end() ? "" : examples_of(*found);
  }
  return {"cos.1", text};
}

}  // namespace

std::vector<ManPage> man_pages(const CommandModel& cos) {
  std::vector<ManPage> pages{main_page(cos)};
  for (const CommandModel& command : cos.commands) {
    pages.push_back(page_of(command));
  }
  return pages;
}

}  // namespace libcos::cli
