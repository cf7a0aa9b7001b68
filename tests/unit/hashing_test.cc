#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/hex.h"
#include "store/digest.h"
#include "store/ingest.h"

namespace libcos {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(Digest, GivesThePublishedTestVectors) {
  const std::vector<std::pair<HashAlgorithm, std::string>> vectors{
      {HashAlgorithm::kSha1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
      {HashAlgorithm::kSha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {HashAlgorithm::kSha384,
       "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
      {HashAlgorithm::kSha512,
       "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
       "454d4423643ce80e2a9ac94fa54ca49f"},
  };
  for (const auto& [algorithm, expected] : vectors) {
    Digest digest(algorithm);
    digest.update(bytes_of("a"));
    digest.update(bytes_of("bc"));
    EXPECT_EQ(to_hex(digest.finish()), expected);
    digest.update(bytes_of("abc"));
    EXPECT_EQ(to_hex(digest.finish()), expected) << "a finished digest starts afresh";
  }
}

std::vector<std::uint8_t> pattern(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  std::uint32_t state = 1;
  for (std::uint8_t& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::uint8_t>(state >> 24U);
  }
  return bytes;
}

StreamSums direct_sums(std::span<const std::uint8_t> bytes) {
  Digest digest(HashAlgorithm::kSha256);
  digest.update(bytes);
  HashTree tree;
  tree.update(bytes);
  return {digest.finish(), tree.finish()};
}

TEST(HashTree, HasALeafForEachMiBAndForTheRest) {
  HashTree tree;
  EXPECT_EQ(tree.finish().size(), 0U);
  tree.update(pattern(HashTree::kLeafSize));
  EXPECT_EQ(tree.finish().size(), 16U);
  tree.update(pattern(HashTree::kLeafSize + 1));
  EXPECT_EQ(tree.finish().size(), 32U);
}

TEST(HashTree, DoesNotDependOnHowTheBytesWereCut) {
  const auto bytes = pattern(3 * HashTree::kLeafSize + 5);
  const auto expected = direct_sums(bytes).leaves;
  EXPECT_TRUE(rc::check([&] {
    HashTree tree;
    std::span<const std::uint8_t> rest(bytes);
    while (!rest.empty()) {
      const auto take = std::min<std::size_t>(rest.size(), *rc::gen::inRange<std::size_t>(1, 2 * HashTree::kLeafSize));
      tree.update(rest.first(take));
      rest = rest.subspan(take);
    }
    RC_ASSERT(tree.finish() == expected);
  }));
}

TEST(Ingest, OnALaneGivesTheSumsThatOneThreadGives) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, Ingest::kBlockSize, 4 * Ingest::kBlockSize,
                                 4 * Ingest::kBlockSize + 1, 23 * Ingest::kBlockSize + 77}) {
    const auto bytes = pattern(size);
    Ingest ingest(HashAlgorithm::kSha256);
    for (int round = 0; round < 2; ++round) {  // finish() starts afresh
      for (std::size_t at = 0; at < size;) {
        const auto block = ingest.take_block();
        const std::size_t take = std::min(size - at, Ingest::kBlockSize);
        block->assign(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                      bytes.begin() + static_cast<std::ptrdiff_t>(at + take));
        ingest.push(block);
        at += take;
      }
      const StreamSums sums = ingest.finish();
      const StreamSums expected = direct_sums(bytes);
      EXPECT_EQ(sums.digest, expected.digest) << size;
      EXPECT_EQ(sums.leaves, expected.leaves) << size;
    }
  }
}

}  // namespace
}  // namespace libcos
