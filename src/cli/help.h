// The words of `cos`, `cos --help` and the examples of every command.
#pragma once

#include <span>
#include <string_view>

#include "cli/parser.h"

namespace libcos::cli {

struct Example {
  std::string_view command;  // "config set"
  std::string_view line;     // as it may be typed
};

std::span<const Example> examples();

inline constexpr std::string_view kExitCodes =
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing found, 4 damaged data.";
inline constexpr std::string_view kWhereTheStoreIs =
    "The store is $COS_HOME, else $XDG_DATA_HOME/cos, else ~/.local/share/cos.";

// What `cos` says without arguments.
extern const char* const kWelcome;

// Gives every command's help its examples, and `cos --help` a form that fits a small screen. To be called when all
// commands are there.
void finish_help(Parser& parser);

}  // namespace libcos::cli
