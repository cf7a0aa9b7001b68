// What an open entry's bytes are compared with while they are read: the leaves of its hash tree. A disk that gives
// back other bytes than it took is found before anybody gets one of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "base/files.h"

namespace libcos {

class LeafCheck {
 public:
  // `leaves` of a file of `size` bytes, as HashTree made them.
  LeafCheck(std::vector<std::uint8_t> leaves, std::uint64_t size);

  // Whether these are as many leaves as a file of that size has.
  static bool fits(const std::vector<std::uint8_t>& leaves, std::uint64_t size);

  // Whether the leaves that cover `size` bytes from `position` are what they were. Reads each of them once in the
  // life of this object. Any thread. What the disk does not give back counts as changed.
  bool holds(const UniqueFd& fd, std::uint64_t position, std::uint64_t size);
  // Everything counts as compared from now on.
  void trust();

 private:
  bool leaf_holds(const UniqueFd& fd, std::size_t leaf) const;

  const std::vector<std::uint8_t> leaves_;
  const std::uint64_t size_;
  std::vector<std::atomic<bool>> held_;  // by leaf
};

}  // namespace libcos
