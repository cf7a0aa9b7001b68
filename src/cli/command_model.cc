#include "cli/command_model.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace libcos::cli {
namespace {

// Names mean the same in all commands.
constexpr std::array<std::pair<std::string_view, ValueKind>, 9> kKinds{{
    {"hash", ValueKind::kHash},
    {"hashes", ValueKind::kHash},
    {"key", ValueKind::kSetting},
    {"files", ValueKind::kFile},
    {"out", ValueKind::kFile},
    {"--output", ValueKind::kFile},
    {"--from", ValueKind::kFile},
    {"--from-list", ValueKind::kFile},
    {"--user-data-dir", ValueKind::kDirectory},
}};

// IsMember() tells what it accepts in the name of the type: "TEXT:{read,size}".
std::vector<std::string> choices_in(const std::string& type) {
  std::vector<std::string> choices;
  const std::size_t open = type.find('{');
  const std::size_t close = type.find('}', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) {
    return choices;
  }
  for (std::size_t begin = open + 1; begin < close;) {
    const std::size_t end = std::min(type.find(',', begin), close);
    choices.push_back(type.substr(begin, end - begin));
    begin = end + 1;
  }
  return choices;
}

OptionModel model_of(const CLI::Option& option) {
  OptionModel model;
  if (option.get_positional() && !option.nonpositional()) {
    model.names = {option.get_name(true)};
  } else {
    for (const std::string& name : option.get_snames()) {
      model.names.push_back("-" + name);
    }
    for (const std::string& name : option.get_lnames()) {
      model.names.push_back("--" + name);
    }
  }
  model.description = option.get_description();
  model.required = option.get_required();
  model.several = option.get_expected_max() > 1;
  if (option.get_expected_max() == 0) {
    return model;  // a switch
  }
  model.fallback = option.get_default_str();
  model.value = ValueKind::kText;
  model.choices = choices_in(option.get_type_name());
  if (!model.choices.empty()) {
    model.value = ValueKind::kChoice;
    return model;
  }
  for (const auto& [name, kind] : kKinds) {
    if (std::find(model.names.begin(), model.names.end(), name) != model.names.end()) {
      model.value = kind;
    }
  }
  return model;
}

CommandModel model_below(const CLI::App& parser, std::vector<std::string> words) {
  CommandModel model{std::move(words), parser.get_description(), {}, {}, {}};
  for (const CLI::Option* option : parser.get_options()) {
    const bool positional = option->get_positional() && !option->nonpositional();
    (positional ? model.positionals : model.options).push_back(model_of(*option));
  }
  for (const CLI::App* command : parser.get_subcommands([](const CLI::App*) { return true; })) {
    std::vector<std::string> longer = model.words;
    longer.push_back(command->get_name());
    model.commands.push_back(model_below(*command, std::move(longer)));
  }
  return model;
}

}  // namespace

CommandModel model_of(const CLI::App& parser) { return model_below(parser, {}); }

std::string words_of(const CommandModel& command) {
  std::string text;
  for (const std::string& word : command.words) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

std::vector<const CommandModel*> all_of(const CommandModel& command) {
  std::vector<const CommandModel*> all{&command};
  for (const CommandModel& below : command.commands) {
    const auto more = all_of(below);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace libcos::cli
