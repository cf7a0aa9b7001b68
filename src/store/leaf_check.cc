#include "store/leaf_check.h"

#include <algorithm>
#include <span>
#include <utility>

#include "store/digest.h"

namespace libcos {
namespace {

// Stays in the processor's cache between the copy and the hashing.
constexpr std::size_t kPart = std::size_t{128} << 10U;

std::size_t leaves_of(std::uint64_t size) {
  return static_cast<std::size_t>((size + HashTree::kLeafSize - 1) / HashTree::kLeafSize);
}

}  // namespace

LeafCheck::LeafCheck(std::vector<std::uint8_t> leaves, std::uint64_t size)
    : leaves_(std::move(leaves)), size_(size), held_(leaves_of(size)) {}

bool LeafCheck::fits(const std::vector<std::uint8_t>& leaves, std::uint64_t size) {
  return leaves.size() == leaves_of(size) * HashTree::kLeafDigestSize;
}

bool LeafCheck::holds(const UniqueFd& fd, std::uint64_t position, std::uint64_t size) {
  if (position >= size_) {
    return true;
  }
  const std::uint64_t end = position + std::min(size, size_ - position);
  for (auto leaf = static_cast<std::size_t>(position / HashTree::kLeafSize); leaf * HashTree::kLeafSize < end; ++leaf) {
    if (held_[leaf].load(std::memory_order_relaxed)) {
      continue;
    }
    if (!leaf_holds(fd, leaf)) {
      return false;
    }
    held_[leaf].store(true, std::memory_order_relaxed);
  }
  return true;
}

void LeafCheck::trust() {
  for (std::atomic<bool>& leaf : held_) {
    leaf.store(true, std::memory_order_relaxed);
  }
}

bool LeafCheck::leaf_holds(const UniqueFd& fd, std::size_t leaf) const {
  HashTree tree;
  std::vector<std::uint8_t> buffer(kPart);
  const std::uint64_t begin = std::uint64_t{leaf} * HashTree::kLeafSize;
  const std::uint64_t end = std::min<std::uint64_t>(size_, begin + HashTree::kLeafSize);
  for (std::uint64_t at = begin; at < end; at += kPart) {
    const std::span part(buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(kPart, end - at)));
    const Result<std::size_t> got = read_at(fd, part, at);
    if (!got || *got != part.size()) {
      return false;
    }
    tree.update(part);
  }
  const std::vector<std::uint8_t> digest = tree.finish();
  return std::equal(digest.begin(), digest.end(),
                    leaves_.begin() + static_cast<std::ptrdiff_t>(leaf * HashTree::kLeafDigestSize));
}

}  // namespace libcos
