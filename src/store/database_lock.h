// Where SQLite's connections lock a database file for as long as they have it open (its file format, "lock bytes").
#pragma once

#include <sys/types.h>

namespace libcos {

inline constexpr off_t kSharedFirst = 0x40000002;
inline constexpr off_t kSharedSize = 510;

}  // namespace libcos
