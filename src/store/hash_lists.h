// The lists that are in force: the starter list, and the installed one, which another process may replace at
// any time.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "cos/phl.h"
#include "cos/store.h"
#include "store/blob_files.h"
#include "store/paths.h"

namespace libcos::internal {

// Thread-safe. An installed list that is damaged behaves as an empty one: silently towards pages, and info()
// tells the user.
class HashLists {
 public:
  explicit HashLists(HashListPaths paths) : paths_(std::move(paths)), starter_(PublicHashList::starter()) {}

  bool contains(const Hash& hash, bool model_hubs);
  // Whether or not model hubs are switched off.
  std::optional<HashProvenance> provenance(const Hash& hash);
  // PublicHashList::is_intact() of the installed one, and the same of its names. True when none is installed.
  bool is_intact();
  HashListInfo info(bool model_hubs);

  Status install(std::string_view text, std::int64_t now);
  Status roll_back();

 private:
  void refresh();

  const HashListPaths paths_;
  const PublicHashList starter_;
  std::mutex mutex_;
  std::optional<PublicHashList> installed_;
  FileIdentity identity_;
  bool damaged_ = false;
};

}  // namespace libcos::internal
