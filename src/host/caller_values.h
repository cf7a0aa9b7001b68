// Who asks, as the extension describes it: the `caller` member of a request (docs/protocol.md).
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "cos/origin.h"
#include "cos/result.h"

namespace libcos {

struct CallerValues {
  Origin origin;
  std::optional<Origin> top_level;
  bool user_activation = false;
  std::optional<bool> third_party_cookies;
};

// Errors: kNotAllowed without an origin that may use the API.
Result<CallerValues> read_caller(const nlohmann::json& caller);

}  // namespace libcos
