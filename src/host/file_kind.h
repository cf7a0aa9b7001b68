// What kind of file an entry is, guessed from its first bytes: a label for the user's eyes, never the ground of a
// decision. No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace libcos {

// More bytes than these change no guess.
inline constexpr std::size_t kKindBytes = 512;

// "model", "wasm", "image", "font", "media", "archive", "text" or "other". `start`: the file's first bytes.
std::string_view file_kind(std::span<const std::uint8_t> start);

}  // namespace libcos
