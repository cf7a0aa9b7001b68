// What a power cut leaves on a disk: a model of files and names, to which a journal's events are applied or not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "torture/journal.h"

namespace libcos::torture {

class Disk {
 public:
  // What is below `directory` now, all of it durable.
  static Disk read(const std::filesystem::path& directory);

  void apply(const Event& event);
  // Makes `directory` look so. What lies in a directory that is not there is lost.
  void write_to(const std::filesystem::path& directory, const std::filesystem::path& original) const;

 private:
  std::map<std::string, std::uint64_t> names_;
  std::map<std::uint64_t, std::string> contents_;
  std::map<std::uint64_t, std::filesystem::perms> modes_;  // of what was there; new files have the usual ones
  std::set<std::string> directories_;
};

// What of the events that no sync has made durable reached the disk. POSIX promises nothing about them.
enum class Cut {
  kAll,          // everything
  kNothing,      // nothing
  kNamesOnly,    // names, and no bytes
  kZeros,        // names and sizes; zeros for bytes
  kBytesOnly,    // bytes, and no names
  kTornLast,     // everything, the last write in part
  kSome,         // some of it
  kSomeAndTorn,  // some of it, and of writes some sectors
  kSomeZeros,    // some of it, and zeros for some bytes
};
std::string_view name_of(Cut cut);

// The events that a cut after the first `until` of them leaves, as they are to be applied.
std::vector<Event> what_is_left(const Journal& journal, std::size_t until, Cut cut, std::mt19937& random);

}  // namespace libcos::torture
