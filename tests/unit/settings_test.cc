#include "store/settings.h"

#include <gtest/gtest.h>

namespace libcos {
namespace {

TEST(Settings, SizesTakeUnitsAndCountsDoNot) {
  const SettingRow& limit = *find_setting(setting::kSessionLimit);
  EXPECT_EQ(parse_setting(limit, "16GiB").value(), std::int64_t{16} << 30U);
  EXPECT_EQ(parse_setting(limit, "2 GB").value(), 2'000'000'000);
  EXPECT_EQ(parse_setting(limit, "1048576").value(), 1'048'576);
  for (const char* text :
       {"", "GiB", "1.5GiB", "-1GiB", "1GiBs", "99999999999999999999", "9999999TiB", "0x10", "1e9"}) {
    EXPECT_EQ(parse_setting(limit, text).error().code, ErrorCode::kType) << text;
  }
}

TEST(Settings, ValuesOutsideTheirBoundsAreRefusedWithTheBounds) {
  const auto refused = parse_setting(*find_setting(setting::kBudgetPercent), "96");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("from 1 to 95"), std::string::npos);
}

TEST(Settings, SwitchesAreOnOrOff) {
  const SettingRow& row = *find_setting(setting::kHandover);
  EXPECT_EQ(parse_setting(row, "on").value(), 1);
  EXPECT_EQ(parse_setting(row, "off").value(), 0);
  EXPECT_FALSE(parse_setting(row, "maybe"));
}

TEST(Settings, EveryDefaultIsWithinItsBoundsAndReadsBack) {
  for (const SettingRow& row : setting_rows()) {
    EXPECT_EQ(parse_setting(row, format_setting(row, row.fallback)).value(), row.fallback) << row.key;
    EXPECT_FALSE(row.help.empty()) << row.key;
  }
}

}  // namespace
}  // namespace libcos
