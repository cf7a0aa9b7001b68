// What can be cleared at all, for whoever wants to know it before anything is cleared.
#pragma once

#include <string>
#include <string_view>

#include "cos/origin.h"
#include "cos/result.h"

namespace libcos::internal {

// A host as names have it, however the user has written it. Errors: kType.
Result<std::string> host_named(std::string_view text);

// Errors: kType, for an opaque origin.
Status check_clearable(const Origin& origin);

}  // namespace libcos::internal
