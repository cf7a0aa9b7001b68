#include "cos/hash.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/hex.h"

namespace libcos {
namespace {

struct ParseCase {
  const char* what;
  std::string algorithm;
  std::string value;
  bool accepted;
};

TEST(Hash, AcceptsTheFourDigestsInLowercaseHexOfExactlyTheirLength) {
  const std::string hex(128, 'a');
  const std::vector<ParseCase> cases{
      {"SHA-1", "SHA-1", hex.substr(0, 40), true},
      {"SHA-256", "SHA-256", hex.substr(0, 64), true},
      {"SHA-384", "SHA-384", hex.substr(0, 96), true},
      {"SHA-512", "SHA-512", hex, true},
      {"algorithm in lower case", "sha-256", hex.substr(0, 64), true},
      {"algorithm in mixed case", "ShA-256", hex.substr(0, 64), true},
      {"no dash", "SHA256", hex.substr(0, 64), false},
      {"MD5", "MD5", hex.substr(0, 32), false},
      {"SHA-224, which Web Cryptography lacks", "SHA-224", hex.substr(0, 56), false},
      {"empty algorithm", "", hex.substr(0, 64), false},
      {"algorithm with a blank", "SHA-256 ", hex.substr(0, 64), false},
      {"a dotless i is not an i", "\xC4\xB1", hex.substr(0, 64), false},
      {"one digit short", "SHA-256", hex.substr(0, 63), false},
      {"one digit long", "SHA-256", hex.substr(0, 65), false},
      {"another digest's length", "SHA-1", hex.substr(0, 64), false},
      {"upper case digits", "SHA-256", std::string(64, 'A'), false},
      {"one upper case digit", "SHA-256", std::string(63, 'a') + "F", false},
      {"a letter beyond f", "SHA-256", std::string(63, 'a') + "g", false},
      {"path characters", "SHA-256", "../" + std::string(61, 'a'), false},
      {"empty value", "SHA-256", "", false},
      {"a NUL inside", "SHA-256", std::string(63, 'a') + std::string(1, '\0'), false},
  };
  for (const ParseCase& c : cases) {
    const auto hash = Hash::parse(c.algorithm, c.value);
    EXPECT_EQ(hash.has_value(), c.accepted) << c.what;
    if (!hash) {
      EXPECT_EQ(hash.error().code, ErrorCode::kType) << c.what;
    }
  }
}

TEST(Hash, PrintsWhatItParsed) {
  const auto hash = Hash::parse("sha-1", "00112233445566778899aabbccddeeff01234567");
  ASSERT_TRUE(hash);
  EXPECT_EQ(hash->to_string(), "SHA-1:00112233445566778899aabbccddeeff01234567");
}

TEST(Hash, EveryDigestSurvivesItsHexForm) {
  EXPECT_TRUE(rc::check([] {
    const auto algorithm = static_cast<HashAlgorithm>(*rc::gen::inRange(1, 5));
    const auto bytes =
        *rc::gen::container<std::vector<std::uint8_t>>(digest_size(algorithm), rc::gen::arbitrary<std::uint8_t>());
    const Hash hash = Hash::from_digest(algorithm, bytes).value();
    RC_ASSERT(Hash::parse(algorithm_name(algorithm), hash.hex()).value() == hash);
    RC_ASSERT(from_lowercase_hex(hash.hex()).value() == bytes);
  }));
}

TEST(Hash, EqualBytesOfDifferentAlgorithmsAreDifferentHashes) {
  const std::vector<std::uint8_t> zeros(64);
  const std::span all(zeros);
  EXPECT_NE(Hash::from_digest(HashAlgorithm::kSha256, all.first(32)).value(),
            Hash::from_digest(HashAlgorithm::kSha384, all.first(48)).value());
}

}  // namespace
}  // namespace libcos
