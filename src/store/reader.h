#pragma once

#include <cstdint>

#include "base/files.h"

namespace libcos::internal {

class ReaderState {
 public:
  ReaderState(UniqueFd open_file, std::uint64_t bytes) : fd(std::move(open_file)), size(bytes) {}

  const UniqueFd fd;
  const std::uint64_t size;
};

}  // namespace libcos::internal
