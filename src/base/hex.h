#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace libcos {

std::string to_hex(std::span<const std::uint8_t> bytes);

// Lowercase digits only, an even number of them; anything else is nullopt.
std::optional<std::vector<std::uint8_t>> from_lowercase_hex(std::string_view text);

bool is_lowercase_hex(std::string_view text);

}  // namespace libcos
