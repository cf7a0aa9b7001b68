#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace libcos {

// HMAC-SHA-256. nullopt when the library cannot.
std::optional<std::array<std::uint8_t, 32>> hmac_sha256(std::span<const std::uint8_t> secret, std::string_view text);

}  // namespace libcos
