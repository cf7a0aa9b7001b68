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

constexpr std::array<SettingRow, 34> kRows{{
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
    {setting::kGreasePercent, Kind::kPercent, 1, 0, 50,
     "Share of small files shared by all sites that a site is told are missing, so that a miss proves nothing"},
    {setting::kGreaseEpochDays, Kind::kCount, 30, 1, 365, "Days after which other files are taken"},
    {setting::kLookupBudget, Kind::kSwitch, 1, 0, 1,
     "Whether it is bounded what a site may learn by asking for hashes"},
    {setting::kLookupHashes, Kind::kCount, 16, 1, 1'000'000,
     "Distinct hashes a window that a site may ask for across sites, large files that are found not counted"},
    {setting::kLookupBits, Kind::kCount, 20, 2, 1'000'000, "Bits a window that a site may learn by asking"},
    {setting::kLookupMonthBits, Kind::kCount, 64, 2, 1'000'000, "Bits in 30 days that a site may learn by asking"},
    {setting::kLookupWindow, Kind::kCount, 24, 1, 8760, "Hours that a window lasts"},
    {setting::kLookupResolvable, Kind::kCount, 256, 1, 100'000,
     "Hashes at a time that a site may ask for again without being charged again"},
    {setting::kLookupLarge, Kind::kBytes, 8'000'000, kKiB, kTiB, "Size from which a file counts as large"},
    {setting::kLookupActivation, Kind::kSwitch, 1, 0, 1,
     "Whether a spent budget is refilled only when you have interacted with the page"},
    {setting::kLookupLists, Kind::kSwitch, 0, 0, 1, "Whether reads by origins that are listed draw on the budget, too"},
    {setting::kPartitionFrames, Kind::kSwitch, 1, 0, 1,
     "Whether what a site stores in frames on another site's pages stays with that site's pages"},
    {setting::kGateGesture, Kind::kSwitch, 0, 0, 1,
     "Whether a file is shared with other sites only after you have interacted with the page that stored it"},
    {setting::kGateCookies, Kind::kSwitch, 0, 0, 1,
     "Whether files are shared across sites only where the browser allows third-party cookies"},
    {setting::kGateAsk, Kind::kSwitch, 0, 0, 1, "Whether a site needs your permission to find files of other sites"},
    {setting::kReadRate, Kind::kCount, 200, 0, 1'000'000,
     "Reads a second of one origin, ten times that at once; 0: no limit"},
    {setting::kWriteRate, Kind::kCount, 20, 0, 1'000'000,
     "Writes a second of one origin, ten times that at once; 0: no limit"},
    {setting::kWriteFiles, Kind::kCount, 512, 0, 1'000'000,
     "Files a day that one site's pages may store, each 64 MiB of a file counting as one; 0: no limit"},
    {setting::kHistoryReads, Kind::kSwitch, 1, 0, 1, "Whether it is kept which sites read an entry, for you to see"},
    {setting::kHistoryActivity, Kind::kSwitch, 1, 0, 1,
     "Whether it is kept for 90 days what sites stored, found and did not find, for you to see"},
    {setting::kCrossOriginCaches, Kind::kSwitch, 0, 0, 1,
     "Whether pages get caches.crossOrigin and requestCrossOriginCache() besides"},
    {setting::kVerifyDays, Kind::kCount, 30, 0, 3650,
     "Days after which an entry is read and checked again while nobody uses the store; 0: never"},
    {setting::kVerifyRate, Kind::kCount, 16, 1, 1'000'000, "MiB a second that this may read"},
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

std::optional<std::int64_t> parse_size(std::string_view text) {
  const auto size = parse_bytes(text);
  return size && *size >= 0 ? size : std::nullopt;
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
