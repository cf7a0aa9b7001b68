#include "cli/parser.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/app.h"

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

// CLI11 takes "[a,b]" for a list of a and b wherever several values may stand, and nothing tells it not to. Such an
// argument ends, for CLI11, in what no argument of a process can have in it.
constexpr char kAsItIs = '\0';

std::string marked(std::string argument) {
  if (argument.ends_with(']')) {
    argument += kAsItIs;
  }
  return argument;
}

std::string unmarked(std::string value) {
  if (value.ends_with(kAsItIs)) {
    value.pop_back();
  }
  return value;
}

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

Option Option::required() const {
  option_->required();
  return *this;
}

Option Option::choices(std::vector<std::string> values) const {
  option_->check(CLI::IsMember(std::move(values)));
  return *this;
}

Option Option::default_shown() const {
  option_->capture_default_str();
  return *this;
}

Option Option::default_shown(const std::string& text) const {
  option_->default_str(text);
  return *this;
}

Option Option::delimiter(char character) const {
  option_->delimiter(character);
  return *this;
}

Option Option::not_empty() const {
  option_->check([](const std::string& value) { return value.empty() ? std::string("it is empty") : std::string(); },
                 "");
  return *this;
}

Option Option::one_value_each() const {
  option_->allow_extra_args(false);
  return *this;
}

Option Option::excludes(Option other) const {
  option_->excludes(other.option_);
  return *this;
}

Command Command::add_command(const std::string& name, const std::string& help) const {
  return Command(command_->add_subcommand(name, help));
}

void Command::require_command() const { command_->require_subcommand(1); }

Option Command::add_option(const std::string& names, std::string& value, const std::string& help) const {
  return Option(command_->add_option(names, value, help)->transform(unmarked));
}

Option Command::add_option(const std::string& names, std::size_t& value, const std::string& help) const {
  return Option(command_->add_option(names, value, help));
}

Option Command::add_option(const std::string& names, std::vector<std::string>& values, const std::string& help) const {
  return Option(command_->add_option(names, values, help)->transform(unmarked));
}

Option Command::add_flag(const std::string& names, bool& value, const std::string& help) const {
  return Option(command_->add_flag(names, value, help));
}

void Command::set_footer(const std::string& text) const { command_->footer(text); }

void Command::when_chosen(std::function<void()> chosen) const { command_->final_callback(std::move(chosen)); }

std::string Command::name() const { return command_->get_name(); }

std::vector<Command> Command::commands() const {
  std::vector<Command> all;
  for (CLI::App* command : command_->get_subcommands([](CLI::App*) { return true; })) {
    all.push_back(Command(command));
  }
  return all;
}

CommandModel Command::model() const { return model_below(*command_, {}); }

Parser::Parser(const std::string& name, const std::string& description, const std::string& version)
    : root_(std::make_unique<CLI::App>(description, name)) {
  root_->set_version_flag("--version", version);
  root_->require_subcommand(0, 1);
}

Parser::~Parser() = default;

Command Parser::root() const { return Command(root_.get()); }

void Parser::set_overview(const std::string& text) {
  root_->formatter_fn([text](const CLI::App*, const std::string&, CLI::AppFormatMode) { return text; });
}

std::optional<int> Parser::parse(int argc, const char* const* argv) {
  try {
    std::vector<std::string> last_first;
    for (int i = argc - 1; i > 0; --i) {
      last_first.push_back(marked(argv[i]));
    }
    root_->parse(std::move(last_first));
  } catch (const CLI::ParseError& error) {
    return root_->exit(error) == 0 ? kDone : kUsage;
  }
  return std::nullopt;
}

}  // namespace libcos::cli
