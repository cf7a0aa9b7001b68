// What `cos doctor` finds out.
#pragma once

#include <string>
#include <vector>

namespace libcos::cli {

// kNote: it works, and could be better, or it cannot be told.
enum class Health { kGood, kNote, kBad };

struct Finding {
  std::string check;  // the same from version to version, for programs
  std::string about;  // a browser; empty: this machine
  Health health = Health::kGood;
  std::string sentence;
  std::string mend = {};     // what to do, where it is no command, or where there is a choice
  std::string command = {};  // what mends it, for a shell
};

using Findings = std::vector<Finding>;

}  // namespace libcos::cli
