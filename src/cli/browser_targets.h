// Which browsers `cos install` and `cos uninstall` are about.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/parser.h"
#include "cos/result.h"
#include "host/browsers.h"

namespace libcos::cli {

struct BrowserOptions {
  std::vector<std::string> browsers{"all"};
  std::string user_data_dir;
};

struct BrowserTarget {
  std::string title;
  std::filesystem::path user_data;
  const Browser* browser;  // null for a directory that the user named
};

// Adds --browser and --user-data-dir.
void add_browser_options(Command command, BrowserOptions& options);

// `only_present`: of "all", those that have a profile. Errors: kType for an unknown browser, those of
// absolute_path().
Result<std::vector<BrowserTarget>> targets_of(const BrowserOptions& options, bool only_present);

// Whether the user has named no browser.
bool means_all(const BrowserOptions& options);

}  // namespace libcos::cli
