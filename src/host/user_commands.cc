#include "host/user_commands.h"

#include <algorithm>
#include <array>
#include <utility>

#include "host/user_activity.h"
#include "host/user_entries.h"
#include "host/user_lists.h"
#include "host/user_settings.h"
#include "host/user_transfers.h"
#include "host/user_values.h"

namespace libcos {
namespace {

using nlohmann::json;
using Command = Result<json> (*)(const UserCommandContext&, const json&);

constexpr std::array<std::pair<std::string_view, Command>, 23> kCommands{{
    {"ui.entries", user::entries},
    {"ui.origins", user::origins},
    {"ui.entry", user::entry},
    {"ui.remove", user::remove},
    {"ui.pin", user::pin},
    {"ui.verify", user::verify},
    {"ui.clear", user::clear},
    {"ui.settings", user::settings},
    {"ui.set", user::set},
    {"ui.effect", user::effect},
    {"ui.totals", user::totals},
    {"ui.list", user::list},
    {"ui.list.update", user::update_list},
    {"ui.sites", user::sites},
    {"ui.site", user::site},
    {"ui.decide", user::decide},
    {"ui.activity", user::activity},
    {"ui.activity.forget", user::forget_activity},
    {"ui.why", user::why},
    {"ui.add", user::add},
    {"ui.add.close", user::close_add},
    {"ui.add.abort", user::abort_add},
    {"ui.read", user::read},
}};

}  // namespace

bool is_user_command(std::string_view command) {
  return std::any_of(kCommands.begin(), kCommands.end(), [&](const auto& known) { return known.first == command; });
}

Result<json> run_user_command(const UserCommandContext& context, std::string_view command, const json& request) {
  for (const auto& [name, run] : kCommands) {
    if (name == command) {
      return run(context, request);
    }
  }
  return malformed("There is no such command.");
}

}  // namespace libcos
