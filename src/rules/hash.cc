#include "cos/hash.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/hex.h"

namespace libcos {
namespace {

struct AlgorithmRow {
  HashAlgorithm algorithm;
  std::string_view name;
  std::size_t size;
};

constexpr std::array<AlgorithmRow, 4> kAlgorithms{{
    {HashAlgorithm::kSha1, "SHA-1", 20},
    {HashAlgorithm::kSha256, "SHA-256", 32},
    {HashAlgorithm::kSha384, "SHA-384", 48},
    {HashAlgorithm::kSha512, "SHA-512", 64},
}};

const AlgorithmRow& row(HashAlgorithm algorithm) { return kAlgorithms[static_cast<std::size_t>(algorithm) - 1]; }

char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

std::string_view algorithm_name(HashAlgorithm algorithm) { return row(algorithm).name; }

std::size_t digest_size(HashAlgorithm algorithm) { return row(algorithm).size; }

std::optional<HashAlgorithm> parse_algorithm(std::string_view name) {
  for (const AlgorithmRow& candidate : kAlgorithms) {
    if (std::equal(name.begin(), name.end(), candidate.name.begin(), candidate.name.end(),
                   [](char a, char b) { return ascii_upper(a) == b; })) {
      return candidate.algorithm;
    }
  }
  return std::nullopt;
}

std::optional<HashAlgorithm> algorithm_from_number(std::uint8_t number) {
  if (number < 1 || number > kAlgorithms.size()) {
    return std::nullopt;
  }
  return static_cast<HashAlgorithm>(number);
}

Hash::Hash(HashAlgorithm algorithm, std::span<const std::uint8_t> digest) : algorithm_(algorithm) {
  std::copy(digest.begin(), digest.end(), bytes_.begin());
}

Result<Hash> Hash::parse(std::string_view algorithm, std::string_view value) {
  const std::optional<HashAlgorithm> known = parse_algorithm(algorithm);
  if (!known) {
    return fail(ErrorCode::kType, "The hash algorithm is not one of SHA-1, SHA-256, SHA-384 and SHA-512.");
  }
  if (value.size() != 2 * digest_size(*known) || !is_lowercase_hex(value)) {
    return fail(ErrorCode::kType, "The hash value of " + std::string(algorithm_name(*known)) + " must be " +
                                      std::to_string(2 * digest_size(*known)) + " lowercase hexadecimal digits.");
  }
  return Hash(*known, from_lowercase_hex(value).value());
}

Result<Hash> Hash::from_digest(HashAlgorithm algorithm, std::span<const std::uint8_t> digest) {
  if (digest.size() != digest_size(algorithm)) {
    return fail(ErrorCode::kType, "The digest does not have the length of its algorithm.");
  }
  return Hash(algorithm, digest);
}

std::string Hash::hex() const { return to_hex(digest()); }

std::string Hash::to_string() const { return std::string(algorithm_name(algorithm_)) + ":" + hex(); }

}  // namespace libcos

std::size_t std::hash<libcos::Hash>::operator()(const libcos::Hash& value) const noexcept {
  // The bytes are a cryptographic digest already: any eight of them are well distributed.
  std::size_t word = 0;
  std::memcpy(&word, value.digest().data(), sizeof word);
  return word ^ static_cast<std::size_t>(value.algorithm());
}
