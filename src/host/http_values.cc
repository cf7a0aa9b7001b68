#include "host/http_values.h"

#include <algorithm>
#include <charconv>

namespace libcos {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && error == std::errc{} && end == text.data() + text.size() ? std::optional(value)
                                                                                   : std::nullopt;
}

std::optional<ByteRange> parse_range(std::string_view text, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const std::size_t dash = text.find('-');
  if (!text.starts_with(kUnit) || dash == std::string_view::npos || size == 0) {
    return std::nullopt;
  }
  const auto first = parse_number(text.substr(kUnit.size(), dash - kUnit.size()));
  const auto last = parse_number(text.substr(dash + 1));
  if (!first && last && *last > 0 && dash == kUnit.size()) {
    return ByteRange{size - std::min(*last, size), size - 1};
  }
  if (!first || *first >= size || (!last && dash + 1 != text.size()) || (last && *last < *first)) {
    return std::nullopt;
  }
  return ByteRange{*first, last ? std::min(*last, size - 1) : size - 1};
}

}  // namespace libcos
