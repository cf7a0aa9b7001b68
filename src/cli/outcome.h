// The end of a command that could do a part: what was found or done is no less true for what failed later.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/app.h"

namespace libcos::cli {

// Says what was done, `done` as JSON or by `print`; and then, besides, what kept the rest from being done. Returns the
// worse exit code of `code` and the error's.
int report_done(const App& app, nlohmann::ordered_json done, const std::function<void()>& print, int code,
                const Status& rest);

// A browser that failed keeps no other from its turn: told at once, or in `failed` to programs.
void report_browser(const App& app, const std::string& browser, const Error& error, nlohmann::ordered_json& failed);

}  // namespace libcos::cli
