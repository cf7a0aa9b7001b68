// What the user has set, for a private window's store: that is in memory, and opens nothing on disk but this and the
// Public Hash List, to read it.
#pragma once

#include "cos/result.h"
#include "store/paths.h"
#include "store/registry.h"

namespace libcos::internal {

// Sets in `registry` what the store of `paths` has about who may find what: gates, GREASE, budgets of look-ups, rates,
// lists. Not what is about disk or history, of which a private window has none. Nothing is written there, and no file
// is made. A store that is not there, or cannot be read, has set nothing. Errors: those of `registry`.
Status take_user_settings(const StorePaths& paths, Registry& registry);

}  // namespace libcos::internal
