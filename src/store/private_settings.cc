#include "store/private_settings.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/try.h"
#include "store/settings.h"
#include "store/sqlite.h"

namespace libcos::internal {
namespace {

bool is_about_disclosure(std::string_view key) {
  constexpr std::array<std::string_view, 5> kGroups{"gates.", "grease.", "lookup.", "frames.", "rate."};
  constexpr std::array<std::string_view, 2> kKeys{setting::kWriteFiles, setting::kModelHubs};
  return std::any_of(kGroups.begin(), kGroups.end(), [&](std::string_view group) { return key.starts_with(group); }) ||
         std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

using KeyAndValue = std::pair<std::string, std::string>;
using Values = std::vector<KeyAndValue>;

Result<Values> read_settings(const StorePaths& paths, sqlite::Database::Reading reading) {
  COS_TRY(auto database, sqlite::Database::open_for_reading(paths.database(), reading));
  COS_TRY(auto query, database.query("SELECT key, value FROM setting"));
  return sqlite::collect(std::move(query), [](const sqlite::Query& row) -> Result<KeyAndValue> {
    return KeyAndValue{row.text(0), row.text(1)};
  });
}

}  // namespace

Status take_user_settings(const StorePaths& paths, Registry& registry) {
  using Reading = sqlite::Database::Reading;
  // SQLite would make a log where there is none.
  const bool has_log = stat_of(paths.database().string() + "-wal").has_value();
  Result<Values> values = read_settings(paths, has_log ? Reading::kWithLog : Reading::kAtRest);
  if (!values && has_log) {
    // A log that was left without its index, by a power cut, say: then what was brought home from it has to do.
    values = read_settings(paths, Reading::kAtRest);
  }
  if (!values) {
    return {};
  }
  for (const auto& [key, value] : *values) {
    if (find_setting(key) != nullptr && is_about_disclosure(key)) {
      COS_CHECK(registry.set_setting(key, value));
    }
  }
  return {};
}

}  // namespace libcos::internal
