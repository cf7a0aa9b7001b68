#include "cli/completions.h"

#include <algorithm>
#include <string_view>

namespace libcos::cli {
namespace {

// What is read last comes first; a shell need not be slow because a store is large.
constexpr std::string_view kHashes =
    R"x(ls --json --limit 300 2>/dev/null | sed -n 's/^ *"value": "\([0-9a-f]*\)".*/\1/p')x";
constexpr std::string_view kSettings = R"x(config list --json 2>/dev/null | sed -n 's/^ *"key": "\([^"]*\)".*/\1/p')x";

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : between) + word;
  }
  return text;
}

std::vector<std::string> option_names(const CommandModel& command) {
  std::vector<std::string> names;
  for (const OptionModel& option : command.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

std::vector<std::string> command_names(const CommandModel& command) {
  std::vector<std::string> names;
  for (const CommandModel& below : command.commands) {
    names.push_back(below.words.back());
  }
  return names;
}

// Names of hashes and settings are asked of cos itself, the one that is being typed.
std::string candidates(const OptionModel& option, std::string_view cos) {
  switch (option.value) {
    case ValueKind::kChoice:
      return joined(option.choices, " ");
    case ValueKind::kHash:
      return "$(" + std::string(cos) + " " + std::string(kHashes) + ")";
    case ValueKind::kSetting:
      return "$(" + std::string(cos) + " " + std::string(kSettings) + ")";
    default:
      return "";
  }
}

// `case` patterns for "COMMAND WORD" of all commands: how far the command has been typed.
std::string known_commands(const CommandModel& cos) {
  std::vector<std::string> patterns;
  for (const CommandModel* command : all_of(cos)) {
    for (const std::string& name : command_names(*command)) {
      patterns.push_back("\"" + words_of(*command) + " " + name + "\"");
    }
  }
  return joined(patterns, " | ");
}

std::string bash_value(const CommandModel& command, const OptionModel& option) {
  std::vector<std::string> patterns;
  for (const std::string& name : option.names) {
    patterns.push_back("\"" + words_of(command) + " " + name + "\"");
  }
  const std::string words = candidates(option, "\"$cos\"");
  std::string action;
  if (!words.empty()) {
    action = R"(mapfile -t COMPREPLY < <(compgen -W ")" + words + R"(" -- "$cur"))";
  } else if (option.value == ValueKind::kDirectory) {
    action = "mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")";
  } else if (option.value == ValueKind::kFile) {
    action = "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")";
  } else {
    action = "compopt +o default 2>/dev/null";
  }
  return "    " + joined(patterns, " | ") + ")\n      " + action + "\n      return\n      ;;\n";
}

std::string bash_words(const CommandModel& command) {
  std::string words = joined(command_names(command), " ");
  for (const OptionModel& positional : command.positionals) {
    words += candidates(positional, "\"$cos\"");
  }
  return "    \"" + words_of(command) + "\")\n      options=\"" + joined(option_names(command), " ") +
         "\"\n      [[ $cur == -* ]] || words=\"" + words + "\"\n      ;;\n";
}

// In single quotes, for zsh and fish.
std::string in_quotes(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '\\'), text.end());
  std::replace(text.begin(), text.end(), '\'', '`');
  return "'" + text + "'";
}

std::string zsh_item(const std::string& name, const std::string& description) {
  std::string text = name + ":";
  for (const char c : description) {
    text += c == ':' ? std::string(";") : std::string(1, c);
  }
  return " " + in_quotes(text);
}

std::string zsh_values(const OptionModel& option) {
  const std::string words = candidates(option, "\"${words[1]}\"");
  if (option.value == ValueKind::kChoice) {
    return "compadd -- " + words;
  }
  return words.empty() ? "_files" : "compadd -- ${(f)\"" + words + "\"}";
}

std::string zsh_command(const CommandModel& command) {
  std::string text = "    (\"" + words_of(command) + "\")\n      items=(";
  for (const OptionModel& option : command.options) {
    for (const std::string& name : option.names) {
      text += zsh_item(name, option.description);
    }
  }
  text += ")\n      if [[ $PREFIX == -* ]]; then _describe -o option items; return; fi\n";
  if (!command.commands.empty()) {
    text += "      items=(";
    for (const CommandModel& below : command.commands) {
      text += zsh_item(below.words.back(), below.description);
    }
    text += ")\n      _describe command items\n";
  }
  for (const OptionModel& positional : command.positionals) {
    text += "      " + zsh_values(positional) + "\n";
  }
  return text + "      ;;\n";
}

// Whether this command has been typed, and none below it.
std::string fish_condition(const CommandModel& command) {
  std::string text;
  for (const std::string& word : command.words) {
    text += (text.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + word);
  }
  if (!command.commands.empty()) {
    const std::string none = "not __fish_seen_subcommand_from " + joined(command_names(command), " ");
    text += text.empty() ? none : "; and " + none;
  }
  return in_quotes(text);
}

std::string fish_option(const std::string& start, const OptionModel& option) {
  std::string line = start;
  for (const std::string& name : option.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (option.value != ValueKind::kNone) {
    const bool files = option.value == ValueKind::kFile || option.value == ValueKind::kDirectory;
    line += files ? " -r -F" : " -x";
  }
  if (option.value == ValueKind::kChoice) {
    line += " -a " + in_quotes(candidates(option, "cos"));
  }
  return line + " -d " + in_quotes(option.description) + "\n";
}

std::string fish_command(const CommandModel& command) {
  const std::string start = "complete -c cos -n " + fish_condition(command);
  std::string text;
  for (const OptionModel& option : command.options) {
    text += fish_option(start, option);
  }
  for (const CommandModel& below : command.commands) {
    text += start + " -a " + below.words.back() + " -d " + in_quotes(below.description) + "\n";
  }
  for (const OptionModel& positional : command.positionals) {
    if (positional.value == ValueKind::kHash) {
      text += start + " -a \"(__cos_hashes)\"\n";
    } else if (positional.value == ValueKind::kSetting) {
      text += start + " -a \"(__cos_settings)\"\n";
    } else if (positional.value == ValueKind::kFile) {
      text += start + " -F\n";
    } else if (positional.value == ValueKind::kChoice) {
      text += start + " -a " + in_quotes(candidates(positional, "cos")) + "\n";
    }
  }
  return text;
}

}  // namespace

std::string bash_completions(const CommandModel& cos) {
  std::string text = R"(# Completion of cos for bash. Made by `cos completions bash`.
_cos() {
  local cos=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]} command="" options="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command ${COMP_WORDS[i]}" in
)";
  text += "      " + known_commands(cos) + ") command=\"${command:+$command }${COMP_WORDS[i]}\" ;;\n    esac\n  done\n";
  text += "  case \"$command ${COMP_WORDS[COMP_CWORD - 1]}\" in\n";
  for (const CommandModel* command : all_of(cos)) {
    for (const OptionModel& option : command->options) {
      text += option.value == ValueKind::kNone ? "" : bash_value(*command, option);
    }
  }
  text += "  esac\n  case $command in\n";
  for (const CommandModel* command : all_of(cos)) {
    text += bash_words(*command);
  }
  return text + R"(  esac
  if [[ $cur == -* ]]; then
    words=$options
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -F _cos cos
)";
}

std::string zsh_completions(const CommandModel& cos) {
  std::string text = R"(#compdef cos
# Completion of cos for zsh. Made by `cos completions zsh`.
_cos() {
  local command="" i
  local -a items
  for ((i = 2; i < CURRENT; i++)); do
    case "$command ${words[i]}" in
)";
  text += "      (" + known_commands(cos) + ") command=\"${command:+$command }${words[i]}\" ;;\n    esac\n  done\n";
  text += "  case \"$command ${words[CURRENT - 1]}\" in\n";
  for (const CommandModel* command : all_of(cos)) {
    for (const OptionModel& option : command->options) {
      std::vector<std::string> patterns;
      for (const std::string& name : option.names) {
        patterns.push_back("\"" + words_of(*command) + " " + name + "\"");
      }
      if (option.value != ValueKind::kNone) {
        text += "    (" + joined(patterns, " | ") + ") " + zsh_values(option) + "; return ;;\n";
      }
    }
  }
  text += "  esac\n  case $command in\n";
  for (const CommandModel* command : all_of(cos)) {
    text += zsh_command(*command);
  }
  return text + R"(  esac
}
if [[ ${funcstack[1]} == _cos ]]; then
  _cos "$@"
else
  compdef _cos cos
fi
)";
}

std::string fish_completions(const CommandModel& cos) {
  std::string text = "# Completion of cos for fish. Made by `cos completions fish`.\n";
  text += "function __cos_hashes; cos " + std::string(kHashes) + "; end\n";
  text += "function __cos_settings; cos " + std::string(kSettings) + "; end\n";
  text += "complete -c cos -f\n";
  for (const CommandModel* command : all_of(cos)) {
    text += fish_command(*command);
  }
  return text;
}

}  // namespace libcos::cli
