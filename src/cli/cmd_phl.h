#pragma once

#include <cstdint>
#include <optional>

#include "cli/app.h"

namespace libcos::cli {

// `cos phl build`, which has a file of its own.
void add_phl_build(Command phl, App& app);

// From so many days on a list counts as old.
inline constexpr std::int64_t kOldListDays = 90;
// Of the list in force, from the day that it was made, or else installed.
std::optional<std::int64_t> age_in_days(const HashListInfo& info);

}  // namespace libcos::cli
