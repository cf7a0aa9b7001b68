#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "base/files.h"
#include "store/leaf_check.h"
#include "store/registry.h"

namespace libcos::internal {

struct StoreState;

class ReaderState {
 public:
  ReaderState(std::shared_ptr<StoreState> state, const EntryRow& row, UniqueFd file, std::vector<std::uint8_t> leaves)
      : store(std::move(state)), entry(row), fd(std::move(file)), leaf_check(std::move(leaves), row.size) {}

  const std::shared_ptr<StoreState> store;
  const EntryRow entry;
  const UniqueFd fd;
  LeafCheck leaf_check;
};

}  // namespace libcos::internal
