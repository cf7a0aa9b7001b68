// The table of settings: keys, defaults, bounds and the words that explain them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "cos/result.h"

namespace libcos {

struct SettingRow {
  enum class Kind { kBytes, kPercent, kCount, kSwitch, kText };

  std::string_view key;
  Kind kind;
  std::int64_t fallback;
  std::int64_t least;
  std::int64_t most;
  std::string_view help;
};

namespace setting {
inline constexpr std::string_view kSessionLimit = "write.limit";
inline constexpr std::string_view kReserve = "disk.reserve";
inline constexpr std::string_view kBudgetPercent = "budget.percent";
inline constexpr std::string_view kBudgetCeiling = "budget.ceiling";
inline constexpr std::string_view kSharePercent = "budget.origin-percent";
inline constexpr std::string_view kShareRealms = "realms.share";
inline constexpr std::string_view kHandover = "handover.enabled";
inline constexpr std::string_view kHandoverLinks = "handover.links";
inline constexpr std::string_view kModelHubs = "phl.model-hubs";
inline constexpr std::string_view kListUrl = "phl.url";
inline constexpr std::string_view kListDays = "phl.update-days";
}  // namespace setting

std::span<const SettingRow> setting_rows();
const SettingRow* find_setting(std::string_view key);

// "12", "16GiB", "60", "on". Errors: kType, naming what is accepted. A text (empty, or the address of
// something that is fetched) is checked only: its value is the text itself, its default empty.
Result<std::int64_t> parse_setting(const SettingRow& row, std::string_view text);
std::string format_setting(const SettingRow& row, std::int64_t value);

}  // namespace libcos
