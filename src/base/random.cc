#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "base/hex.h"

namespace libcos {

std::vector<std::uint8_t> random_bytes(std::size_t bytes) {
  std::vector<std::uint8_t> buffer(bytes);
  std::size_t filled = 0;
  while (filled < bytes) {
    const ssize_t got = getrandom(buffer.data() + filled, bytes - filled, 0);
    if (got < 0 && errno != EINTR) {
      // Predictable tickets and tokens would be worse than no service.
      std::abort();
    }
    filled += got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  return buffer;
}

std::string random_hex(std::size_t bytes) { return to_hex(random_bytes(bytes)); }

}  // namespace libcos
