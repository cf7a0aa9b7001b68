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
inline constexpr std::string_view kGreasePercent = "grease.percent";
inline constexpr std::string_view kGreaseEpochDays = "grease.epoch-days";
inline constexpr std::string_view kLookupBudget = "lookup.budget";
inline constexpr std::string_view kLookupHashes = "lookup.hashes";
inline constexpr std::string_view kLookupBits = "lookup.bits";
inline constexpr std::string_view kLookupMonthBits = "lookup.month-bits";
inline constexpr std::string_view kLookupWindow = "lookup.window-hours";
inline constexpr std::string_view kLookupResolvable = "lookup.resolvable";
inline constexpr std::string_view kLookupLarge = "lookup.large";
inline constexpr std::string_view kLookupActivation = "lookup.activation";
inline constexpr std::string_view kLookupLists = "lookup.lists";
inline constexpr std::string_view kPartitionFrames = "frames.partition";
inline constexpr std::string_view kGateGesture = "gates.user-gesture";
inline constexpr std::string_view kGateCookies = "gates.third-party-cookies";
inline constexpr std::string_view kGateAsk = "gates.ask";
inline constexpr std::string_view kReadRate = "rate.reads";
inline constexpr std::string_view kWriteRate = "rate.writes";
inline constexpr std::string_view kWriteFiles = "write.files";
inline constexpr std::string_view kHistoryReads = "history.reads";
inline constexpr std::string_view kHistoryActivity = "history.activity";
inline constexpr std::string_view kCrossOriginCaches = "caches.cross-origin";
inline constexpr std::string_view kVerifyDays = "verify.days";
inline constexpr std::string_view kVerifyRate = "verify.rate";
inline constexpr std::string_view kModelHubs = "phl.model-hubs";
inline constexpr std::string_view kListUrl = "phl.url";
inline constexpr std::string_view kListDays = "phl.update-days";
}  // namespace setting

std::span<const SettingRow> setting_rows();
const SettingRow* find_setting(std::string_view key);

// "12", "16GiB", "60", "on". Errors: kType, naming what is accepted. A text (empty, or the address of
// something that is fetched) is checked only: its value is the text itself, its default empty.
Result<std::int64_t> parse_setting(const SettingRow& row, std::string_view text);
// "12", "16GiB": bytes. nullopt for anything else.
std::optional<std::int64_t> parse_size(std::string_view text);

std::string format_setting(const SettingRow& row, std::int64_t value);

}  // namespace libcos
