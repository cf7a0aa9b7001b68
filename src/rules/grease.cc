#include "rules/grease.h"

#include <string>

#include "base/hmac.h"

namespace libcos {

bool grease_suppresses(std::span<const std::uint8_t> secret, const GreaseQuestion& question, unsigned percent) {
  // Zero bytes part the fields: none of them can hold one.
  const std::string text = std::string("grease") + '\0' + std::string(question.realm) + '\0' +
                           question.top_level.serialized + '\0' + question.hash.to_string() + '\0' +
                           std::to_string(question.epoch);
  const auto mac = hmac_sha256(secret, text);
  if (!mac) {
    return true;  // without an answer the read misses, which is always allowed
  }
  std::uint32_t drawn = 0;
  for (std::size_t i = 0; i < sizeof(drawn); ++i) {
    drawn = drawn << 8U | mac->at(i);
  }
  // Out of 2^32: the error of the comparison is far below anything that could be measured.
  return std::uint64_t{drawn} * 100 < std::uint64_t{percent} << 32U;
}

}  // namespace libcos
