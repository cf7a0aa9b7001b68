// What a store costs when it is very large, and what is left of a process that has run for a day.
//
//   cos_scale scale [--entries N] [--dir DIR] [--json]     N entries (1000000) beside 1000, in the same run
//   cos_scale soak [--minutes N] [--dir DIR]               a day of mixed operations in N minutes (5)
//   cos_scale large [--gib N] [--dir DIR]                  one file of N GiB (8) through a host, both ways
//   cos_scale library DIR N REALM                          makes the store that scripts/screenshots shows
//
// Exit code 1 when an operation costs more than 1.5 times as much, something leaks, or bytes are wrong.
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "scale/library.h"
#include "scale/population.h"
#include "scale/runs.h"

namespace {

using libcos::scale::Options;

int usage() {
  std::fputs("Usage: cos_scale scale [--entries N] | soak [--minutes N] | large [--gib N]   [--dir DIR] [--json]\n",
             stderr);
  return 2;
}

bool read_number(std::string_view text, std::size_t& number) {
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{} && number > 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  if (arguments.empty()) {
    return usage();
  }
  if (arguments.size() == 3 && arguments[0] == "make") {
    std::size_t entries = 0;
    read_number(arguments[2], entries);
    libcos::scale::populate(arguments[1], entries);
    return 0;
  }
  if (std::size_t entries = 0;
      arguments.size() == 4 && arguments[0] == "library" && read_number(arguments[2], entries)) {
    libcos::scale::populate_library(arguments[1], entries, libcos::scale::need(libcos::Realm::profile(arguments[3])));
    return 0;
  }
  if (std::size_t entries = 0;
      arguments.size() == 3 && arguments[0] == "lookups" && read_number(arguments[2], entries)) {
    return libcos::scale::run_lookups(arguments[1], entries);
  }
  Options options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const bool has_value = i + 1 < arguments.size();
    if (arguments[i] == "--json") {
      options.json = true;
    } else if (arguments[i] == "--dir" && has_value) {
      options.directory = arguments[++i];
    } else if (!((arguments[i] == "--entries" && has_value && read_number(arguments[++i], options.entries)) ||
                 (arguments[i] == "--minutes" && has_value && read_number(arguments[++i], options.minutes)) ||
                 (arguments[i] == "--gib" && has_value && read_number(arguments[++i], options.gib)))) {
      return usage();
    }
  }
  if (arguments[0] == "scale") {
    return libcos::scale::run_scale(options);
  }
  if (arguments[0] == "soak") {
    return libcos::scale::run_soak(options);
  }
  return arguments[0] == "large" ? libcos::scale::run_large(options) : usage();
}
