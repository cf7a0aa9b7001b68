// The bytes of a packed file: mapped, or made in memory. And numbers in them, little-endian.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "cos/result.h"

namespace libcos {

class MappedBytes {
 public:
  static Result<MappedBytes> map(const std::filesystem::path& path);
  static Result<MappedBytes> map(const UniqueFd& fd);
  explicit MappedBytes(std::vector<std::uint8_t> owned) : owned_(std::move(owned)), bytes_(owned_) {}

  MappedBytes(MappedBytes&& other) noexcept;
  MappedBytes& operator=(MappedBytes&&) = delete;
  MappedBytes(const MappedBytes&) = delete;
  MappedBytes& operator=(const MappedBytes&) = delete;
  ~MappedBytes();

  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }

 private:
  MappedBytes() = default;

  void* mapped_ = nullptr;
  std::vector<std::uint8_t> owned_;
  std::span<const std::uint8_t> bytes_;
};

template <class T>
void put_number(std::vector<std::uint8_t>& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
  }
}

// Takes from the front of some bytes; once there were too few of them, everything is zero and `good` false.
class ByteTaker {
 public:
  explicit ByteTaker(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::span<const std::uint8_t> take(std::size_t size) {
    if (size > bytes_.size()) {
      good_ = false;
      bytes_ = {};
      return {};
    }
    const auto taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }
  template <class T>
  T number() {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const std::uint8_t byte : take(sizeof(T))) {
      value |= static_cast<std::uint64_t>(byte) << shift;
      shift += 8;
    }
    return static_cast<T>(value);
  }
  // As long as the two bytes before it say.
  std::string_view text() {
    const auto taken = take(number<std::uint16_t>());
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size(); }

 private:
  std::span<const std::uint8_t> bytes_;
  bool good_ = true;
};

}  // namespace libcos
