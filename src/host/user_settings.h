// Settings, the Public Hash List and decisions about sites, for the extension's own pages: see user_commands.h.
#pragma once

#include <nlohmann/json.hpp>

#include "host/user_commands.h"

namespace libcos::user {

Result<nlohmann::json> settings(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> set(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> effect(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> list(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> update_list(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> sites(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> site(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> decide(const UserCommandContext& context, const nlohmann::json& request);

}  // namespace libcos::user
