// One incremental digest, by OpenSSL.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cos/hash.h"

namespace libcos {

class Digest {
 public:
  explicit Digest(HashAlgorithm algorithm);

  void update(std::span<const std::uint8_t> bytes);
  // Returns the digest of all bytes so far and starts afresh.
  std::vector<std::uint8_t> finish();
  void reset();

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };

  HashAlgorithm algorithm_;
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

// SHA-256 over each MiB of a file and over the leaves: finds which part of a file has changed.
class HashTree {
 public:
  static constexpr std::size_t kLeafSize = std::size_t{1} << 20U;
  using Leaf = std::array<std::uint8_t, 32>;

  HashTree() : current_(HashAlgorithm::kSha256) {}

  void update(std::span<const std::uint8_t> bytes);
  // Closes the last leaf. Leaves are concatenated, 32 bytes each.
  std::vector<std::uint8_t> finish();
  void reset();

  static std::vector<std::uint8_t> root_of(std::span<const std::uint8_t> leaves);

 private:
  Digest current_;
  std::size_t in_leaf_ = 0;
  std::vector<std::uint8_t> leaves_;
};

}  // namespace libcos
