// What shells are told to complete the commands of cos.
#pragma once

#include <string>

#include "cli/command_model.h"

namespace libcos::cli {

std::string bash_completions(const CommandModel& cos);
std::string zsh_completions(const CommandModel& cos);
std::string fish_completions(const CommandModel& cos);

}  // namespace libcos::cli
