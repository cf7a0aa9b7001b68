// What comes over standard input, whatever it is: frames of a length and of JSON.
#include <unistd.h>

#include <algorithm>

#include "fuzz/support.h"
#include "fuzz/temporary_file.h"
#include "host/native_messages.h"

using libcos::fuzz::require;

namespace {

int depth_of(const nlohmann::json& value, int depth = 1) {
  int deepest = depth;
  if (value.is_structured()) {
    for (const auto& item : value) {
      deepest = std::max(deepest, depth_of(item, depth + 1));
    }
  }
  return deepest;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const libcos::fuzz::TemporaryFile input({data, size});
  const libcos::fuzz::TemporaryFile output(std::span<const std::uint8_t>{});
  libcos::MessageWriter writer(output.descriptor());
  ::lseek(input.descriptor(), 0, SEEK_SET);
  std::size_t messages = 0;
  while (true) {
    const auto message = libcos::read_message(input.descriptor());
    if (!message || !*message) {
      break;
    }
    require((**message).is_object(), "a message is an object");
    require(depth_of(**message) <= 18, "and not deep");
    writer.write(**message);
    ++messages;
  }
  ::lseek(output.descriptor(), 0, SEEK_SET);
  for (std::size_t i = 0; i < messages; ++i) {
    const auto again = libcos::read_message(output.descriptor());
    require(again && *again, "what was written can be read");
  }
  return 0;
}
