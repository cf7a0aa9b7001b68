// `cos ls` in a store that is too large for one page.
#include <algorithm>
#include <sstream>

#include "host/cli_fixture.h"
#include "scale/population.h"

namespace libcos {
namespace {

constexpr std::size_t kEntries = 2100;  // more than two pages

TEST_F(CliTest, LsShowsEveryEntryOnceHoweverManyPagesThatTakes) {
  scale::populate(home_.store(), kEntries);
  for (const char* order : {"read", "stored", "size", "hash"}) {
    std::vector<std::string> hashes;
    for (const json& entry : json_of({"ls", "--sort", order})) {
      hashes.push_back(entry.at("value"));
    }
    EXPECT_EQ(hashes.size(), kEntries) << order;
    EXPECT_EQ(hashes.front() == scale::Entry{0}.hash().hex(), std::string(order) == "read")
        << "the last read is the first";
    std::sort(hashes.begin(), hashes.end());
    EXPECT_EQ(std::adjacent_find(hashes.begin(), hashes.end()), hashes.end()) << order;
  }
  EXPECT_EQ(json_of({"ls", "--limit", "1500"}).size(), 1500U);
  std::istringstream table(cos({"ls"}).out);
  std::size_t lines = 0;
  std::size_t headers = 0;
  for (std::string line; std::getline(table, line); ++lines) {
    headers += line.starts_with("HASH") ? 1U : 0U;
  }
  EXPECT_EQ(lines, kEntries + 2) << "a header and the totals besides";
  EXPECT_EQ(headers, 1U);
}

}  // namespace
}  // namespace libcos
