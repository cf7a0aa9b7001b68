#include "host/native_messages.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace libcos {
namespace {

constexpr int kDeepestValue = 16;

// Returns how many bytes there were before the end.
std::size_t read_fully(int fd, char* bytes, std::size_t size) {
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got = ::read(fd, bytes + filled, size - filled);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      break;
    }
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

}  // namespace

Result<std::optional<nlohmann::json>> read_message(int fd) {
  std::uint32_t length = 0;
  const std::size_t got = read_fully(fd, reinterpret_cast<char*>(&length), sizeof length);
  if (got == 0) {
    return std::nullopt;
  }
  if (got < sizeof length || length > kLargestMessageIn) {
    return fail(ErrorCode::kData, "A native message is cut off or too long.");
  }
  std::string text(length, '\0');
  if (read_fully(fd, text.data(), length) < length) {
    return fail(ErrorCode::kData, "A native message is cut off.");
  }
  // Values below this depth are dropped: copying a deep value recurses, and no message of ours is deep.
  const auto keep = [](int depth, nlohmann::json::parse_event_t /*event*/, const nlohmann::json& /*parsed*/) {
    return depth <= kDeepestValue;
  };
  nlohmann::json message = nlohmann::json::parse(text, keep, false);
  if (!message.is_object()) {
    return fail(ErrorCode::kData, "A native message is not a JSON object.");
  }
  return std::optional(std::move(message));
}

void MessageWriter::write(const nlohmann::json& message) {
  const std::string text = message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const auto length = static_cast<std::uint32_t>(text.size());
  std::string frame(sizeof length, '\0');
  std::memcpy(frame.data(), &length, sizeof length);
  frame += text;
  const std::lock_guard lock(mutex_);
  std::size_t sent = 0;
  while (sent < frame.size()) {
    const ssize_t written = ::write(fd_, frame.data() + sent, frame.size() - sent);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return;
    }
    sent += static_cast<std::size_t>(written);
  }
}

}  // namespace libcos
