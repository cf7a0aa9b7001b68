#include "store/reader.h"

#include <algorithm>
#include <utility>

#include "base/try.h"
#include "cos/store.h"
#include "store/state.h"

namespace libcos {

Reader::Reader(std::unique_ptr<internal::ReaderState> state) : state_(std::move(state)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

std::uint64_t Reader::size() const { return state_->entry.size; }

int Reader::descriptor() const { return state_->fd.get(); }

Status Reader::check(std::uint64_t position, std::uint64_t size) const {
  internal::ReaderState& state = *state_;
  if (!state.leaf_check.holds(state.fd, position, size)) {
    COS_CHECK(internal::settle_doubt(*state.store, state.entry, state.fd));
    state.leaf_check.trust();
  }
  return {};
}

Result<std::size_t> Reader::read(std::uint64_t position, std::span<std::uint8_t> bytes) const {
  if (position >= size()) {
    return std::size_t{0};
  }
  const std::span part = bytes.first(std::min<std::uint64_t>(bytes.size(), size() - position));
  COS_CHECK(check(position, part.size()));
  return read_at(state_->fd, part, position);
}

}  // namespace libcos
