#include "cli/outcome.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace libcos::cli {

int report_done(const App& app, nlohmann::ordered_json done, const std::function<void()>& print, int code,
                const Status& rest) {
  if (app.json) {
    if (!rest) {
      done["error"] = error_json(rest.error());
    }
    print_json(done);
  } else {
    print();
    if (!rest) {
      report(app, rest.error());
    }
  }
  return rest ? code : std::max(code, exit_code(rest.error().code));
}

void report_browser(const App& app, const std::string& browser, const Error& error, nlohmann::ordered_json& failed) {
  failed.push_back({{"browser", browser}, {"error", error_json(error)}});
  if (!app.json) {
    report(app, error);
  }
}

}  // namespace libcos::cli
