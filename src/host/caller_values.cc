#include "host/caller_values.h"

#include <string>
#include <utility>
#include <vector>

#include "host/json_values.h"

namespace libcos {

Result<CallerValues> read_caller(const nlohmann::json& caller) {
  const Result<Origin> origin = Origin::from_serialized(string_at(caller, "origin").value_or(""));
  if (!origin || origin->is_opaque()) {
    return fail(ErrorCode::kNotAllowed, "Cross-origin storage is not available to this origin.");
  }
  CallerValues values{*origin, std::nullopt, true_at(caller, "userActivation"), std::nullopt};
  if (const auto cookies = caller.find("thirdPartyCookies"); cookies != caller.end() && cookies->is_boolean()) {
    values.third_party_cookies = cookies->get<bool>();
  }
  if (const auto top = string_at(caller, "topLevelOrigin")) {
    if (const Result<Origin> top_level = Origin::from_serialized(*top); top_level && !top_level->is_opaque()) {
      values.top_level = *top_level;
    }
  }
  return values;
}

Result<OriginsArgument> origins_argument(const nlohmann::json& request) {
  const auto found = request.find("origins");
  if (found == request.end() || found->is_null()) {
    return OriginsArgument{};
  }
  if (found->is_string()) {
    return OriginsArgument{found->get<std::string>()};
  }
  std::vector<std::string> urls;
  if (!found->is_array() || found->size() > kMaxListedOrigins) {
    return fail(ErrorCode::kType, "origins must be a string or a list of at most 100 strings.");
  }
  for (const nlohmann::json& item : *found) {
    if (!item.is_string()) {
      return fail(ErrorCode::kType, "origins must be a string or a list of strings.");
    }
    urls.push_back(item.get<std::string>());
  }
  return OriginsArgument{std::move(urls)};
}

}  // namespace libcos
