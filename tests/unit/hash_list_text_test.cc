// The published text: what is taken from it, what is refused, and that what we write is read back.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "base/hex.h"
#include "cos/phl.h"

namespace libcos {
namespace {

using Kind = HashListSection::Kind;

const std::string kOne(64, '1');
const std::string kTwo(64, '2');
const std::string kThree(64, '3');

std::string section(const std::string& name, const std::string& body) {
  return "// ===BEGIN " + name + "===\n" + body + "// ===END " + name + "===\n";
}

std::string list_of(const std::string& body) {
  return "// VERSION: 2026-11-21\n// COMMIT: abc\n" + section("SHA-256", body);
}

std::vector<std::string> digests_of(const ParsedHashList& list) {
  std::vector<std::string> all;
  for (const ListedDigest& listed : list.digests) {
    all.push_back(to_hex(listed.digest));
  }
  return all;
}

TEST(HashListText, TheHeaderGivesVersionCommitAndDate) {
  const auto list =
      parse_hash_list("// VERSION: 2026.1\n// COMMIT:  abc\r\n// DATE: 2026-11-20\n" + section("SHA-256", ""));
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->version, "2026.1");
  EXPECT_EQ(list->commit, "abc");
  EXPECT_EQ(list->date, "2026-11-20");
}

TEST(HashListText, CommentsWithinASectionAreNoHeader) {
  EXPECT_EQ(parse_hash_list(section("SHA-256", "// VERSION: 9\n"))->version, "");
}

TEST(HashListText, DigestsAreSortedAndDistinctWhateverTheirLinesEndWith) {
  const auto list = parse_hash_list(list_of("// jQuery\n" + kTwo + "\n\n" + kOne + "\r\n" + kTwo + " \t\n"));
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(digests_of(*list), (std::vector{kOne, kTwo}));
}

TEST(HashListText, SectionsAreCoreManualOrAModelHubByTheirName) {
  const std::vector<std::pair<std::string, Kind>> kNames{
      {"SHA-256", Kind::kCore},
      {"SHA-256 STARTER", Kind::kCore},
      {"SHA-256 MANUAL-ADDITIONS", Kind::kManual},
      {"SHA-256 HUGGING-FACE", Kind::kModelHub},
      {"SHA-256 MODELSCOPE", Kind::kModelHub},
      {"SHA-256 MODEL-HUB X", Kind::kModelHub},
  };
  for (const auto& [name, kind] : kNames) {
    const auto list = parse_hash_list(section(name, kOne + "\n"));
    ASSERT_TRUE(list) << list.error().message;
    ASSERT_EQ(list->sections.size(), 1U);
    EXPECT_EQ(list->sections[0].name, name);
    EXPECT_EQ(list->sections[0].kind, kind) << name;
    EXPECT_EQ(list->sections[0].digests, 1U);
    EXPECT_EQ(list->model_hub_digests, kind == Kind::kModelHub ? 1U : 0U) << name;
  }
}

TEST(HashListText, ModelHubsComeAfterAllOthersAndDoNotRepeatThem) {
  const auto list = parse_hash_list(section("SHA-256 HUGGING-FACE", kTwo + "\n" + kOne + "\n") +
                                    section("SHA-256", kThree + "\n" + kTwo + "\n"));
  ASSERT_TRUE(list);
  EXPECT_EQ(digests_of(*list), (std::vector{kTwo, kThree, kOne}));
  EXPECT_EQ(list->model_hub_digests, 1U);
  EXPECT_EQ(list->sections[0].digests, 1U) << "the hub's, without the one that the core section has";
  EXPECT_EQ(list->sections[1].digests, 2U);
}

TEST(HashListText, SectionsOfOtherAlgorithmsAreIgnored) {
  for (const char* name : {"BLAKE3", "SHA-512", "SHA-2567", "sha-256", ""}) {
    const auto list = parse_hash_list(list_of(kOne + "\n") + section(name, "whatever\n"));
    ASSERT_TRUE(list) << name;
    EXPECT_EQ(list->digests.size(), 1U);
    EXPECT_EQ(list->ignored_lines, 1U);
    EXPECT_EQ(list->sections.size(), 1U);
  }
}

TEST(HashListText, OneMalformedDigestRefusesTheWholeListAndNamesItsLine) {
  for (const std::string& line :
       {std::string(63, '1'), std::string(65, '1'), std::string(64, 'A'), std::string(64, 'g'), kOne + " x", "x" + kOne,
        kOne + kTwo, " " + kOne, std::string(63, '1') + "\xff", std::string("#"), std::string("/ x")}) {
    const auto list = parse_hash_list(list_of(kTwo + "\n" + line + "\n"));
    ASSERT_FALSE(list) << line;
    EXPECT_EQ(list.error().code, ErrorCode::kData) << line;
    EXPECT_NE(list.error().message.find("Line 5 "), std::string::npos) << list.error().message;
    EXPECT_NE(list.error().mend, "");
  }
}

TEST(HashListText, WhatIsCutOffNestedOrNoListIsRefused) {
  EXPECT_FALSE(parse_hash_list(""));
  EXPECT_FALSE(parse_hash_list("<!doctype html>\n"));
  EXPECT_FALSE(parse_hash_list("// VERSION: 1\n"));
  EXPECT_FALSE(parse_hash_list("// ===BEGIN SHA-256===\n" + kOne + "\n"));
  EXPECT_FALSE(parse_hash_list("// ===BEGIN BLAKE3===\n"));
  EXPECT_FALSE(parse_hash_list(list_of("// ===BEGIN SHA-256 X===\n// ===END SHA-256 X===\n")));
  EXPECT_FALSE(parse_hash_list("// ===BEGIN SHA-256===\n// ===END SHA-256 X===\n"));
  EXPECT_FALSE(parse_hash_list("// ===END SHA-256===\n"));
  EXPECT_FALSE(parse_hash_list(list_of("") + kOne + "\n"));
  EXPECT_FALSE(parse_hash_list(section("SHA-256 \x1b[31m", "")));
  EXPECT_FALSE(parse_hash_list(section("SHA-256 " + std::string(300, 'X'), "")));
}

TEST(HashListText, EveryPrefixOfAListIsRefused) {
  const std::string text = list_of("// jQuery\n" + kOne + "\n");
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    EXPECT_FALSE(parse_hash_list(std::string_view(text).substr(0, size))) << size;
  }
  EXPECT_TRUE(parse_hash_list(text));
}

TEST(HashListText, CommentsBelongToTheDigestRightBelowThem) {
  const std::string text = list_of("// about the section\n\n// jQuery 3.7.1\n// seen by two\n" + kOne + "\n" + kTwo +
                                   "\n// React\n\n" + kThree + "\n");
  const auto list = parse_hash_list(text);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->digests[0].comments, "// jQuery 3.7.1\n// seen by two");
  EXPECT_EQ(list->digests[1].comments, "");
  EXPECT_EQ(list->digests[2].comments, "");
}

TEST(HashListText, ADigestOfSeveralSectionsKeepsAComment) {
  const std::string text = list_of(kOne + "\n") + section("SHA-256 HUGGING-FACE", "// a model\n" + kOne + "\n");
  const auto list = parse_hash_list(text);
  EXPECT_EQ(list->digests.at(0).comments, "// a model");
  EXPECT_EQ(list->model_hub_digests, 0U);
}

TEST(HashListText, NameAndUrlAreTheFirstOfTheirKind) {
  const std::vector<std::pair<std::string, std::pair<std::string, std::string>>> kComments{
      {"// jQuery 3.7.1\n// https://a.test/j.js\n// https://b.test/j.js", {"jQuery 3.7.1", "https://a.test/j.js"}},
      {"// https://a.test/j.js\n// jQuery", {"jQuery", "https://a.test/j.js"}},
      {"// jQuery (https://a.test/j.js).", {"jQuery", "https://a.test/j.js"}},
      {"// jQuery: https://a.test/j.js, and more", {"jQuery", "https://a.test/j.js"}},
      {"// http://a.test/j.js", {"http://a.test/j.js", ""}},
      {"// see https:// for it", {"see https:// for it", ""}},
      {"//\n//   \n//jQuery\r", {"jQuery", ""}},
      {"// a\tb\x1b[31mc", {"a b [31mc", ""}},
      {"", {"", ""}},
  };
  for (const auto& [comments, expected] : kComments) {
    const NameAndUrl read = read_comments(comments);
    EXPECT_EQ(read.name, expected.first) << comments;
    EXPECT_EQ(read.url, expected.second) << comments;
  }
}

TEST(HashListText, AListIsAsOldAsItsDateOrElseItsVersionSays) {
  constexpr std::int64_t kDay = 1'795'219'200'000;  // 2026-11-21
  EXPECT_EQ(hash_list_time("2026-11-21", "2020-01-01"), kDay);
  EXPECT_EQ(hash_list_time("2026-11-21T10:00:00Z", ""), kDay);
  EXPECT_EQ(hash_list_time("", "2026.11.21-starter"), kDay);
  for (const char* version :
       {"", "3", "2026-13-01", "2026-02-30", "2026-11.21", "v2026-11-21", "2026-1-1", "20x6-11-21"}) {
    EXPECT_EQ(hash_list_time("", version), std::nullopt) << version;
  }
}

TEST(HashListText, NoTextCrashesTheParser) {
  EXPECT_TRUE(rc::check([] {
    (void)parse_hash_list(*rc::gen::arbitrary<std::string>());
    (void)parse_hash_list(list_of(*rc::gen::arbitrary<std::string>()));
    (void)read_comments(*rc::gen::arbitrary<std::string>());
  }));
}

TEST(HashListText, AHeaderWithControlCharactersAtItsEndsIsReadBackAsItWasRendered) {
  const auto list =
      parse_hash_list("// VERSION:\x01/one \x02\x7f\n// ===BEGIN SHA-256===\n// ===END SHA-256===\n").value();
  EXPECT_EQ(list.version, "one");
  EXPECT_EQ(parse_hash_list(render_hash_list(list)).value().version, list.version);
}

TEST(HashListText, WhatIsRenderedIsReadBack) {
  EXPECT_TRUE(rc::check([] {
    const auto digests = *rc::gen::container<std::vector<ListDigest>>(
        rc::gen::container<ListDigest>(rc::gen::arbitrary<std::uint8_t>()));
    std::string core;
    std::string hub;
    for (const ListDigest& digest : digests) {
      (digest[0] % 2 == 0 ? core : hub) += "// file " + std::to_string(digest[1]) + "\n" + to_hex(digest) + "\n";
    }
    const std::string text = list_of(core) + section("SHA-256 HUGGING-FACE", hub);
    const auto list = parse_hash_list(text).value();
    const std::string rendered = render_hash_list(list);
    const auto again = parse_hash_list(rendered).value();
    RC_ASSERT(digests_of(again) == digests_of(list));
    RC_ASSERT(again.version == list.version);
    RC_ASSERT(again.model_hub_digests == list.model_hub_digests);
    for (std::size_t i = 0; i < list.digests.size(); ++i) {
      RC_ASSERT(again.digests[i].comments == list.digests[i].comments);
    }
    RC_ASSERT(render_hash_list(again) == rendered);
  }));
}

TEST(HashListText, MergingKeepsEveryDigestOnceWithAllItsComments) {
  const std::string first = list_of("// jQuery\n" + kOne + "\n");
  const std::string second = "// VERSION: other\n" +
                             section("SHA-256", "// jQuery\n// https://a.test/\n" + kOne + "\n") +
                             section("SHA-256 HUGGING-FACE", "// a model\n" + kTwo + "\n");
  const std::vector<ParsedHashList> lists{parse_hash_list(first).value(), parse_hash_list(second).value()};
  std::vector<std::unique_ptr<std::string>> joined;
  const ParsedHashList merged = merge_hash_lists(lists, joined);
  EXPECT_EQ(merged.version, "2026-11-21");
  EXPECT_EQ(digests_of(merged), (std::vector{kOne, kTwo}));
  EXPECT_EQ(merged.digests[0].comments, "// jQuery\n// https://a.test/");
  EXPECT_EQ(merged.sections.size(), 2U);
}

TEST(HashListText, ADigestOfAHubAndOfACoreSectionIsMergedIntoTheCore) {
  const std::vector<ParsedHashList> lists{parse_hash_list(section("SHA-256 HUGGING-FACE", kOne + "\n")).value(),
                                          parse_hash_list(section("SHA-256", kOne + "\n")).value()};
  std::vector<std::unique_ptr<std::string>> joined;
  EXPECT_EQ(merge_hash_lists(lists, joined).model_hub_digests, 0U);
}

}  // namespace
}  // namespace libcos
