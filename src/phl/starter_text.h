#pragma once

#include <string_view>

namespace libcos {

// data/phl/starter.txt; defined in a file that the build generates.
extern const std::string_view kStarterListText;

}  // namespace libcos
