#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include "base/try.h"
#include "cli/app.h"
#include "cli/output.h"
#include "cli/places.h"
#include "host/browsers.h"

namespace libcos::cli {
namespace {

namespace fs = std::filesystem;

struct Target {
  std::string browser;
  fs::path directory;
};

struct Options {
  std::vector<std::string> browsers;
  std::string user_data_dir;
};

std::vector<Target> all_targets(bool only_present) {
  std::vector<Target> targets;
  for (const Browser& browser : known_browsers()) {
    std::error_code error;
    const fs::path directory = user_data_directory(browser);
    if (!only_present || fs::is_directory(directory, error)) {
      targets.push_back({std::string(browser.title), directory});
    }
  }
  return targets;
}

Result<std::vector<Target>> targets_of(const Options& options, bool only_present) {
  if (!options.user_data_dir.empty()) {
    return std::vector<Target>{{"this profile tree", fs::absolute(options.user_data_dir)}};
  }
  std::vector<Target> targets;
  for (const std::string& name : options.browsers) {
    if (name == "all") {
      return all_targets(only_present);
    }
    const Browser* browser = find_browser(name);
    if (browser == nullptr) {
      std::string known = "all";
      for (const Browser& candidate : known_browsers()) {
        known += ", " + std::string(candidate.name);
      }
      return fail(ErrorCode::kType, "There is no browser '" + name + "'.", "Known: " + known + ".");
    }
    targets.push_back({std::string(browser->title), user_data_directory(*browser)});
  }
  return targets;
}

Result<int> install(const App& app, const Options& options) {
  COS_TRY(const auto targets, targets_of(options, true));
  if (targets.empty()) {
    return fail(ErrorCode::kNotFound, "No Chromium-based browser has a profile here.",
                "Start the browser once, or name it: `cos install --browser chromium`.");
  }
  COS_TRY(const fs::path executable, own_executable());
  nlohmann::ordered_json done = nlohmann::ordered_json::array();
  for (const Target& target : targets) {
    COS_CHECK(write_host_manifest(target.directory, executable));
    done.push_back({{"browser", target.browser}, {"manifest", host_manifest_path(target.directory).string()}});
    if (!app.json) {
      std::printf("%s  %s\n", paint("registered", Color::kGreen, stdout).c_str(), target.browser.c_str());
    }
  }
  const fs::path extension = extension_directory(executable);
  if (app.json) {
    print_json({{"registered", done}, {"executable", executable.string()}, {"extension", extension.string()}});
  } else if (!extension.empty()) {
    std::printf(
        "\nNow add the extension: open chrome://extensions, switch on Developer mode, choose\n"
        "\"Load unpacked\" and this directory:\n  %s\nThen `cos doctor` says whether all is well.\n",
        extension.c_str());
  }
  return kDone;
}

Result<int> uninstall(const App& app, const Options& options) {
  COS_TRY(const auto targets, targets_of(options, false));
  nlohmann::ordered_json done = nlohmann::ordered_json::array();
  for (const Target& target : targets) {
    COS_TRY(const bool removed, remove_host_manifest(target.directory));
    if (removed) {
      done.push_back(target.browser);
      if (!app.json) {
        std::printf("removed from  %s\n", target.browser.c_str());
      }
    }
  }
  if (app.json) {
    print_json({{"removed", done}, {"store", default_store_directory().string()}});
  } else {
    std::printf("%sWhat was stored is kept in %s.\n", done.empty() ? "It was registered nowhere. " : "",
                default_store_directory().c_str());
  }
  return kDone;
}

void add_options(CLI::App* command, Options& options) {
  command->add_option("--browser", options.browsers, "chromium, chrome, edge, brave, vivaldi, opera, … or all")
      ->default_val(std::vector<std::string>{"all"})
      ->default_str("all");
  command->add_option("--user-data-dir", options.user_data_dir, "Only for the profiles below this directory");
}

}  // namespace

void add_install(CLI::App& parser, App& app) {
  auto options = std::make_shared<Options>();
  const auto bind = [&app, options](Result<int> (*body)(const App&, const Options&)) {
    return [&app, options, body] {
      const Result<int> code = body(app, *options);
      return code ? *code : report(app, code.error());
    };
  };
  add_options(add_command(parser, app, "install", "Let browsers start cos (for this user)", bind(install)), *options);
  add_options(add_command(parser, app, "uninstall", "Undo install; stored files are kept", bind(uninstall)), *options);
}

}  // namespace libcos::cli
