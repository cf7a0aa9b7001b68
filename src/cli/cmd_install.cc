#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/try.h"
#include "cli/app.h"
#include "cli/browser_targets.h"
#include "cli/outcome.h"
#include "cli/output.h"
#include "cli/places.h"
#include "host/browsers.h"

namespace libcos::cli {
namespace {

namespace fs = std::filesystem;

Result<int> install(const App& app, const BrowserOptions& options) {
  COS_TRY(const auto targets, targets_of(options, true));
  if (targets.empty()) {
    return fail(ErrorCode::kNotFound, "No Chromium-based browser has a profile here.",
                "Start the browser once, or name it: `cos install --browser chromium`.");
  }
  COS_TRY(const fs::path executable, own_executable());
  nlohmann::ordered_json done = nlohmann::ordered_json::array();
  nlohmann::ordered_json failed = nlohmann::ordered_json::array();
  for (const BrowserTarget& target : targets) {
    if (const Status written = write_host_manifest(target.user_data, executable); !written) {
      report_browser(app, target.title, written.error(), failed);
      continue;
    }
    done.push_back({{"browser", target.title}, {"manifest", host_manifest_path(target.user_data).string()}});
    if (!app.json) {
      std::printf("%s  %s\n", paint("registered", Color::kGreen, stdout).c_str(), target.title.c_str());
    }
  }
  const fs::path extension = extension_directory(executable);
  if (app.json) {
    print_json({{"registered", done},
                {"failed", failed},
                {"executable", executable.string()},
                {"extension", extension.string()}});
  } else if (!done.empty() && !extension.empty()) {
    std::printf(
        "\nNow add the extension: open chrome://extensions, switch on Developer mode, choose\n"
        "\"Load unpacked\" and this directory:\n  %s\nThen `cos doctor` says whether all is well.\n",
        extension.c_str());
  }
  return failed.empty() ? kDone : kFailed;
}

}  // namespace

void add_install(Command cos, App& app) {
  auto options = std::make_shared<BrowserOptions>();
  add_browser_options(add_command(cos, app, "install", "Let browsers start cos (for this user)",
                                  [&app, options] {
                                    const Result<int> code = install(app, *options);
                                    return code ? *code : report(app, code.error());
                                  }),
                      *options);
}

}  // namespace libcos::cli
