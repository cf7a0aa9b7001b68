#include "store/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace libcos {
namespace {

constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = 1024 * kKiB;
constexpr std::int64_t kGiB = 1024 * kMiB;
constexpr std::int64_t kTiB = 1024 * kGiB;

constexpr std::size_t kLongestText = 2000;

using Kind = SettingRow::Kind;

constexpr std::array<SettingRow, 11> kRows{{
    {setting::kBudgetPercent, Kind::kPercent, 60, 1, 95, "Share of the disk's capacity that the store may fill"},
    {setting::kBudgetCeiling, Kind::kBytes, kTiB, kMiB, 64 * kTiB,
     "The store never grows beyond this, whatever the disk"},
    {setting::kSharePercent, Kind::kPercent, 20, 1, 100, "Share of the budget that one storing origin may fill"},
    {setting::kReserve, Kind::kBytes, 512 * kMiB, 0, kTiB, "Disk space that a write always leaves free"},
    {setting::kSessionLimit, Kind::kBytes, 16 * kGiB, kMiB, kTiB, "Largest file that one write may store"},
    {setting::kShareRealms, Kind::kSwitch, 1, 0, 1,
     "Whether a listed, globally disclosable entry of one browser profile may be found in another"},
    {setting::kHandover, Kind::kSwitch, 1, 0, 1, "Whether browsers may read entries through links in their profile"},
    {setting::kHandoverLinks, Kind::kCount, 512, 1, 100'000, "Most links in one browser profile"},
    {setting::kModelHubs, Kind::kSwitch, 1, 0, 1, "Whether the Public Hash List's sections of model hubs count"},
    {setting::kListUrl, Kind::kText, 0, 0, 0, "Where `cos phl update` and browsers fetch the Public Hash List from"},
    {setting::kListDays, Kind::kCount, 7, 0, 365, "Days between updates of the list in the background; 0: none"},
}};

constexpr std::array<std::pair<std::string_view, std::int64_t>, 8> kUnits{{{"TiB", kTiB},
                                                                           {"GiB", kGiB},
                                                                           {"MiB", kMiB},
                                                                           {"KiB", kKiB},
                                                                           {"TB", 1'000'000'000'000},
                                                                           {"GB", 1'000'000'000},
                                                                           {"MB", 1'000'000},
                                                                           {"KB", 1'000}}};

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  for (const auto& [unit, factor] : kUnits) {
    if (text.ends_with(unit)) {
      text.remove_suffix(unit.size());
      while (text.ends_with(' ')) {
        text.remove_suffix(1);
      }
      const auto count = parse_number(text);
      return count && *count >= 0 && *count <= INT64_MAX / factor ? std::optional(*count * factor) : std::nullopt;
    }
  }
  return parse_number(text);
}

std::optional<std::int64_t> parse_switch(std::string_view text) {
  if (text == "on" || text == "true" || text == "1") {
    return 1;
  }
  if (text == "off" || text == "false" || text == "0") {
    return 0;
  }
  return std::nullopt;
}

bool is_address(std::string_view text) {
  const bool known =
      (text.starts_with("https://") && text.size() > 8 && text[8] != '/') || text.starts_with("file:///");
  return text.size() <= kLongestText && known &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string accepted(const SettingRow& row) {
  if (row.kind == Kind::kSwitch) {
    return "on or off";
  }
  if (row.kind == Kind::kText) {
    return "that is empty or begins with https:// or file:///";
  }
  return "from " + format_setting(row, row.least) + " to " + format_setting(row, row.most);
}

}  // namespace

std::span<const SettingRow> setting_rows() { return kRows; }

const SettingRow* find_setting(std::string_view key) {
  const auto* found = std::find_if(kRows.begin(), kRows.end(), [&](const SettingRow& row) { return row.key == key; });
  return found == kRows.end() ? nullptr : found;
}

Result<std::int64_t> parse_setting(const SettingRow& row, std::string_view text) {
  std::optional<std::int64_t> value;
  switch (row.kind) {
    case Kind::kBytes:
      value = parse_bytes(text);
      break;
    case Kind::kSwitch:
      value = parse_switch(text);
      break;
    case Kind::kText:
      value = text.empty() || is_address(text) ? std::optional(row.fallback) : std::nullopt;
      break;
    case Kind::kPercent:
    case Kind::kCount:
      value = parse_number(text);
      break;
  }
  if (!value || *value < row.least || *value > row.most) {
    return fail(ErrorCode::kType, std::string(row.key) + " takes a value " + accepted(row) + ".",
                row.kind == Kind::kText ? "Over http: anybody on the way could change what arrives." : "");
  }
  return *value;
}

std::string format_setting(const SettingRow& row, std::int64_t value) {
  if (row.kind == Kind::kSwitch) {
    return value != 0 ? "on" : "off";
  }
  if (row.kind == Kind::kText) {
    return "";
  }
  if (row.kind == Kind::kBytes && value > 0) {
    for (const auto& [unit, factor] : kUnits) {
      if (value % factor == 0) {
        return std::to_string(value / factor) + std::string(unit);
      }
    }
  }
  return std::to_string(value);
}

}  // namespace libcos
