#include "cli/browser_targets.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/try.h"
#include "cli/places.h"

namespace libcos::cli {
namespace {

namespace fs = std::filesystem;

std::vector<BrowserTarget> all_targets(bool only_present) {
  std::vector<BrowserTarget> targets;
  for (const Browser& browser : known_browsers()) {
    std::error_code error;
    const fs::path directory = user_data_directory(browser);
    if (!only_present || fs::is_directory(directory, error)) {
      targets.push_back({std::string(browser.title), directory, &browser});
    }
  }
  return targets;
}

}  // namespace

bool means_all(const BrowserOptions& options) {
  return options.user_data_dir.empty() &&
         std::find(options.browsers.begin(), options.browsers.end(), "all") != options.browsers.end();
}

Result<std::vector<BrowserTarget>> targets_of(const BrowserOptions& options, bool only_present) {
  if (!options.user_data_dir.empty()) {
    COS_TRY(fs::path directory, absolute_path(options.user_data_dir));
    return std::vector<BrowserTarget>{{"this profile tree", std::move(directory), nullptr}};
  }
  if (means_all(options)) {
    return all_targets(only_present);
  }
  std::vector<BrowserTarget> targets;
  for (const std::string& name : options.browsers) {
    const Browser* browser = find_browser(name);
    if (browser == nullptr) {
      std::string known = "all";
      for (const Browser& candidate : known_browsers()) {
        known += ", " + std::string(candidate.name);
      }
      return fail(ErrorCode::kType, "There is no browser '" + name + "'.", "Known: " + known + ".");
    }
    targets.push_back({std::string(browser->title), user_data_directory(*browser), browser});
  }
  return targets;
}

void add_browser_options(Command command, BrowserOptions& options) {
  command.add_option("--browser", options.browsers, "chromium, chrome, edge, brave, vivaldi, opera, … or all")
      .default_shown("all");
  command.add_option("--user-data-dir", options.user_data_dir, "Only for the profiles below this directory")
      .not_empty();
}

}  // namespace libcos::cli
