#pragma once

#include <cstddef>
#include <string>

namespace libcos {

// `bytes` bytes from the kernel's cryptographic generator, as lowercase hex.
std::string random_hex(std::size_t bytes);

}  // namespace libcos
