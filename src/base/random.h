#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace libcos {

// From the kernel's cryptographic generator.
std::vector<std::uint8_t> random_bytes(std::size_t bytes);

// `bytes` bytes from the kernel's cryptographic generator, as lowercase hex.
std::string random_hex(std::size_t bytes);

}  // namespace libcos
