// What happened in the store lately, as the extension's own pages show it: see user_commands.h.
#pragma once

#include <nlohmann/json.hpp>

#include "host/user_commands.h"

namespace libcos::user {

Result<nlohmann::json> activity(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> forget_activity(const UserCommandContext& context, const nlohmann::json& request);

}  // namespace libcos::user
