// What the fuzzers share: saying what must hold, and cutting an input into values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

// Each fuzzer defines this; replay.cc is linked with all of them under names of their own.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace libcos::fuzz {

// Ends the process when `holds` is false, in every kind of build: that is how a fuzzer reports.
inline void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "This must hold and does not: %s\n", what);
    std::abort();
  }
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Takes values from the front of an input; what is not there any more is zero.
class Cutter {
 public:
  Cutter(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  std::span<const std::uint8_t> bytes(std::size_t wanted) {
    const auto taken = rest_.first(wanted < rest_.size() ? wanted : rest_.size());
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  std::uint8_t byte() {
    const auto taken = bytes(1);
    return taken.empty() ? std::uint8_t{0} : taken.front();
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (const std::uint8_t taken : bytes(sizeof value)) {
      value = value << 8U | taken;
    }
    return value;
  }
  // Up to the next newline, which is taken too.
  std::string_view line() {
    const std::string_view text = text_of(rest_.data(), rest_.size());
    const std::size_t end = text.find('\n');
    const std::string_view taken = text.substr(0, end);
    rest_ = rest_.subspan(end == std::string_view::npos ? rest_.size() : end + 1);
    return taken;
  }
  std::string_view rest() { return text_of(rest_.data(), rest_.size()); }

 private:
  std::span<const std::uint8_t> rest_;
};

}  // namespace libcos::fuzz
