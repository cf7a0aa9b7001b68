#include "rules/grease.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "cos/realm.h"

namespace libcos {
namespace {

const std::vector<std::uint8_t> kSecret(32, 7);

Hash numbered(unsigned number) {
  std::array<std::uint8_t, 32> digest{};
  digest[0] = static_cast<std::uint8_t>(number);
  digest[1] = static_cast<std::uint8_t>(number >> 8U);
  return Hash::from_digest(HashAlgorithm::kSha256, digest).value();
}

bool asks(unsigned number, const std::string& site = "https://a.test", std::int64_t epoch = 1,
          const std::vector<std::uint8_t>& secret = kSecret, const std::string& realm = "r", unsigned percent = 10) {
  return grease_suppresses(secret, {realm, Site{site}, numbered(number), epoch}, percent);
}

template <class Ask>
unsigned count(Ask ask) {
  unsigned suppressed = 0;
  for (unsigned i = 0; i < 20'000; ++i) {
    suppressed += ask(i) ? 1U : 0U;
  }
  return suppressed;
}

TEST(Grease, SuppressesItsShare) {
  // Five standard deviations, with a fixed secret: the same numbers in every run.
  EXPECT_NEAR(count([](unsigned i) { return asks(i); }), 2000, 215);
  EXPECT_EQ(count([](unsigned i) { return asks(i, "https://a.test", 1, kSecret, "r", 0); }), 0U);
  EXPECT_NEAR(count([](unsigned i) { return asks(i, "https://a.test", 1, kSecret, "r", 1); }), 200, 75);
}

TEST(Grease, GivesTheSameQuestionTheSameAnswer) {
  for (unsigned i = 0; i < 2000; ++i) {
    EXPECT_EQ(asks(i), asks(i));
  }
}

// Each field of the question, and the secret, decides independently: of two questions that differ in one of them
// both are suppressed as often as chance has it.
TEST(Grease, DrawsAnewForAnotherSiteEpochRealmOrSecret) {
  const auto both = [](auto other) { return count([&](unsigned i) { return asks(i) && other(i); }); };
  EXPECT_NEAR(both([](unsigned i) { return asks(i, "https://b.test"); }), 200, 75);
  EXPECT_NEAR(both([](unsigned i) { return asks(i, "https://a.test", 2); }), 200, 75);
  EXPECT_NEAR(both([](unsigned i) { return asks(i, "https://a.test", 1, std::vector<std::uint8_t>(32, 8)); }), 200, 75);
  EXPECT_NEAR(both([](unsigned i) { return asks(i, "https://a.test", 1, kSecret, "s"); }), 200, 75);
}

}  // namespace
}  // namespace libcos
