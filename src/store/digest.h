// One incremental digest, by OpenSSL.
#pragma once

#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cos/hash.h"

struct XXH3_state_s;

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

// XXH3 (128 bits) over each MiB of a file and over the leaves: finds which part of a file went wrong on the
// disk. It is no proof against somebody who can write to the store (nothing in the store is); the entry's own
// digest decides what the bytes are. SHA-256 here would be a second pass as dear as the first.
class HashTree {
 public:
  static constexpr std::size_t kLeafSize = std::size_t{1} << 20U;
  static constexpr std::size_t kLeafDigestSize = 16;

  HashTree();

  void update(std::span<const std::uint8_t> bytes);
  // Closes the last leaf. Leaves are concatenated, kLeafDigestSize bytes each.
  std::vector<std::uint8_t> finish();
  void reset();

  static std::vector<std::uint8_t> root_of(std::span<const std::uint8_t> leaves);

 private:
  struct Free {
    void operator()(XXH3_state_s* state) const;
  };

  void close_leaf();

  std::unique_ptr<XXH3_state_s, Free> current_;
  std::size_t in_leaf_ = 0;
  std::vector<std::uint8_t> leaves_;
};

}  // namespace libcos
