// The commands as the parser knows them, for what is made from it: help, shell completions, manual pages.
#pragma once

#include <string>
#include <vector>

namespace libcos::cli {

// What a value is, as far as a shell can help to type it.
enum class ValueKind { kNone, kText, kChoice, kFile, kDirectory, kHash, kSetting };

struct OptionModel {
  std::vector<std::string> names;  // "-o", "--output"; of a positional: its name alone
  std::string description;
  std::string fallback;  // the default; may be empty
  ValueKind value = ValueKind::kNone;
  std::vector<std::string> choices;
  bool required = false;
  bool several = false;
};

struct CommandModel {
  std::vector<std::string> words;  // as typed after "cos": empty for cos itself, {"config", "get"}
  std::string description;
  std::vector<OptionModel> options;
  std::vector<OptionModel> positionals;
  std::vector<CommandModel> commands;
};

// "config get"
std::string words_of(const CommandModel& command);
// The command and all below it.
std::vector<const CommandModel*> all_of(const CommandModel& command);

}  // namespace libcos::cli
