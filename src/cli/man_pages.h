// The manual, made from what the parser knows.
#pragma once

#include <string>
#include <vector>

#include "cli/command_model.h"

namespace libcos::cli {

struct ManPage {
  std::string file;  // "cos-ls.1"
  std::string text;
};

// cos.1 and one page for each command; commands below a command stand on its page.
std::vector<ManPage> man_pages(const CommandModel& cos);

}  // namespace libcos::cli
