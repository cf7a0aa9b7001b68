// The Range header of a read: eight bytes for the file's size, then the header.
#include <string>

#include "fuzz/support.h"
#include "host/http_values.h"

using libcos::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  libcos::fuzz::Cutter input(data, size);
  const std::uint64_t file = input.number() & INT64_MAX;
  const std::string header(input.rest());
  const auto range = libcos::parse_range(header, file);
  if (!range) {
    return 0;
  }
  require(range->first <= range->last && range->last < file, "a range lies within its file");
  require(header.starts_with("bytes="), "a range is one of bytes");
  require(header.find(',') == std::string::npos, "and only one");
  const std::string plain = "bytes=" + std::to_string(range->first) + "-" + std::to_string(range->last);
  const auto again = libcos::parse_range(plain, file);
  require(again && again->first == range->first && again->last == range->last, "a range said plainly is that range");
  return 0;
}
