// Hash: the name of an entry, as navigator.crossOriginStorage takes it (specification, section 1, step 2).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cos/result.h"

namespace libcos {

// The digests of Web Cryptography. The numbers are stored in store.db: never reuse one.
enum class HashAlgorithm : std::uint8_t { kSha1 = 1, kSha256 = 2, kSha384 = 3, kSha512 = 4 };

std::string_view algorithm_name(HashAlgorithm algorithm);                 // "SHA-256"
std::size_t digest_size(HashAlgorithm algorithm);                         // bytes
std::optional<HashAlgorithm> parse_algorithm(std::string_view name);      // ASCII case-insensitive
std::optional<HashAlgorithm> algorithm_from_number(std::uint8_t number);  // as stored

// An algorithm and a digest of exactly its length. A value type; immutable after construction, so any
// thread may use it.
class Hash {
 public:
  // Validates what a page or a user gave. `value` must be lowercase hex of exactly the digest's length.
  // Errors: kType.
  static Result<Hash> parse(std::string_view algorithm, std::string_view value);

  // For digests that were computed rather than given. Errors: kType when the length is wrong.
  static Result<Hash> from_digest(HashAlgorithm algorithm, std::span<const std::uint8_t> digest);

  [[nodiscard]] HashAlgorithm algorithm() const { return algorithm_; }
  [[nodiscard]] std::span<const std::uint8_t> digest() const { return {bytes_.data(), digest_size(algorithm_)}; }
  [[nodiscard]] std::string hex() const;
  [[nodiscard]] std::string to_string() const;  // "SHA-256:e3b0…"

  friend auto operator<=>(const Hash&, const Hash&) = default;

 private:
  Hash(HashAlgorithm algorithm, std::span<const std::uint8_t> digest);

  HashAlgorithm algorithm_;
  std::array<std::uint8_t, 64> bytes_{};
};

}  // namespace libcos

template <>
struct std::hash<libcos::Hash> {
  std::size_t operator()(const libcos::Hash& value) const noexcept;
};
