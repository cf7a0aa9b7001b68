#include "store/digest.h"

#include <xxhash.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

namespace libcos {
namespace {

const EVP_MD* message_digest(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::kSha1:
      return EVP_sha1();
    case HashAlgorithm::kSha256:
      return EVP_sha256();
    case HashAlgorithm::kSha384:
      return EVP_sha384();
    case HashAlgorithm::kSha512:
      return EVP_sha512();
  }
  return EVP_sha256();
}

// OpenSSL's digests fail only when memory is exhausted or a provider is missing. A digest that silently
// covered fewer bytes would let wrong bytes in.
void require(int ok) {
  if (ok != 1) {
    std::abort();
  }
}

}  // namespace

Digest::Digest(HashAlgorithm algorithm) : algorithm_(algorithm), context_(EVP_MD_CTX_new()) { reset(); }

void Digest::reset() { require(EVP_DigestInit_ex2(context_.get(), message_digest(algorithm_), nullptr)); }

void Digest::update(std::span<const std::uint8_t> bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::vector<std::uint8_t> Digest::finish() {
  std::vector<std::uint8_t> digest(digest_size(algorithm_));
  unsigned size = 0;
  require(EVP_DigestFinal_ex(context_.get(), digest.data(), &size));
  reset();
  return digest;
}

void HashTree::Free::operator()(XXH3_state_s* state) const { XXH3_freeState(state); }

HashTree::HashTree() : current_(XXH3_createState()) { XXH3_128bits_reset(current_.get()); }

void HashTree::update(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::size_t take = std::min(bytes.size(), kLeafSize - in_leaf_);
    XXH3_128bits_update(current_.get(), bytes.data(), take);
    bytes = bytes.subspan(take);
    in_leaf_ += take;
    if (in_leaf_ == kLeafSize) {
      close_leaf();
    }
  }
}

void HashTree::close_leaf() {
  XXH128_canonical_t leaf;
  XXH128_canonicalFromHash(&leaf, XXH3_128bits_digest(current_.get()));
  leaves_.insert(leaves_.end(), std::begin(leaf.digest), std::end(leaf.digest));
  XXH3_128bits_reset(current_.get());
  in_leaf_ = 0;
}

std::vector<std::uint8_t> HashTree::finish() {
  if (in_leaf_ > 0) {
    close_leaf();
  }
  return std::exchange(leaves_, {});
}

void HashTree::reset() {
  XXH3_128bits_reset(current_.get());
  in_leaf_ = 0;
  leaves_.clear();
}

std::vector<std::uint8_t> HashTree::root_of(std::span<const std::uint8_t> leaves) {
  XXH128_canonical_t root;
  XXH128_canonicalFromHash(&root, XXH3_128bits(leaves.data(), leaves.size()));
  return {std::begin(root.digest), std::end(root.digest)};
}

}  // namespace libcos
