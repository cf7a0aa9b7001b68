#pragma once

#include <cstdint>
#include <functional>

namespace libcos {

// Milliseconds since 1970. Tests put their own function in its place.
using Clock = std::function<std::int64_t()>;

Clock system_clock();

}  // namespace libcos
