#pragma once

#include "cos/result.h"
#include "store/sqlite.h"

namespace libcos {

// The version that this code writes. docs/store-format.md has the history.
inline constexpr int kSchemaVersion = 5;

// What no entry of the registry says of itself, as a condition on its row.
inline constexpr const char* kImpossibleEntry =
    "typeof(digest) <> 'blob' OR typeof(size) <> 'integer' OR size < 0 OR length(digest) <>"
    " CASE algorithm WHEN 1 THEN 20 WHEN 2 THEN 32 WHEN 3 THEN 48 WHEN 4 THEN 64 ELSE -1 END";

// The last one without page sums. A store that others have open stays at it.
inline constexpr int kUnsummedVersion = 3;

// A store that cannot be brought further now stays at this one or what follows, and all of this code works with it.
inline constexpr int kOldestUsableVersion = 3;

// Brings the database to kSchemaVersion, or to one from kOldestUsableVersion on while it is in use or there is no room,
// in one transaction a step. Errors: kNewerStore when a newer version of cos wrote it (nothing is changed then),
// kCorrupt when it is not a store at all.
// `target`: for tests of later steps.
Status migrate(sqlite::Database& database, int target = kSchemaVersion);

}  // namespace libcos
