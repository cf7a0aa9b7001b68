#include "base/hex.h"

#include <algorithm>
#include <cstddef>

namespace libcos {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

bool is_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

unsigned value_of(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

}  // namespace

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 15U]);
  }
  return text;
}

bool is_lowercase_hex(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

std::optional<std::vector<std::uint8_t>> from_lowercase_hex(std::string_view text) {
  if (text.size() % 2 != 0 || !is_lowercase_hex(text)) {
    return std::nullopt;
  }
  std::vector<std::uint8_t> bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(value_of(text[2 * i]) * 16U + value_of(text[2 * i + 1]));
  }
  return bytes;
}

}  // namespace libcos
