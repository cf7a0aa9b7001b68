// One entry as the extension's own pages show it, and what can be done with it: see user_commands.h.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "host/user_commands.h"

namespace libcos::user {

// Whether the user of this profile may be told what that realm did.
bool is_of(const UserCommandContext& context, const std::string& realm);
// A guess; see file_kind.h.
std::string_view kind_of(Store& store, const Hash& hash);
// What the Public Hash List calls the file; else empty.
std::string listed_name(Store& store, const Hash& hash);
// What a list of entries and the panel of one entry both show.
Result<nlohmann::json> summary(const UserCommandContext& context, const EntryInfo& info);

Result<nlohmann::json> entry(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> remove(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> pin(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> verify(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> clear(const UserCommandContext& context, const nlohmann::json& request);
Result<nlohmann::json> why(const UserCommandContext& context, const nlohmann::json& request);

}  // namespace libcos::user
