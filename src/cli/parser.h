// The parser of the command line, as the commands see it. Only parser.cc includes CLI11, which is made of headers that
// take longer to compile than a command does.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_model.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace libcos::cli {

// An option or a positional argument of a command. A view, as Command is: valid as long as its Parser.
class Option {
 public:
  Option required() const;
  // The value must be one of these; they stand in the help.
  Option choices(std::vector<std::string> values) const;
  // The help shows the value that the variable has now, or `text`, as the default.
  Option default_shown() const;
  Option default_shown(const std::string& text) const;
  // One value may hold several, with this character between them.
  Option delimiter(char character) const;
  // An empty value, such as that of a shell's variable that is not set, is wrong usage.
  Option not_empty() const;
  // An option that may come several times has one value each time: what follows is another argument.
  Option one_value_each() const;
  // Both together are wrong usage.
  Option excludes(Option other) const;

 private:
  friend class Command;
  explicit Option(CLI::Option* option) : option_(option) {}

  CLI::Option* option_;
};

// A command to which commands and options are added.
class Command {
 public:
  Command add_command(const std::string& name, const std::string& help) const;
  // Being called without a command below it is wrong usage.
  void require_command() const;

  // `names`: "-o,--output", or a word for a positional argument. Values go to the variable when the line is parsed; it
  // must live until then.
  Option add_option(const std::string& names, std::string& value, const std::string& help = "") const;
  Option add_option(const std::string& names, std::size_t& value, const std::string& help = "") const;
  Option add_option(const std::string& names, std::vector<std::string>& values, const std::string& help = "") const;
  Option add_flag(const std::string& names, bool& value, const std::string& help) const;
  // What stands below the options in the command's help.
  void set_footer(const std::string& text) const;

  // Calls `chosen` when the line was parsed and is this command's.
  void when_chosen(std::function<void()> chosen) const;

  std::string name() const;
  std::vector<Command> commands() const;
  // The command and all below it.
  CommandModel model() const;

 private:
  friend class Parser;
  explicit Command(CLI::App* command) : command_(command) {}

  CLI::App* command_;
};

class Parser {
 public:
  // `version` is printed for --version.
  Parser(const std::string& name, const std::string& description, const std::string& version);
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // The executable's own command, to which all others are added.
  Command root() const;
  // What --help says without a command.
  void set_overview(const std::string& text);

  // Returns an exit code when there is nothing to run: help was asked for, or the usage was wrong, and the user has
  // been told.
  std::optional<int> parse(int argc, const char* const* argv);

 private:
  std::unique_ptr<CLI::App> root_;
};

}  // namespace libcos::cli
