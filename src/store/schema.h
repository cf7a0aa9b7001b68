#pragma once

#include "cos/result.h"
#include "store/sqlite.h"

namespace libcos {

// The version that this code writes. docs/store-format.md has the history.
inline constexpr int kSchemaVersion = 2;

// Brings the database to kSchemaVersion, in one transaction a step. Errors: kNewerStore when a newer
// version of cos wrote it (nothing is changed then), kCorrupt when it is not a store at all.
// `target`: for tests of later steps.
Status migrate(sqlite::Database& database, int target = kSchemaVersion);

}  // namespace libcos
