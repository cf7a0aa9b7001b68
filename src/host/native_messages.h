// Native messaging's framing: a 32-bit length in the machine's byte order, then UTF-8 JSON.
#pragma once

#include <cstdint>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "cos/result.h"

namespace libcos {

inline constexpr std::uint32_t kLargestMessageIn = 1U << 20U;

// The next message. nullopt when the other side has hung up. Errors: kData for a message that is too long
// or no JSON object: the stream cannot be trusted any more.
Result<std::optional<nlohmann::json>> read_message(int fd);

// Writes whole messages; any thread may call it.
class MessageWriter {
 public:
  explicit MessageWriter(int fd) : fd_(fd) {}

  // A failed write means that the browser is gone; the read side will notice.
  void write(const nlohmann::json& message);

 private:
  int fd_;
  std::mutex mutex_;
};

}  // namespace libcos
