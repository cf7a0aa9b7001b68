#include "base/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace libcos {

std::optional<std::array<std::uint8_t, 32>> hmac_sha256(std::span<const std::uint8_t> secret, std::string_view text) {
  std::array<std::uint8_t, 32> mac{};
  unsigned size = 0;
  const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
  const bool done = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), data, text.size(), mac.data(),
                         &size) != nullptr;
  return done && size == mac.size() ? std::optional(mac) : std::nullopt;
}

}  // namespace libcos
