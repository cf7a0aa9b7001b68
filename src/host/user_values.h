// What the commands of the extension's own pages read from a request and put into a reply. For user_*.cc only.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "cos/hash.h"
#include "cos/result.h"
#include "host/json_values.h"

namespace libcos {

inline tl::unexpected<Error> malformed(std::string message) { return fail(ErrorCode::kType, std::move(message)); }

// The request's `hash`.
inline Result<Hash> requested_hash(const nlohmann::json& request) {
  const auto found = request.find("hash");
  if (found == request.end() || !found->is_object()) {
    return malformed("The request needs a hash.");
  }
  return Hash::parse(string_at(*found, "algorithm").value_or(""), string_at(*found, "value").value_or(""));
}

inline nlohmann::json json_of(const Hash& hash) {
  return {{"algorithm", algorithm_name(hash.algorithm())}, {"value", hash.hex()}};
}

}  // namespace libcos
