// Short words for what a store is told.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "cos/store.h"
#include "store/digest.h"
#include "store/paths.h"

namespace libcos {

inline std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline Hash hash_of(std::string_view text, HashAlgorithm algorithm = HashAlgorithm::kSha256) {
  Digest digest(algorithm);
  digest.update(bytes_of(text));
  return Hash::from_digest(algorithm, digest.finish()).value();
}

inline Origin origin_of(const std::string& serialized) { return Origin::from_serialized(serialized).value(); }

inline Realm profile(char digit) { return Realm::profile(std::string(32, digit)).value(); }

}  // namespace libcos
