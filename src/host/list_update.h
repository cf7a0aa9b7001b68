// Updating the Public Hash List: its checksum first, then the list, checked, parsed and installed; nothing is
// half done. By hand (`cos phl update`) and in the background of a host.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "cos/store.h"

namespace libcos {

struct ListUpdate {
  bool installed;  // false: what is published was installed already
  HashListInfo list;
};

// The address in the settings. Errors: kType when there is none.
Result<std::string> configured_list_address(Store& store);

// `from`: an https: or file: URL or a path, whose checksum is published beside it with .sha256 at the end.
// Errors: kData (checksum or list), kNotFound, kType, kIo, kAborted. The installed list stays as it was then.
Result<ListUpdate> update_hash_list(Store& store, const std::string& from, const Progress& progress);

// Goes back to the list before, and remembers which list was turned down: the background does not bring it
// again.
Result<HashListInfo> roll_back_hash_list(Store& store);

// How the last update from the configured address went.
struct ListCheck {
  std::int64_t checked_at = 0;  // ms since 1970
  std::string failure;          // empty: it went well
  std::string mend;
  std::string code;      // error_code_name() of the failure
  std::string declined;  // checksum of a list that the user went back from
};
ListCheck last_list_check(const Store& store);

// Updates from the address in the settings when the last check is old enough, unless another process is at
// it. Says nothing; last_list_check() tells. Gives up when `stop` becomes true.
void update_hash_list_if_due(Store& store, const std::atomic<bool>& stop);

}  // namespace libcos
