// Values in requests to the loopback. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace libcos {

struct ByteRange {
  std::uint64_t first;
  std::uint64_t last;  // inclusive
};

// Decimal digits and nothing else.
std::optional<std::uint64_t> parse_number(std::string_view text);

// "bytes=a-b", "bytes=a-" and "bytes=-n"; nullopt for what is not one satisfiable range of a file of `size` bytes.
std::optional<ByteRange> parse_range(std::string_view text, std::uint64_t size);

}  // namespace libcos
