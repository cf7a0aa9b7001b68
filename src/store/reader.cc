#include "store/reader.h"

#include <algorithm>
#include <utility>

#include "cos/store.h"

namespace libcos {

Reader::Reader(std::unique_ptr<internal::ReaderState> state) : state_(std::move(state)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

std::uint64_t Reader::size() const { return state_->size; }

int Reader::descriptor() const { return state_->fd.get(); }

Result<std::size_t> Reader::read(std::uint64_t position, std::span<std::uint8_t> bytes) const {
  if (position >= state_->size) {
    return std::size_t{0};
  }
  return read_at(state_->fd, bytes.first(std::min<std::uint64_t>(bytes.size(), state_->size - position)), position);
}

}  // namespace libcos
