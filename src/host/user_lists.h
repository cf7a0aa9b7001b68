// What is in the store, for the extension's own pages: see user_commands.h.
#pragma once

#include <nlohmann/json.hpp>

#include "host/user_commands.h"

namespace libcos::user {

Result<nlohmann::json> entries(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> origins(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> totals(const UserCommandContext& context, const nlohmann::json& request);

}  // namespace libcos::user
