#include "host/caller_values.h"

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

}  // namespace libcos
