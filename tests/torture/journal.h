// What a workload asks of the file system, in order: for replaying what a power cut may leave of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace libcos::torture {

struct Event {
  enum class Kind {
    kWrite,
    kTruncate,
    kSync,
    kName,
    kUnname,
    kRename,
    kExchange,
    kMakeDirectory,
    kSyncDirectory,
    kTouch
  };

  Kind kind;
  std::uint64_t inode = 0;     // of kWrite, kTruncate, kSync, kName and kRename
  std::uint64_t position = 0;  // of kWrite; the new size of kTruncate
  std::string bytes = {};      // of kWrite
  std::string path = {};       // the name that is given, taken or left; the directory; what is touched
  std::string to = {};         // of kRename and kExchange
};

using Journal = std::vector<Event>;

}  // namespace libcos::torture
