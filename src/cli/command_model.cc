#include "cli/command_model.h"

namespace libcos::cli {

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
