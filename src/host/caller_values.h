// Who asks and for whom, as the extension describes it: `caller` and `origins` of a request (docs/protocol.md).
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "cos/origin.h"
#include "cos/result.h"
#include "cos/scope.h"

namespace libcos {

struct CallerValues {
  Origin origin;
  std::optional<Origin> top_level;
  bool user_activation = false;
  std::optional<bool> third_party_cookies;
};

// Errors: kNotAllowed without an origin that may use the API.
Result<CallerValues> read_caller(const nlohmann::json& caller);
// Errors: kType when it is neither a string nor a list of at most kMaxListedOrigins strings.
Result<OriginsArgument> origins_argument(const nlohmann::json& request);

}  // namespace libcos
